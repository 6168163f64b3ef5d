//! JWTs that the server sees for the first time, each presented once, so that it has to check the
//! signature.
//!
//! The server minted them itself and remembers them, so it is restarted in between: that cache
//! exists in the process only.

use super::CONTACTS;
use super::known::{check_answers, mint, top};
use crate::compare::{self, Plan};
use crate::load::pump::{Next, round};
use crate::load::request::Request;
use crate::probe::Fixtures;
use crate::subject::gated::Gated;
use crate::subject::rfc::{JWT_API, Pair};
use crate::table::Row;
use crate::work::Work;

/// The name in the table.
pub(crate) const NAME: &str = "gate, fresh ES256 JWT";
/// Tokens for each second of a round: more than one core can check.
const TOKENS_PER_SECOND: u32 = 16_000;

/// Fresh tokens compared with the probe, which checks a signature each time.
///
/// # Errors
/// With the first error.
pub(crate) fn row(
    realm: Gated,
    machines: &[Pair],
    (fixtures, probe): (&Fixtures, u16),
    plan: Plan,
) -> Result<Row, String> {
    let seconds = 1 + plan.seconds * plan.rounds as u32;
    let tokens = mint(&realm, machines, JWT_API, (seconds * TOKENS_PER_SECOND) as usize)?;
    let (realm, ()) = realm.restart(|_| Ok(()))?;
    realm.settle()?;
    let mut fresh = tokens.iter();
    let port = realm.home.port;
    let one: Vec<_> = fresh.by_ref().take(1).map(|it| asks(&realm, it)).collect();
    check_answers(port, &one)?;
    let of_probe = Work::IntrospectJwt.of_probe(fixtures, probe);
    let of_probe: Vec<_> = of_probe.iter().map(Request::bytes).collect();
    let mut ours = |seconds| top(port, once(&realm, &mut fresh), seconds);
    let mut theirs = |seconds| top(probe, round(&of_probe), seconds);
    let compared = compare::alternate(&mut ours, &mut theirs, plan)?;
    if fresh.len() == 0 {
        return Err("there were too few tokens".to_owned());
    }
    Ok(Row::rates(NAME, compared, 0.9))
}

fn asks(realm: &Gated, token: &str) -> Request {
    realm.asks(CONTACTS, &format!("Bearer {token}"))
}

/// Each token once.
fn once<'a>(realm: &'a Gated, fresh: &'a mut std::slice::Iter<'_, String>) -> Next<'a> {
    Box::new(move |out| {
        let Some(token) = fresh.next() else { return false };
        out.extend_from_slice(&asks(realm, token).bytes());
        true
    })
}
