//! `postern signing-key`.

use clap::{Args, Subcommand};

use super::plan::{Page, Plan, Planned, body};

/// A key by its name, which is a thumbprint and may begin with a hyphen.
#[derive(Debug, Args)]
pub(crate) struct Key {
    /// Its id
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    id: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List them
    List(Page),
    /// Show one
    Show(Key),
    /// Let the next key sign, once caches of the key set have it, and make another next key
    Rotate {
        /// The algorithm; without, that of the realm's access tokens
        #[arg(long, value_parser = ["ES256", "EdDSA", "RS256", "HS256"])]
        algorithm: Option<String>,
        /// It signs at once: for a key that leaked
        #[arg(long)]
        immediately: bool,
    },
    /// Retire one: it no longer signs, and tokens that it signed before stay valid
    Retire(Key),
    /// Revoke one: every token that it signed is refused
    Revoke(Key),
}

const ALL: &str = "signing-keys";

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::List(page) => Plan::list(&[ALL], page, &["id", "algorithm", "state", "since"]),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Rotate { algorithm, immediately } => Plan::post(
                &[ALL],
                body([("algorithm", algorithm.into()), ("immediately", immediately.into())]),
            ),
            Self::Retire(it) => Plan::post(&[ALL, &it.id, "retire"], body([])),
            Self::Revoke(it) => Plan::post(&[ALL, &it.id, "revoke"], body([])),
        }
    }
}
