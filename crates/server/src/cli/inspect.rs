//! `postern token inspect`: describes a token or key, offline. Nothing is verified, and the output
//! says so. Secret parts are not repeated.

use std::io::Read as _;

use base::issued::{self, Shape};
use base::{Clock as _, SystemClock, Timestamp};
use clap::Args;
use dialect::{Dialect, Environment, SecretShape};
use domain::text::escaped_json;
use domain::{Credential, CredentialKind};
use jose::Compact;
use serde_json::Value;

use super::output::print_line;
use crate::error::{CommandError, FAILED};

/// What to look at.
#[derive(Args)]
pub(crate) struct Inspect {
    /// The token; `-` reads it from standard input, where no process list shows it
    token: String,
}

impl std::fmt::Debug for Inspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inspect")
    }
}

/// The length limit of the input, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Prints the description.
///
/// # Errors
/// When it is not a known kind of token.
pub(crate) fn run(inspect: &Inspect) -> Result<(), CommandError> {
    let text = match inspect.token.as_str() {
        "-" => {
            let mut text = String::new();
            let input = std::io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text);
            input.map_err(|_| CommandError::new("standard input is no text"))?;
            text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
        }
        text => text.to_owned(),
    };
    let lines = describe(&text, SystemClock.now());
    for line in &lines.lines {
        print_line(line)?;
    }
    if lines.known { Ok(()) } else { Err(CommandError::silent(FAILED)) }
}

/// The description, and whether it is a known kind.
#[derive(Debug, Default)]
pub(crate) struct Description {
    pub(crate) lines: Vec<String>,
    pub(crate) known: bool,
}

/// Describes a token at `now`.
pub(crate) fn describe(text: &str, now: Timestamp) -> Description {
    let mut it = Description::default();
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        it.lines.push("It has white space around it, so it will be refused.".to_owned());
    }
    if trimmed.split('.').count() == 3 {
        match Compact::parse(trimmed) {
            Ok(token) => jwt(&token, trimmed, now, &mut it),
            Err(error) => {
                it.lines.push(format!("It looks like a JWT, but cannot be read as one: {error}."))
            }
        }
        return it;
    }
    for name in Dialect::builtin_names() {
        for environment in [Environment::Live, Environment::Test] {
            for kind in CredentialKind::ALL {
                issued_string(trimmed, (name, environment, kind), &mut it);
            }
        }
    }
    it.lines.dedup();
    if it.known {
        it.lines.push("Only the server knows whether it was revoked: postern why ID.".to_owned());
    } else if it.lines.is_empty() {
        let text = "It is neither a JWT nor a string that a dialect of this program issues.";
        it.lines.push(text.to_owned());
    }
    it
}

fn jwt(token: &Compact<'_>, text: &str, now: Timestamp, it: &mut Description) {
    it.known = true;
    it.lines.push("A JWT. Its signature was NOT checked: anyone could have made it.".into());
    let header = text.split('.').next().and_then(base::encoding::parse_base64url);
    let parts = [("header", header), ("claims", Some(token.unverified_payload().to_vec()))];
    for (name, bytes) in parts {
        let value: Option<Value> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let pretty = value.as_ref().and_then(|value| serde_json::to_string_pretty(value).ok());
        let shown = pretty.as_deref().map(escaped_json);
        it.lines.push(format!("{name}: {}", shown.as_deref().unwrap_or("no JSON")));
        for member in ["iat", "nbf", "exp"] {
            let seconds = value.as_ref().and_then(|value| value.get(member)?.as_i64());
            if let Some(at) = seconds.map(Timestamp::from_seconds) {
                let state = match member {
                    "exp" if at <= now => ": it has expired",
                    "exp" => ": it has not expired",
                    _ if at > now => ": that is in the future",
                    _ => "",
                };
                it.lines.push(format!("{member} is {at}{state}"));
            }
        }
    }
}

fn issued_string(
    text: &str,
    (dialect, environment, kind): (&'static str, Environment, CredentialKind),
    it: &mut Description,
) {
    let Some(found) = Dialect::builtin(dialect) else { return };
    let format = found.secret(kind, environment);
    let what = format!(
        "{} of dialect {dialect}, {}",
        kind.as_str().replace('_', " "),
        environment.as_str()
    );
    match format.shape {
        SecretShape::Checked => match issued::read::<Credential>(&format.prefix, text) {
            Shape::Intact(id) => {
                it.known = true;
                // The first 48 bits are milliseconds (RFC 9562 §5.7).
                let made = Timestamp::from_millis((id.as_u128() >> 80) as i64);
                it.lines.push(format!("A {what}: id {id}, made {made}; its checksum fits."));
            }
            Shape::Damaged => {
                it.lines.push(format!("A {what} that was mistyped or cut: its checksum is wrong."));
            }
            Shape::Foreign => {}
        },
        SecretShape::Split { id_digits, secret_digits } => {
            let body = text.strip_prefix(format.prefix.as_str()).unwrap_or_default();
            let fits = body.len() == id_digits + secret_digits
                && body.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            if let Some(id) = body.get(..id_digits).filter(|_| fits) {
                it.known = true;
                it.lines.push(format!("It has the shape of a {what}: id {id}."));
            }
        }
        SecretShape::Imported => {}
    }
}
