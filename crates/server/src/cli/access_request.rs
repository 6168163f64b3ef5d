//! `postern access-request`.

use clap::{Args, Subcommand};

use super::plan::{Limits, Named, Page, Plan, Planned, body, list};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List them
    List {
        /// Only in this state
        #[arg(long, value_parser = ["pending", "approved", "declined", "unmailed", "mail_failed"])]
        state: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// Show one
    Show(Named),
    /// Approve one: creates a client, and mails a link to fetch its secret
    Approve(Approve),
    /// Decline one, and mail the answer
    Decline {
        /// Its id
        id: String,
        /// A sentence for the person; the mail contains it
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
    /// The identifier of the resource server; may be missing where the realm has exactly one
    #[arg(long)]
    audience: Option<String>,
    /// A scope to allow; may be repeated; without, every scope of the resource server
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The client's name; without, that of the organization
    #[arg(long, value_name = "NAME")]
    client_name: Option<String>,
    /// The id of an existing organization; without, a new one is created
    #[arg(long, conflicts_with = "organization_name")]
    organization: Option<String>,
    /// The name of the new organization; without, the name in the request
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
