//! The load: requests made beforehand, `wrk` to send them, and a small client to ask with.

pub(crate) mod client;
mod lua;
pub(crate) mod request;
pub(crate) mod wrk;
