//! The server under measurement, started as its users start it.

pub(crate) mod admin;
mod browser;
pub(crate) mod dev;
pub(crate) mod gated;
pub(crate) mod partner;
pub(crate) mod rfc;
