//! `postern token`: tokens with a row, and a look into any token.

use clap::{Args, Subcommand};

use super::api_command::ApiCommand;
use super::credential::Common;
use super::plan::{Plan, Planned, body, list};
use super::{import, inspect};
use crate::error::CommandError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Users' tokens for their own programs
    Pat(ApiCommand<Personal>),
    /// Long-lived tokens of clients
    Refresh(ApiCommand<Refresh>),
    /// Tokens of an older system
    Legacy(ApiCommand<Legacy>),
    /// Import tokens of an older system from a file; doing it again changes nothing
    Import(import::ImportFile),
    /// Say what a token or key is, offline; nothing is verified
    Inspect(inspect::Inspect),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Personal {
    /// Create one
    Create(CreatePersonal),
    #[command(flatten)]
    Common(Common),
}

#[derive(Debug, Args)]
pub(crate) struct CreatePersonal {
    /// The user it acts for
    user: String,
    /// A name that people see in lists
    #[arg(long)]
    name: String,
    /// A scope; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// The identifier of the resource server; may be missing where the realm has exactly one
    #[arg(long)]
    audience: Option<String>,
    /// One of the user's organizations, to limit the token to it
    #[arg(long)]
    organization: Option<String>,
    /// When it expires, such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Refresh {
    /// Create one
    Create(CreateRefresh),
    #[command(flatten)]
    Common(Common),
}

#[derive(Debug, Args)]
pub(crate) struct CreateRefresh {
    /// The client_id it belongs to
    client: String,
    /// A name that people see in lists
    #[arg(long, default_value = "")]
    label: String,
    /// The identifier of the resource server; without, the client's default
    #[arg(long)]
    audience: Option<String>,
    /// A scope of the tokens minted from it; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// When it expires, such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Legacy {
    #[command(flatten)]
    Common(Common),
}

const PERSONAL: &str = "personal-access-tokens";
const REFRESH: &str = "refresh-tokens";

impl Planned for Personal {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => Plan::post(
                &[PERSONAL],
                body([
                    ("user", it.user.into()),
                    ("name", it.name.into()),
                    ("scopes", list(it.scopes)),
                    ("audience", it.audience.into()),
                    ("organization", it.organization.into()),
                    ("expires_at", it.expires_at.into()),
                ]),
            ),
            Self::Common(it) => it.plan(PERSONAL),
        }
    }
}

impl Planned for Refresh {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => Plan::post(
                &[REFRESH],
                body([
                    ("client", it.client.into()),
                    ("label", it.label.into()),
                    ("audience", it.audience.into()),
                    ("scopes", list(it.scopes)),
                    ("expires_at", it.expires_at.into()),
                ]),
            ),
            Self::Common(it) => it.plan(REFRESH),
        }
    }
}

impl Planned for Legacy {
    fn plan(self) -> Plan {
        let Self::Common(it) = self;
        it.plan("legacy-tokens")
    }
}

/// Runs a command.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Pat(it) => it.run().await,
        Command::Refresh(it) => it.run().await,
        Command::Legacy(it) => it.run().await,
        Command::Import(it) => import::run(it).await,
        Command::Inspect(it) => inspect::run(&it),
    }
}
