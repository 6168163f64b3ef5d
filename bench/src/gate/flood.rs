//! Valid credentials while strangers present random ones, at full speed, on PostgreSQL. There, an
//! unknown credential may need a query, because another node may have created it a moment ago.
//!
//! Every client at full speed takes a share of the core, whatever it presents. So the valid
//! credentials are measured next to sixteen connections that present strangers' credentials, and
//! next to the same number that present *valid* ones. The difference is what strangers cost beyond
//! the load itself. They may neither make the server's memory grow nor reach the database above a
//! fixed rate.

use std::time::Duration;

use super::{CONTACTS, INVOICES};
use crate::children::Core;
use crate::compare::{self, Plan};
use crate::key_set::{basic, stranger};
use crate::load::pump::{self, Next, Stream, round};
use crate::load::request::Request;
use crate::load::wrk::Sample;
use crate::memory;
use crate::postgres::Postgres;
use crate::scratch::Scratch;
use crate::subject::gated::{Gated, Setting};
use crate::subject::rfc::Pair;
use crate::table::{Row, thousands};

/// The name in the table.
pub(crate) const NAME: &str = "gate in a flood of random credentials";
/// The minimum share of the rate that is left.
const TARGET: f64 = 0.8;
/// The largest rate of look-ups in the database, per second.
const READS: f64 = 500.0;
/// The largest number of look-ups at once, on top of that rate.
const BURST: f64 = 1_000.0;
/// The limit on the memory that the flood may take, in MiB.
const GROWTH: f64 = 16.0;
/// The number of prepared random credentials, presented in turn: more than a cache would hold.
const STRANGERS: usize = 300_000;

/// The rate of valid credentials, the server's memory and its database look-ups during a flood.
///
/// # Errors
/// With the first error.
pub(crate) fn rows(
    program: &std::path::Path,
    scratch: &Scratch,
    plan: Plan,
) -> Result<Vec<Row>, String> {
    let postgres = Postgres::start()?;
    let url = postgres.url();
    let setting = Setting {
        database: &url,
        core: Core::Servers,
        ..Setting::alone(program, scratch, "flood")
    };
    let realm = Gated::start(setting)?;
    let keys = realm.keys()?;
    let of_key = |(id, secret): &Pair| realm.asks(CONTACTS, &basic(id, secret)).bytes();
    let good: Vec<_> = keys.iter().map(of_key).collect();
    let bad: Vec<_> =
        (0..STRANGERS).map(|number| random_credential_request(&realm, number)).collect();
    let port = realm.home.port;
    let key_set = |seconds| beside(port, Stream::closed(round(&good)), &good, seconds);
    key_set(1)?;
    let process = realm.server.process();
    let (rss, reads) = (memory::of(process)?.rss, realm.figure(FETCHES)?);
    // Each round continues where the last one ended.
    let (mut number, mut flooded, mut floods) = (0, 0.0, 0.0);
    let mut flood = |seconds: u32| {
        flooded += f64::from(seconds);
        floods += 1.0;
        let next = Box::new(|out: &mut Vec<u8>| {
            number = (number + 1) % bad.len();
            bad.get(number).is_some_and(|bytes| {
                out.extend_from_slice(bytes);
                true
            })
        });
        beside(port, Stream { status: 401, ..Stream::closed(next) }, &good, seconds)
    };
    let compared = compare::alternate(&mut flood, &mut |it| key_set(it), plan)?;
    let (rss, reads) = (memory::of(process)?.rss - rss, realm.figure(FETCHES)? - reads);
    // Between two floods, the rate limit of the server recovers.
    let most = READS * flooded + BURST * floods;
    Ok(vec![
        Row::rates(NAME, compared, TARGET),
        Row::limit(
            "gate in a flood, look-ups in the database",
            format!("{} in {flooded} s", thousands(reads as u64)),
            format!("≤ {}", thousands(most as u64)),
            reads <= most,
        ),
        Row::limit(
            "gate in a flood, memory that it takes",
            format!("{rss:.1} MiB"),
            format!("< {GROWTH} MiB"),
            rss < GROWTH,
        ),
    ])
}

/// Look-ups that memory could not answer.
const FETCHES: &str = "postern_store_fetches_total";

/// A request with a random credential: a key as a pair, a key alone, or something like an opaque
/// token.
fn random_credential_request(realm: &Gated, number: usize) -> Vec<u8> {
    let (id, secret) = stranger();
    let request: Request = match number % 3 {
        0 => realm.asks(CONTACTS, &basic(&id, secret.expose())),
        1 => realm.asks(CONTACTS, &format!("Bearer {}", secret.expose())),
        _ => realm.asks(INVOICES, &format!("Bearer at_{}{id}{id}{id}{id}", secret.expose())),
    };
    request.bytes()
}

/// The rate of valid credentials while `others` send requests, too.
fn beside(port: u16, others: Stream<'_>, good: &[Vec<u8>], seconds: u32) -> Result<Sample, String> {
    let good: Next<'_> = round(good);
    let streams = vec![Stream::closed(good), others];
    let samples = pump::run(port, Duration::from_secs(seconds.into()), streams)?;
    samples.first().copied().ok_or_else(|| "nothing was measured".to_owned())
}
