//! The gate with a thousand to a million API keys, presented uniformly at random: its rate, and the
//! memory of the server.

use std::time::Duration;

use base::{Rng as _, SystemRng};

use super::CONTACTS;
use super::known::{check_answers, top};
use crate::compare::{self, Plan};
use crate::key_set::{KeySet, numbers};
use crate::load::pump::Next;
use crate::memory;
use crate::scratch::Scratch;
use crate::subject::gated::{Gated, Setting};
use crate::table::{Row, thousands};

/// The name by which this work is selected.
pub(crate) const NAME: &str = "scale";
const FEWEST: usize = 1_000;
const MORE: [usize; 3] = [10_000, 100_000, 1_000_000];
/// The minimum share of the rate with the fewest keys.
const TARGET: f64 = 0.9;
/// The limit on the memory of a key with its own grant, in bytes.
const BYTES_PER_KEY: f64 = 250.0;

/// A server and its keys.
struct Sized {
    realm: Gated,
    key_set: KeySet,
}

/// The rate with more and more keys compared with that of few, in turns, and the bytes per key.
///
/// # Errors
/// With the first error.
pub(crate) fn rows(
    program: &std::path::Path,
    scratch: &Scratch,
    plan: Plan,
) -> Result<Vec<Row>, String> {
    let few = sized(program, scratch, FEWEST)?;
    let at_rest = rss(&few)?;
    let (mut rows, mut memories) = (Vec::new(), Vec::new());
    for count in MORE {
        let many = sized(program, scratch, count)?;
        let idle = rss(&many)?;
        let mut ours = |seconds| many.rate(seconds);
        let compared = compare::alternate(&mut ours, &mut |it| few.rate(it), plan)?;
        let what = format!("gate at scale, {} keys at random", thousands(count as u64));
        rows.push(Row::rates(&what, compared, TARGET));
        memories.push((count, idle - at_rest, rss(&many)? - rss(&few)?));
        many.realm.server.stop()?;
    }
    for (count, idle, loaded) in memories {
        let each = |bytes: f64| bytes / (count - FEWEST) as f64;
        // The larger one counts: under load, caches of fixed size fill, too.
        let most = each(idle).max(each(loaded));
        let what = format!("gate at scale, memory of one of {} keys", thousands(count as u64));
        let ours = format!("{:.0} bytes at rest, {:.0} after load", each(idle), each(loaded));
        let met = most < BYTES_PER_KEY || count < 1_000_000;
        rows.push(Row::limit(&what, ours, format!("< {BYTES_PER_KEY:.0}"), met));
    }
    Ok(rows)
}

fn sized(program: &std::path::Path, scratch: &Scratch, count: usize) -> Result<Sized, String> {
    eprintln!("bench: {} keys", thousands(count as u64));
    let name = format!("scale-{count}");
    let realm = Gated::start(Setting::alone(program, scratch, &name))?;
    let master = realm.master()?;
    let started = std::time::Instant::now();
    let (realm, key_set) = realm.restart(|folder| KeySet::settle(folder, &master, count))?;
    realm.settle()?;
    eprintln!("bench: there after {:.1} s", started.elapsed().as_secs_f64());
    let sized = Sized { realm, key_set };
    let mut some = numbers(7);
    let asks = |number| sized.realm.asks(CONTACTS, sized.key_set.value(number));
    let some: Vec<_> = (0..100).map(|_| asks(some())).collect();
    check_answers(sized.realm.home.port, &some)?;
    Ok(sized)
}

/// Resident memory, in bytes.
fn rss(sized: &Sized) -> Result<f64, String> {
    sized.realm.settle()?;
    std::thread::sleep(Duration::from_millis(500));
    Ok(memory::of(sized.realm.server.process())?.rss * 1024.0 * 1024.0)
}

impl Sized {
    fn rate(&self, seconds: u32) -> Result<crate::load::wrk::Sample, String> {
        top(self.realm.home.port, self.at_random(), seconds)
    }

    fn at_random(&self) -> Next<'_> {
        at_random(&self.realm, &self.key_set)
    }
}

/// Requests with keys of a set, uniformly at random.
fn at_random<'a>(realm: &Gated, key_set: &'a KeySet) -> Next<'a> {
    const VALUE: &str = "VALUE";
    let request = String::from_utf8(realm.asks(CONTACTS, VALUE).bytes()).unwrap_or_default();
    let (head, tail) = request.split_once(VALUE).unwrap_or_default();
    let (head, tail) = (head.to_owned(), tail.to_owned());
    let mut number = numbers(SystemRng.u128() as u64);
    Box::new(move |out| {
        for part in [&*head, key_set.value(number()), &*tail] {
            out.extend_from_slice(part.as_bytes());
        }
        true
    })
}
