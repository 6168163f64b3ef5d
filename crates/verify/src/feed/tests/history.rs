//! Random histories of revocations and faults, compared with a model: the issuer's own list of what
//! is revoked since when.

use std::collections::BTreeMap;
use std::time::Instant;

use base::Rng as _;
use base::rng::SequenceRng;

use super::issuer::{FAULTS, Fault};
use super::*;

const GRANTS: u32 = 12;
const LIMIT: Duration = Duration::from_millis(1_000);
/// The time that a busy machine may take between an answer and reading the clock.
const SLACK: Duration = Duration::from_millis(400);

/// Whether a grant is revoked, and since when.
#[derive(Clone, Copy)]
struct GrantState(bool, Instant);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_any_history_revoked_tokens_are_refused_in_time_and_active_ones_never_called_revoked() {
    for seed in 0..4 {
        history(seed).await;
    }
}

async fn history(seed: u64) {
    let (issuer, rng) = (Issuer::start().await, SequenceRng::new(seed * 1_000_003 + 17));
    let pick = |most: u64| (rng.u128() as u64 >> 11) % most;
    let verifier = follower(&issuer, Setting { stale_after: LIMIT, ..Setting::default() });
    let tokens: Vec<String> = (0..GRANTS).map(|grant| token(&issuer, grant)).collect();
    let mut model: BTreeMap<u32, GrantState> =
        (0..GRANTS).map(|grant| (grant, GrantState(false, Instant::now()))).collect();
    let mut trace = Vec::new();
    for _ in 0..40 {
        if pick(4) == 0 {
            let fault = FAULTS[pick(FAULTS.len() as u64) as usize];
            issuer.fault(fault);
            trace.push(format!("{fault:?}"));
        }
        let grant = pick(u64::from(GRANTS)) as u32;
        let GrantState(bad, _) = model[&grant];
        if bad && pick(2) == 0 {
            issuer.restore(Mark::status_index(grant));
            model.insert(grant, GrantState(false, Instant::now()));
            trace.push(format!("restore {grant}"));
        } else if !bad {
            issuer.revoke(Mark::status_index(grant));
            model.insert(grant, GrantState(true, Instant::now()));
            trace.push(format!("revoke {grant}"));
        }
        let until = Instant::now() + Duration::from_millis(20 + pick(120));
        while Instant::now() < until {
            let grant = pick(u64::from(GRANTS)) as u32;
            let asked = Instant::now();
            let answer = ask(&verifier, &tokens[grant as usize]).await;
            let GrantState(bad, since) = model[&grant];
            let long = asked.saturating_duration_since(since) > LIMIT + SLACK;
            match answer {
                Ok(_) => assert!(!(bad && long), "seed {seed}: {grant} passed: {trace:?}"),
                Err(Rejection::Revoked) => {
                    // A restored grant may be refused until the message arrives. A grant that was
                    // never revoked must not be.
                    let never = !trace.contains(&format!("revoke {grant}"));
                    assert!(!never, "seed {seed}: {grant} was never revoked: {trace:?}");
                }
                Err(Rejection::StatusUnknown(_) | Rejection::IssuerUnavailable(_)) => {}
                Err(other) => panic!("seed {seed}: {other}: {trace:?}"),
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    issuer.fault(Fault::None);
    for (grant, GrantState(bad, _)) in model {
        let token = &tokens[grant as usize];
        if bad { refuses(&verifier, token).await } else { accepts(&verifier, token).await }
    }
    let following = verifier.following().unwrap();
    assert!(following.bytes < 100_000, "{following:?}");
}
