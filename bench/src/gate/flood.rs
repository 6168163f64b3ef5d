//! Good credentials while strangers present random ones, at full speed, on PostgreSQL: there a miss
//! may have to ask the database, since another node may have made the credential a moment ago.
//!
//! Whoever asks at full speed takes a share of the core, whatever they present. So the good ones are
//! measured beside the same sixteen other connections presenting *good* credentials: what is left is
//! what strangers cost beyond being a crowd. They may neither make the server grow nor reach the
//! database more than so often.

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

/// As they stand in the table.
pub(crate) const NAME: &str = "gate in a flood of random credentials";
/// The least share of the good ones' rate that is left.
const TARGET: f64 = 0.8;
/// The most look-ups that reach the database in a second.
const READS: f64 = 500.0;
/// How many may come at once before that counts.
const BURST: f64 = 1_000.0;
/// The most memory that the flood may take, in MiB.
const GROWTH: f64 = 16.0;
/// Strangers made beforehand, and gone through in turn: more than anybody would remember.
const STRANGERS: usize = 300_000;

/// The good ones' rate, the server's memory and its database in a flood.
///
/// # Errors
/// With the first thing that went wrong.
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
    let bad: Vec<_> = (0..STRANGERS).map(|number| strange(&realm, number)).collect();
    let port = realm.home.port;
    let key_set = |seconds| beside(port, Stream::closed(round(&good)), &good, seconds);
    key_set(1)?;
    let process = realm.server.process();
    let (rss, reads) = (memory::of(process)?.rss, realm.figure(FETCHES)?);
    // Each round goes on where the last one ended.
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
    // Between two of them the server may save up a burst again.
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

/// A stranger's request: a key as a pair, a key by itself, something like an opaque token.
fn strange(realm: &Gated, number: usize) -> Vec<u8> {
    let (id, secret) = stranger();
    let request: Request = match number % 3 {
        0 => realm.asks(CONTACTS, &basic(&id, secret.expose())),
        1 => realm.asks(CONTACTS, &format!("Bearer {}", secret.expose())),
        _ => realm.asks(INVOICES, &format!("Bearer at_{}{id}{id}{id}{id}", secret.expose())),
    };
    request.bytes()
}

/// The good ones, measured while `others` ask, too.
fn beside(port: u16, others: Stream<'_>, good: &[Vec<u8>], seconds: u32) -> Result<Sample, String> {
    let good: Next<'_> = round(good);
    let streams = vec![Stream::closed(good), others];
    let samples = pump::run(port, Duration::from_secs(seconds.into()), streams)?;
    samples.first().copied().ok_or_else(|| "nothing was measured".to_owned())
}
