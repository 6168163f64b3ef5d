//! The server under measurement, started as its users start it.

pub(crate) mod dev;
