//! The time from the start of the process to its first answer, with many credentials in the store.

use std::path::Path;
use std::time::Instant;

use base::{Rng as _, SystemRng};
use serde_json::json;

use crate::load::request::Request;
use crate::ports;
use crate::scratch::Scratch;
use crate::subject::admin::text;
use crate::subject::dev::Dev;
use crate::table::{Row, thousands};

/// Rows per import: the most that one call accepts.
const ROWS: u64 = 500;
const REALM: &str = "fyma";

/// Imports `count` legacy tokens, stops the server, starts it again and presents one of them.
///
/// # Errors
/// With the first error.
pub(crate) fn rows(program: &Path, scratch: &Scratch, count: u64) -> Result<[Row; 2], String> {
    let base = ports::free(7)?;
    let dev = Dev::start(program, scratch, "cold-start", base)?;
    let port = dev.port(REALM)?;
    let started = Instant::now();
    let (id, secret) = import(&dev, count)?;
    let rate = count as f64 / started.elapsed().as_secs_f64();
    let folder = dev.folder.clone();
    dev.server.stop()?;
    let asked = Request::new("GET", port, "/tracking-cameras").basic(&id, &secret);
    let (dev, took) = Dev::again(program, scratch, folder, base, (port, &asked))?;
    dev.server.stop()?;
    let millis = took.as_secs_f64() * 1e3;
    let what = format!("first answer, {} credentials in the store", thousands(count));
    Ok([
        Row::limit(
            "legacy tokens imported",
            format!("{}/s", thousands(rate as u64)),
            "≥ 1 000/s".to_owned(),
            rate >= 1_000.0,
        ),
        Row::limit(&what, format!("{millis:.0} ms"), "< 300 ms".to_owned(), millis < 300.0),
    ])
}

/// Imports over the admin API; returns the last token.
fn import(dev: &Dev, count: u64) -> Result<(String, String), String> {
    let (_, mut admin) = dev.admin(REALM)?;
    let organization = text(&admin.read("organizations")?, "/data/0/id")?;
    let audience = dev.text(REALM, "/audience")?;
    let mut last = (String::new(), String::new());
    for first in (0..count).step_by(ROWS as usize) {
        let mut tokens = Vec::new();
        for number in first..count.min(first + ROWS) {
            last = (format!("old-{number:08}"), format!("{:032x}", SystemRng.u128()));
            tokens.push(json!({"id": last.0, "secret": last.1, "organization": organization}));
        }
        let sent = tokens.len() as u64;
        let batch = json!({"audience": audience, "tokens": tokens});
        let answer = admin.create("legacy-tokens/import", &batch)?;
        if answer.get("imported").and_then(serde_json::Value::as_u64) != Some(sent) {
            return Err(format!("not all of {sent} rows were imported"));
        }
    }
    Ok(last)
}
