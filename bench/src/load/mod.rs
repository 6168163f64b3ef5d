//! The load: requests made beforehand and `wrk` to send them; errands, whose requests are made of
//! earlier answers; and a small client to ask with.

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod flood;
mod lua;
pub(crate) mod pinned;
pub(crate) mod pump;
pub(crate) mod request;
pub(crate) mod request_source;
pub(crate) mod wrk;
