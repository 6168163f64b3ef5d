//! `postern key`: organizations' API keys.

use clap::{Args, Subcommand};

use super::credential::Common;
use super::plan::{Plan, Planned, body, list};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one
    Create(Create),
    #[command(flatten)]
    Common(Common),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The organization it acts for
    organization: String,
    /// A name that people see in lists
    #[arg(long)]
    label: String,
    /// The identifier of the resource server; may be missing where the realm has exactly one
    #[arg(long)]
    audience: Option<String>,
    /// A scope; may be repeated; without, every scope of the resource server
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// When it expires, such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

const ALL: &str = "api-keys";

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => Plan::post(
                &[ALL],
                body([
                    ("organization", it.organization.into()),
                    ("label", it.label.into()),
                    ("audience", it.audience.into()),
                    ("scopes", list(it.scopes)),
                    ("expires_at", it.expires_at.into()),
                ]),
            ),
            Self::Common(it) => it.plan(ALL),
        }
    }
}
