//! `postern admin-key`, over the admin API. The first key of a realm is created directly in the
//! database, by `postern admin-key create`.

use clap::{Args, Subcommand};

use super::api_command::send_and_print;
use super::connection::Connection;
use super::credential::List;
use super::plan::{Named, Plan, Revoked, body, list};
use crate::error::CommandError;

/// Admin keys.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminKey {
    /// Create another one over the admin API; it cannot have more scopes than yours
    Issue(With<Issue>),
    /// List them, with their last use
    List(With<List>),
    /// Show one
    Show(With<Named>),
    /// Revoke one permanently
    Revoke(With<Revoked>),
}

/// The input to create an admin key.
#[derive(Debug, Args)]
pub(crate) struct Issue {
    /// A name that people see in lists
    #[arg(long)]
    label: String,
    /// A scope, such as clients:read; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<String>,
    /// When it expires, such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

/// What is meant, and over which connection.
#[derive(Debug, Args)]
pub(crate) struct With<A: Args> {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    what: A,
}

const ALL: &str = "admin-keys";
const COLUMNS: &[&str] = &["id", "label", "scopes", "expires_at", "revoked.at", "last_used_at"];

/// Runs a command.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn run(command: AdminKey) -> Result<(), CommandError> {
    let (connection, plan) = match command {
        AdminKey::Issue(With { connection, what }) => (
            connection,
            Plan::post(
                &[ALL],
                body([
                    ("label", what.label.into()),
                    ("scopes", list(what.scopes)),
                    ("expires_at", what.expires_at.into()),
                ]),
            ),
        ),
        AdminKey::List(With { connection, what }) => (connection, what.plan(ALL, COLUMNS)),
        AdminKey::Show(With { connection, what }) => (connection, Plan::get(&[ALL, &what.id])),
        AdminKey::Revoke(With { connection, what }) => {
            (connection, Plan::revoke(&[ALL, &what.id], what.reason))
        }
    };
    let api = connection.open()?;
    send_and_print(&api, plan, connection.json).await
}
