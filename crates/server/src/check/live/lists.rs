//! Reads the lists of the admin API, and names what is in them.

use serde_json::Value;

use crate::cli::{Api, Page, Plan};
use crate::error::CommandError;

/// Calls `with` with every entity of a list of the admin API.
///
/// # Errors
/// When the admin API cannot be asked.
pub(super) async fn each(
    api: &Api,
    list: &'static str,
    mut with: impl FnMut(&Value),
) -> Result<(), CommandError> {
    let mut plan = Plan::list(&[list], Page::every(), &[]);
    loop {
        let page = api.send(&plan).await?;
        page.get("data").and_then(Value::as_array).into_iter().flatten().for_each(&mut with);
        let Some(next) = page.get("next").and_then(Value::as_str) else { return Ok(()) };
        plan.query.retain(|(name, _)| *name != "after");
        plan.query.push(("after", next.to_owned()));
    }
}

/// The first names of a list in one text, and how many more there are.
pub(super) fn named(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
