//! The server under measurement, started as its users start it.

pub(crate) mod admin;
pub(crate) mod dev;
pub(crate) mod rfc;
