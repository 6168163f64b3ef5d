//! Prints answers: tables for people, JSON for programs. Standard output holds the answer alone;
//! remarks go to standard error.

use std::io::{self, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use domain::text::{escaped, escaped_json, escaped_lines};
use serde_json::Value;

use super::plan::Rendering;
use crate::error::CommandError;

/// The largest number of characters in a cell of a list. `show` and `--json` print the whole value.
const MAX_CELL: usize = 60;

/// Prints an answer.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print_answer(
    answer: &Value,
    rendering: &Rendering,
    json: bool,
) -> Result<(), CommandError> {
    if json {
        let text = serde_json::to_string_pretty(answer).map_err(CommandError::new)?;
        return print_line(&escaped_json(&text));
    }
    match rendering {
        Rendering::One => {
            print_line(&one(answer).trim_fmt())?;
            if answer.get("secret").is_some_and(Value::is_string) {
                print_remark("The secret is shown only once: save it now.");
            }
            Ok(())
        }
        Rendering::Many(columns) => {
            print_line(&many(answer, columns).trim_fmt())?;
            if let Some(next) = answer.get("next").and_then(Value::as_str) {
                print_remark(&format!("There is more: --after {next}, or --all."));
            }
            Ok(())
        }
    }
}

/// Writes a line, or several, to standard output. What hides or moves the cursor is escaped. It is no
/// error when the reader has gone away.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print_line(text: &str) -> Result<(), CommandError> {
    match writeln!(io::stdout().lock(), "{}", escaped_lines(text)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CommandError::new(error)),
        _ => Ok(()),
    }
}

/// Writes a line to standard error, escaped as [`print_line`] does. Failures are ignored.
pub(crate) fn print_remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", escaped(text));
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn one(answer: &Value) -> Table {
    let mut table = table();
    let members = answer.as_object().into_iter().flatten();
    let mut members: Vec<_> = members.filter(|(_, value)| !value.is_null()).collect();
    // The identifying members come first; the rest is in alphabetical order.
    members.sort_by_key(|(name, _)| !matches!(name.as_str(), "id" | "secret"));
    for (name, value) in members {
        table.add_row([name.replace('_', " "), cell(value)]);
    }
    table
}

fn many(answer: &Value, columns: &[&str]) -> Table {
    let mut table = table();
    let title = |name: &&str| name.trim_end_matches(".id").replace(['_', '.'], " ").to_uppercase();
    table.set_header(columns.iter().map(title));
    for row in answer.get("data").and_then(Value::as_array).into_iter().flatten() {
        table.add_row(columns.iter().map(|name| member(row, name)));
    }
    table
}

/// The member at a path such as `target.id`.
fn member(row: &Value, path: &str) -> String {
    let found = path.split('.').try_fold(row, |value, name| value.get(name));
    let text = found.map(cell).unwrap_or_default();
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A value in one line. Hidden characters are escaped: an answer may repeat text from an untrusted
/// source.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => escaped(text).into_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<_> = items.iter().map(cell).collect();
            items.join(" ")
        }
        // When and by whom something was revoked comes before the other members.
        Value::Object(members) if members.contains_key("by") => {
            let rendering = |name: &str| members.get(name).map(cell).unwrap_or_default();
            format!("{} by {} ({})", rendering("at"), rendering("by"), rendering("reason"))
        }
        other => escaped_json(&other.to_string()).into_owned(),
    }
}
