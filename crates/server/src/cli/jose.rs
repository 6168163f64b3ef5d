//! `postern jose verify`: verifies a JWS (RFC 7515) with a JWK or a JWK Set (RFC 7517), offline.
//! Exit code 0: the signature is valid; 1: it is not; 2: the command or a file is invalid.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jose::{Compact, Jwk, KeySet, SigningKey, VerifyingKey};
use serde::Deserialize as _;
use serde_json::Value;

use super::output::print_line;
use crate::error::CommandError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the signature of a JWS or JWT; its claims, such as when it expires, are not checked
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A JWK, or a JWK Set
    #[arg(long, value_name = "FILE")]
    jwk: PathBuf,
    /// A JWS in its compact form; white space around it does not matter
    #[arg(long, value_name = "FILE")]
    jws: PathBuf,
}

#[cfg(test)]
impl Command {
    pub(crate) const fn verify(jwk: PathBuf, jws: PathBuf) -> Self {
        Self::Verify(Verify { jwk, jws })
    }
}

/// Verifies the signature.
///
/// # Errors
/// Why the signature is invalid, or why nothing could be verified.
pub(crate) fn run(command: &Command) -> Result<(), CommandError> {
    let Command::Verify(verify) = command;
    let keys = keys(&verify.jwk)?;
    let text = read(&verify.jws)?;
    let invalid = |reason: &dyn std::fmt::Display| CommandError::new(format!("invalid: {reason}"));
    let token = Compact::parse(text.trim()).map_err(|error| invalid(&error))?;
    keys.verify(&token).map_err(|error| invalid(&error))?;
    print_line("valid")
}

/// The keys of a file. A single key is tried whatever key the token names. From a set, the key that
/// the token names is used.
fn keys(file: &Path) -> Result<KeySet, CommandError> {
    let text = read(file)?;
    let wrong = |what: &dyn std::fmt::Display| {
        CommandError::usage(format!("{}: neither a JWK nor a JWK Set: {what}", file.display()))
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    let Some(Value::Array(members)) = value.get("keys") else {
        let key = key(&value).ok_or_else(|| wrong(&"no key that Postern can use"))?;
        return Ok(KeySet::from_iter([key.without_name()]));
    };
    let keys = KeySet::from_iter(members.iter().filter_map(key));
    if keys.iter().next().is_none() {
        return Err(wrong(&"it holds no key that Postern can use"));
    }
    Ok(keys)
}

/// The key of a public, private or symmetric JWK.
fn key(jwk: &Value) -> Option<VerifyingKey> {
    match Jwk::deserialize(jwk) {
        Ok(public) => VerifyingKey::from_jwk(&public).ok(),
        // A private key verifies as well as its public half. Its name is not read, so it is tried
        // for every token.
        Err(_) => {
            let private = SigningKey::from_private_jwk(&jwk.to_string()).ok()?;
            private.verifying_key().ok().map(VerifyingKey::without_name)
        }
    }
}

fn read(file: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(file)
        .map_err(|error| CommandError::usage(format!("{}: {error}", file.display())))
}
