//! `postern access-request`.

use clap::{Args, Subcommand};

use super::plan::{Limits, Named, Page, Plan, Planned, body, list};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List them
    List {
        /// Only in this state
        #[arg(long, value_parser = ["pending", "approved", "declined", "unmailed"])]
        state: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// Show one
    Show(Named),
    /// Approve one: makes a client, and mails a link to fetch its secret
    Approve(Approve),
    /// Decline one, and mail that
    Decline {
        /// Its id
        id: String,
        /// A sentence for the person: it is in the mail
        #[arg(long)]
        reason: Option<String>,
    },
    /// Mail another link in place of the one before
    Resend(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// Its id
    id: String,
    /// The resource server's identifier; may be missing where the realm has only one
    #[arg(long)]
    audience: Option<String>,
    /// A scope to allow; may be repeated; without, every scope of the resource server
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The client's name; without, that of the organization
    #[arg(long, value_name = "NAME")]
    client_name: Option<String>,
    /// The id of an organization that exists; without, one is made
    #[arg(long, conflicts_with = "organization_name")]
    organization: Option<String>,
    /// The name of the organization that is made; without, as it was asked for
    #[arg(long, value_name = "NAME")]
    organization_name: Option<String>,
    #[command(flatten)]
    limits: Limits,
}

const ALL: &str = "access-requests";
const COLUMNS: &[&str] = &["id", "state", "name", "organization", "contact", "created_at"];

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::List { state, page } => Plan::list(&[ALL], page, COLUMNS).with("state", state),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Approve(it) => Plan::post(
                &[ALL, &it.id, "approve"],
                body([
                    ("audience", it.audience.into()),
                    ("scopes", list(it.scopes)),
                    ("client_name", it.client_name.into()),
                    ("organization", it.organization.into()),
                    ("organization_name", it.organization_name.into()),
                    ("budget", it.limits.member()),
                ]),
            ),
            Self::Decline { id, reason } => {
                Plan::post(&[ALL, &id, "decline"], body([("reason", reason.into())]))
            }
            Self::Resend(it) => Plan::post(&[ALL, &it.id, "resend"], body([])),
        }
    }
}
