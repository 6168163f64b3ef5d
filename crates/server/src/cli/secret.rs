//! `postern secret`: secrets of clients, and of resource servers.

use clap::{Args, Subcommand};

use super::plan::{Page, Plan, Planned, body};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create another one: to rotate, revoke the old one afterwards
    Create {
        #[command(flatten)]
        owner: Owner,
        /// A name that people see in lists
        #[arg(long, default_value = "")]
        label: String,
        /// When it expires, such as 2030-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// List them, with their last use
    List {
        #[command(flatten)]
        owner: Owner,
        #[command(flatten)]
        page: Page,
    },
    /// Show one
    Show {
        #[command(flatten)]
        owner: Owner,
        /// Its id
        id: String,
    },
    /// Revoke one permanently
    Revoke {
        #[command(flatten)]
        owner: Owner,
        /// Its id
        id: String,
        /// A few words for support
        #[arg(long)]
        reason: Option<String>,
    },
}

/// Whose secret.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Owner {
    /// Of this client
    #[arg(long)]
    client: Option<String>,
    /// Of this resource server
    #[arg(long, value_name = "RESOURCE_SERVER")]
    api: Option<String>,
}

impl Owner {
    fn segments(&self) -> [&str; 3] {
        match (&self.client, &self.api) {
            (Some(client), _) => ["clients", client, "secrets"],
            (None, server) => {
                ["resource-servers", server.as_deref().unwrap_or_default(), "secrets"]
            }
        }
    }

    fn one<'a>(&'a self, id: &'a str) -> [&'a str; 4] {
        let [collection, owner, secrets] = self.segments();
        [collection, owner, secrets, id]
    }
}

const COLUMNS: &[&str] = &["id", "label", "created_at", "expires_at", "revoked.at", "last_used_at"];

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create { owner, label, expires_at } => Plan::post(
                &owner.segments(),
                body([("label", label.into()), ("expires_at", expires_at.into())]),
            ),
            Self::List { owner, page } => Plan::list(&owner.segments(), page, COLUMNS),
            Self::Show { owner, id } => Plan::get(&owner.one(&id)),
            Self::Revoke { owner, id, reason } => Plan::revoke(&owner.one(&id), reason),
        }
    }
}
