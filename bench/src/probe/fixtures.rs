//! The secrets that the probe knows and the load presents, passed in `probe.json`.

use std::path::Path;

use aws_lc_rs::hmac;
use base::encoding::base64url;
use base::{Rng as _, SystemRng};
use serde::{Deserialize, Serialize};

use super::jwt::Keys;

/// The number of distinct clients, tokens, keys and refresh tokens that the load presents in turn.
pub(crate) const CLIENTS: usize = 100;
pub(crate) const TOKENS: usize = 1_000;

/// Everything the load needs to know.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fixtures {
    /// Identifier and secret.
    pub(crate) clients: Vec<(String, String)>,
    /// `row.secret`: the row is the key of the look-up.
    pub(crate) tokens: Vec<String>,
    pub(crate) jwts: Vec<String>,
    /// The key that seals authorization codes. The load makes its codes with it.
    code_key: String,
}

impl Fixtures {
    pub(super) fn make(keys: &Keys) -> Self {
        let clients: Vec<_> = (0..CLIENTS).map(|n| (format!("client_{n:022}"), random())).collect();
        let tokens = (1..=TOKENS).map(|row| format!("{row}.{}", random())).collect();
        let mut all = clients.iter().cycle();
        let jwts = std::iter::from_fn(|| all.next()).take(TOKENS).map(|(id, _)| keys.access(id));
        let jwts = jwts.collect();
        Self { clients, tokens, jwts, code_key: random() }
    }

    /// The key of [`Fixtures::code`].
    pub(super) fn code_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.code_key.as_bytes())
    }

    /// The `number`th authorization code for `client`, bound to an S256 `challenge`.
    pub(crate) fn code(&self, number: u64, client: &str, challenge: &str) -> String {
        seal(&self.code_key(), number, client, challenge)
    }

    pub(super) fn save(&self, folder: &Path) -> Result<(), String> {
        let text = serde_json::to_string(self).map_err(|problem| problem.to_string())?;
        std::fs::write(file(folder), text).map_err(|problem| format!("probe.json: {problem}"))
    }

    /// Reads what the probe in `folder` saved.
    ///
    /// # Errors
    /// When it did not save anything.
    pub(crate) fn load(folder: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file(folder));
        let text = text.map_err(|problem| format!("probe.json: {problem}"))?;
        serde_json::from_str(&text).map_err(|problem| format!("probe.json: {problem}"))
    }
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("probe.json")
}

/// `number.MAC`: what makes a code one of ours, for this client and this challenge.
pub(super) fn seal(key: &hmac::Key, number: u64, client: &str, challenge: &str) -> String {
    let tag = hmac::sign(key, format!("{number}.{client}.{challenge}").as_bytes());
    format!("{number}.{}", base64url(tag))
}

/// 256 bits as 64 hexadecimal digits.
pub(super) fn random() -> String {
    format!("{:032x}{:032x}", SystemRng.u128(), SystemRng.u128())
}
