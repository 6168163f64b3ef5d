//! The text that `dev` prints when it is ready.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::seed::{DemoFile, blocks};
use crate::error::CommandError;

/// Prints all addresses, with commands for each realm that work as printed.
pub(super) fn print(demo: &DemoFile, partner: &str, data: &Path) {
    // The reader may have gone away. The demo runs nevertheless.
    let _ = write(demo, partner, data);
}

fn write(demo: &DemoFile, partner: &str, data: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nPostern serves five demo realms. Portal: {}", demo.portal)?;
    writeln!(out, "An app of a partner, to connect to them: {partner}/")?;
    writeln!(out, "Addresses and credentials: {}", data.join("demo.json").display())?;
    for (name, block) in blocks(demo) {
        writeln!(out, "\n# {name}\n{}", block.trim_end())?;
    }
    writeln!(out, "\nCtrl-C ends it.")?;
    out.flush()
}

/// The same commands without credentials, for a public page.
///
/// # Errors
/// Never: the file always has a JSON form.
pub(super) fn samples(demo: &DemoFile) -> Result<Vec<(&'static str, String)>, CommandError> {
    let mut value = serde_json::to_value(demo).map_err(CommandError::new)?;
    hide(&mut value, "");
    let hidden: DemoFile = serde_json::from_value(value).map_err(CommandError::new)?;
    Ok(blocks(&hidden).into_iter().map(|(name, text)| (name, text.trim_end().to_owned())).collect())
}

/// Replaces every text that is not public by `<name>`.
fn hide(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| hide(value, name)),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, name)),
        Value::String(text) if !matches!(name, "portal" | "base" | "audience" | "redirect_uri") => {
            *text = format!("<{name}>");
        }
        _ => {}
    }
}
