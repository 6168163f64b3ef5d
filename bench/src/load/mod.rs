//! The load: prepared requests, which `wrk` sends; request sources, whose requests depend on
//! earlier answers; and a small client for single requests.

pub(crate) mod answer;
pub(crate) mod client;
pub(crate) mod flood;
mod lua;
pub(crate) mod pinned;
pub(crate) mod pump;
pub(crate) mod request;
pub(crate) mod request_source;
pub(crate) mod wrk;
