//! `postern grant`.

use clap::{Args, Subcommand};

use super::credential::List;
use super::plan::{Named, Plan, Planned, Revoked, body, list};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grant a client an API
    Create(Create),
    /// List them
    List(List),
    /// Show one
    Show(Named),
    /// Change the scopes; a removed scope is removed from existing tokens, too
    Scopes {
        /// Its id
        id: String,
        /// A scope to allow; may be repeated
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// A scope of tokens whose request names none; may be repeated
        #[arg(long = "default-scope", value_name = "SCOPE")]
        default_scopes: Vec<String>,
    },
    /// Revoke one permanently, and every credential and token of it
    Revoke(Revoked),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The client_id
    client: String,
    /// The identifier of the resource server; may be missing where the realm has exactly one
    #[arg(long)]
    audience: Option<String>,
    /// A scope to allow; may be repeated; without, every scope of the resource server
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A scope of tokens whose request names none; may be repeated
    #[arg(long = "default-scope", value_name = "SCOPE")]
    default_scopes: Vec<String>,
    /// The organization it acts for; without, the client's own
    #[arg(long)]
    organization: Option<String>,
}

const ALL: &str = "grants";
const COLUMNS: &[&str] =
    &["id", "client", "user", "organization", "audience", "scopes", "revoked.at"];

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => Plan::post(
                &[ALL],
                body([
                    ("client", it.client.into()),
                    ("audience", it.audience.into()),
                    ("scopes", list(it.scopes)),
                    ("default_scopes", list(it.default_scopes)),
                    ("organization", it.organization.into()),
                ]),
            ),
            Self::List(it) => it.plan(ALL, COLUMNS),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Scopes { id, scopes, default_scopes } => Plan::patch(
                &[ALL, &id],
                body([("scopes", list(scopes)), ("default_scopes", list(default_scopes))]),
            ),
            Self::Revoke(it) => Plan::revoke(&[ALL, &it.id], it.reason),
        }
    }
}
