//! `postern budget`.

use clap::{Args, Subcommand};

use super::plan::{Limits, Plan, Planned};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the limits and how much is used
    Show(Subject),
    /// Set the limits; one that is not named is unlimited
    Set {
        #[command(flatten)]
        subject: Subject,
        #[command(flatten)]
        limits: Limits,
    },
}

/// Whose budget.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// Of this client
    #[arg(long)]
    client: Option<String>,
    /// Of all clients of this organization together
    #[arg(long)]
    organization: Option<String>,
}

impl Subject {
    fn segments(&self) -> [&str; 3] {
        match (&self.client, &self.organization) {
            (Some(client), _) => ["clients", client, "budget"],
            (None, organization) => {
                ["organizations", organization.as_deref().unwrap_or_default(), "budget"]
            }
        }
    }
}

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Show(subject) => Plan::get(&subject.segments()),
            Self::Set { subject, limits } => Plan::put(&subject.segments(), limits.whole()),
        }
    }
}
