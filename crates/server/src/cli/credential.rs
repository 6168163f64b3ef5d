//! The commands that all kinds of credentials share: list, show, revoke.

use clap::{Args, Subcommand};

use super::plan::{Named, Page, Plan, Revoked};

/// The columns of a list.
pub(crate) const COLUMNS: &[&str] =
    &["id", "label", "organization", "scopes", "expires_at", "revoked.at", "last_used_at"];

/// What does not depend on the kind.
#[derive(Debug, Subcommand)]
pub(crate) enum Common {
    /// List them, with their last use
    List(List),
    /// Show one
    Show(Named),
    /// Revoke one permanently
    Revoke(Revoked),
}

/// Which ones.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only of this organization
    #[arg(long)]
    organization: Option<String>,
    /// Only of this user
    #[arg(long)]
    user: Option<String>,
    /// Only of this client
    #[arg(long)]
    client: Option<String>,
    #[command(flatten)]
    page: Page,
}

impl Common {
    /// The request to the collection `collection`.
    pub(crate) fn plan(self, collection: &str) -> Plan {
        match self {
            Self::List(it) => it.plan(collection, COLUMNS),
            Self::Show(it) => Plan::get(&[collection, &it.id]),
            Self::Revoke(it) => Plan::revoke(&[collection, &it.id], it.reason),
        }
    }
}

impl List {
    /// The list of `collection`, shown in `columns`.
    pub(crate) fn plan(self, collection: &str, columns: &'static [&'static str]) -> Plan {
        Plan::list(&[collection], self.page, columns)
            .with("organization", self.organization)
            .with("user", self.user)
            .with("client", self.client)
    }
}
