//! The size of the database before and after many access tokens.

use crate::load::wrk::Load;
use crate::scratch::Scratch;
use crate::subject::rfc::Rfc;
use crate::table::{Row, thousands};
use crate::work::Work;

/// How long each run of the load is.
const SECONDS: u32 = 5;

/// Issues at least `tokens` access tokens with a budget, and compares the size of the folder at rest.
pub(crate) fn row(realm: Rfc, scratch: &Scratch, tokens: u64) -> Result<Row, String> {
    let (port, requests) = realm.requests(Work::ClientCredentials).unwrap_or_default();
    let load = Load::new(scratch.path(), "growth", port, &requests)?;
    // One full turn first, so that every counter has its row before the first measurement.
    load.run(1)?;
    let (realm, before) = realm.restart()?;
    let mut issued = 0;
    while issued < tokens {
        issued += load.run(SECONDS)?.requests;
    }
    let (_realm, after) = realm.restart()?;
    let what = format!("database after {} tokens issued", thousands(issued));
    let ours = format!("{} KiB, {} KiB before", thousands(after / 1024), thousands(before / 1024));
    Ok(Row::limit(&what, ours, "no larger".to_owned(), after <= before))
}
