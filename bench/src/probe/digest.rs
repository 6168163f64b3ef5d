//! The digest of a secret.

use aws_lc_rs::digest::{SHA256, digest};

/// Plain SHA-256: what a server must at least compute to compare a secret with what it stores.
pub(super) fn sha256(secret: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    bytes
}
