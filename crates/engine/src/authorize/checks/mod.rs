//! The checks, one file each, in the order of the table in `check.rs`.

pub(super) mod app;
pub(super) mod audience;
pub(super) mod challenge;
pub(super) mod input;
pub(super) mod max_age;
pub(super) mod nonce;
pub(super) mod organization;
pub(super) mod parameters;
pub(super) mod prompt;
pub(super) mod redirect_uri;
pub(super) mod request_object;
pub(super) mod response_mode;
pub(super) mod response_type;
pub(super) mod scope;
pub(super) mod state;
