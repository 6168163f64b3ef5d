//! Commands that talk to the admin API: one request, and its answer on the terminal.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::api::Api;
use super::connection::Connection;
use super::output;
use super::plan::{Plan, Planned};
use crate::error::CommandError;

/// A command that talks to the admin API.
#[derive(Debug, Args)]
pub(crate) struct ApiCommand<C: Subcommand> {
    #[command(flatten)]
    pub(super) connection: Connection,
    #[command(subcommand)]
    pub(super) command: C,
}

impl<C: Subcommand + Planned> ApiCommand<C> {
    /// Sends its request, and prints the answer.
    pub(super) async fn run(self) -> Result<(), CommandError> {
        let api = self.connection.open()?;
        send_and_print(&api, self.command.plan(), self.connection.json).await
    }
}

/// Sends a request and prints the answer.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn send_and_print(
    api: &Api,
    mut plan: Plan,
    json: bool,
) -> Result<(), CommandError> {
    let mut answer = api.send(&plan).await?;
    while plan.all
        && let Some(next) = answer.get("next").and_then(Value::as_str).map(str::to_owned)
    {
        plan.query.retain(|(name, _)| *name != "after");
        plan.query.push(("after", next));
        let mut page = api.send(&plan).await?;
        if let (Some(Value::Array(rows)), Some(Value::Array(more))) =
            (answer.get_mut("data"), page.get_mut("data"))
        {
            rows.append(more);
        }
        let next = page.get("next").cloned().unwrap_or_default();
        if let Some(members) = answer.as_object_mut() {
            members.insert("next".to_owned(), next);
        }
    }
    output::print_answer(&answer, &plan.rendering, json)
}
