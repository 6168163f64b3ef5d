//! Random histories of revocations and faults, against a model: the issuer's own list of what is
//! bad and since when.

use std::collections::BTreeMap;
use std::time::Instant;

use base::Rng as _;
use base::rng::SequenceRng;

use super::issuer::{FAULTS, Fault};
use super::*;

const GRANTS: u32 = 12;
const LIMIT: Duration = Duration::from_millis(1_000);
/// What a busy machine may take between an answer and the look at the clock.
const SLACK: Duration = Duration::from_millis(400);

/// Since when each grant is bad, or good.
#[derive(Clone, Copy)]
struct Since(bool, Instant);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_no_revoked_token_passes_the_limit_and_no_good_one_is_called_revoked() {
    for seed in 0..4 {
        history(seed).await;
    }
}

async fn history(seed: u64) {
    let (issuer, rng) = (Issuer::start().await, SequenceRng::new(seed * 1_000_003 + 17));
    let pick = |most: u64| (rng.u128() as u64 >> 11) % most;
    let verifier = follower(&issuer, Setting { stale_after: LIMIT, ..Setting::default() });
    let tokens: Vec<String> = (0..GRANTS).map(|grant| token(&issuer, grant)).collect();
    let mut model: BTreeMap<u32, Since> =
        (0..GRANTS).map(|grant| (grant, Since(false, Instant::now()))).collect();
    let mut trace = Vec::new();
    for _ in 0..40 {
        if pick(4) == 0 {
            let fault = FAULTS[pick(FAULTS.len() as u64) as usize];
            issuer.fault(fault);
            trace.push(format!("{fault:?}"));
        }
        let grant = pick(u64::from(GRANTS)) as u32;
        let Since(bad, _) = model[&grant];
        if bad && pick(2) == 0 {
            issuer.restore(Mark::status_index(grant));
            model.insert(grant, Since(false, Instant::now()));
            trace.push(format!("restore {grant}"));
        } else if !bad {
            issuer.revoke(Mark::status_index(grant));
            model.insert(grant, Since(true, Instant::now()));
            trace.push(format!("revoke {grant}"));
        }
        let until = Instant::now() + Duration::from_millis(20 + pick(120));
        while Instant::now() < until {
            let grant = pick(u64::from(GRANTS)) as u32;
            let asked = Instant::now();
            let answer = ask(&verifier, &tokens[grant as usize]).await;
            let Since(bad, since) = model[&grant];
            let long = asked.saturating_duration_since(since) > LIMIT + SLACK;
            match answer {
                Ok(_) => assert!(!(bad && long), "seed {seed}: {grant} passed: {trace:?}"),
                Err(Rejection::Revoked) => {
                    // A restored one may be held back until the word is through; one that was
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
    for (grant, Since(bad, _)) in model {
        let token = &tokens[grant as usize];
        if bad { refuses(&verifier, token).await } else { accepts(&verifier, token).await }
    }
    let following = verifier.following().unwrap();
    assert!(following.bytes < 100_000, "{following:?}");
}
