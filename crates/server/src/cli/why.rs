//! `postern why`: explains an id to people.

use clap::Args;
use serde_json::Value;

use super::connection::Connection;
use super::output::{cell, print_line};
use super::plan::{Plan, Rendering};
use crate::error::CommandError;

/// Which id to explain.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// A request id, or the id of a credential, client, grant, organization, user or resource server
    id: String,
    #[command(flatten)]
    connection: Connection,
}

/// Prints the explanation.
///
/// # Errors
/// When nothing is known about the id, or the admin API refuses.
pub(crate) async fn run(why: Why) -> Result<(), CommandError> {
    let answer = why.connection.open()?.send(&Plan::get(&["why", &why.id])).await?;
    if why.connection.json {
        return super::output::print_answer(&answer, &Rendering::One, true);
    }
    for line in lines(&answer) {
        print_line(&line)?;
    }
    Ok(())
}

/// The explanation, line by line.
pub(crate) fn lines(answer: &Value) -> Vec<String> {
    let text = |value: &Value, name: &str| value.get(name).map(cell).unwrap_or_default();
    let list = |name: &str| answer.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    match answer.get("good").and_then(Value::as_bool) {
        Some(true) => lines.push(format!("{} is active.", text(answer, "id"))),
        Some(false) => lines.push(format!("{} is NOT active:", text(answer, "id"))),
        None => {}
    }
    for link in list("chain") {
        let (kind, id) = (text(&link, "kind").replace('_', " "), text(&link, "id"));
        let state = match link.get("reason").and_then(Value::as_str) {
            Some(_) => format!("NO: {}", text(&link, "reason")),
            None => "ok".to_owned(),
        };
        lines.push(format!("  {kind} {id}: {state}"));
    }
    if answer.get("last_used_at").is_some_and(Value::is_string) {
        let (at, from) = (text(answer, "last_used_at"), text(answer, "last_used_from"));
        lines.push(format!("Last used {at} from {from}."));
    }
    for it in list("refusals") {
        lines.push(format!(
            "Refused {} {} (request {}): {}",
            text(&it, "at"),
            text(&it, "request"),
            text(&it, "request_id"),
            text(&it, "problem"),
        ));
        lines.push(format!("  why: {} [{}]", text(&it, "explanation"), text(&it, "reason")));
        if it.get("hint").is_some_and(Value::is_string) {
            lines.push(format!("  what to do: {}", text(&it, "hint")));
        }
    }
    for it in list("events") {
        let actor = it.get("actor").cloned().unwrap_or_default();
        let who = [text(&actor, "kind").replace('_', " "), text(&actor, "id")].join(" ");
        let target = it.get("target").map(|target| text(target, "id")).unwrap_or_default();
        lines.push(format!(
            "Changed {} {} {target} by {who}",
            text(&it, "at"),
            text(&it, "action")
        ));
    }
    lines
}
