//! What the handlers of the probe share.

use std::collections::HashMap;

use aws_lc_rs::hmac;

use super::jwt::Keys;
use super::writer::Writer;

/// What the handlers share.
pub(super) struct Probe {
    pub(super) clients: HashMap<String, [u8; 32]>,
    pub(super) jwt: Keys,
    pub(super) code_key: hmac::Key,
    pub(super) writer: Writer,
}
