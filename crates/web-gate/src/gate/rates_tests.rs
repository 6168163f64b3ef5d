//! Buckets by a clock that stands still.

use super::*;

fn rate(requests: u32, seconds: u64) -> Option<Rate> {
    Some(Rate { requests, window: Duration::from_secs(seconds) })
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

fn passes(rates: &Rates, key: u128, organization: u128, now: i64) -> bool {
    rates.count((key, Some(organization)), at(now), true).reached.is_none()
}

#[test]
fn a_window_lets_through_what_it_says_and_then_one_by_one() {
    let rates = Rates::new(rate(10, 60), None).unwrap();
    for _ in 0..10 {
        assert!(passes(&rates, 1, 1, 0));
    }
    let refused = rates.count((1, None), at(0), true);
    assert_eq!(refused.reached, Some(("credential", 6)));
    assert_eq!(refused.left.unwrap(), "\"credential\";r=0;t=60");
    assert!(passes(&rates, 2, 1, 0), "another credential has a bucket of its own");
    assert_eq!(rates.count((1, None), at(5_999), true).reached, Some(("credential", 1)));
    assert!(passes(&rates, 1, 1, 6_000));
    assert!(!passes(&rates, 1, 1, 6_000));
    assert!(passes(&rates, 1, 1, 600_000));
    let told = rates.count((1, None), at(600_000), true);
    assert_eq!(told.left.unwrap(), "\"credential\";r=8;t=12");
    assert_eq!(rates.policy.unwrap(), "\"credential\";q=10;w=60");
}

#[test]
fn a_request_that_one_limit_refuses_is_not_counted_by_the_other() {
    let rates = Rates::new(rate(3, 60), rate(2, 60)).unwrap();
    assert!(passes(&rates, 1, 9, 0) && passes(&rates, 2, 9, 0));
    for _ in 0..5 {
        let refused = rates.count((1, Some(9)), at(0), true);
        assert_eq!(refused.reached.unwrap().0, "organization");
        let left = refused.left.unwrap();
        assert_eq!(left, "\"credential\";r=2;t=20, \"organization\";r=0;t=60");
    }
    let policy = rates.policy.unwrap();
    assert_eq!(policy, "\"credential\";q=3;w=60, \"organization\";q=2;w=60");
}

#[test]
fn looking_spends_nothing() {
    let rates = Rates::new(rate(1, 60), None).unwrap();
    for _ in 0..5 {
        assert!(rates.count((1, None), at(0), false).reached.is_none());
    }
    assert!(passes(&rates, 1, 1, 0));
    assert!(rates.count((1, None), at(0), false).reached.is_some());
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_a_window() {
    let rates = Rates::new(rate(2, 60), None).unwrap();
    assert!(passes(&rates, 1, 1, 3_600_000) && passes(&rates, 1, 1, 3_600_000));
    assert!(!passes(&rates, 1, 1, 0));
    assert!(passes(&rates, 1, 1, 30_000));
}

#[test]
fn rates_that_mean_nothing_are_refused_and_no_rates_tell_nothing() {
    assert!(Rates::new(rate(0, 60), None).is_none());
    assert!(Rates::new(None, rate(1, 0)).is_none());
    let none = Rates::new(None, None).unwrap();
    let counted = none.count((1, Some(1)), at(0), true);
    assert!(none.policy.is_none() && counted.left.is_none() && counted.reached.is_none());
}

#[test]
fn memory_is_bounded_and_what_finds_no_room_shares_one_bucket() {
    let limiter = Limiter::new(rate(1, 3_600).unwrap()).unwrap();
    let mut shard = Shard::default();
    let now = nanos(at(0));
    shard.full_at.extend((1..=MOST as u128).map(|key| (key, now + SECOND)));
    assert!(!shard.has_room(now));
    assert!(!shard.has_room(now + SECOND / 2), "it is not swept for every request");
    assert!(shard.has_room(now + 2 * SECOND), "what is full again gives its place away");
    assert!(shard.full_at.is_empty());
    let all: u128 = 3 * (SHARDS * MOST) as u128 / 2;
    for key in 1..=all {
        limiter.bucket(key, now).spend();
    }
    let kept: usize = limiter.shards.iter().map(|it| it.lock().unwrap().full_at.len()).sum();
    assert!(kept <= SHARDS * (MOST + 1), "{kept}");
    assert!(limiter.bucket(u128::MAX, now).wait() > 0, "strangers share what is spent");
}
