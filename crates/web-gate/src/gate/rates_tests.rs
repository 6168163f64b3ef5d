//! The rate limits with a fixed clock.

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
fn a_window_allows_its_requests_and_then_one_after_each_interval() {
    let rates = Rates::new(rate(10, 60), None).unwrap();
    for _ in 0..10 {
        assert!(passes(&rates, 1, 1, 0));
    }
    let refused = rates.count((1, None), at(0), true);
    assert_eq!(refused.reached, Some(("credential", 6)));
    assert_eq!(refused.rate_limit.unwrap(), "\"credential\";r=0;t=60");
    assert!(passes(&rates, 2, 1, 0), "another credential has a bucket of its own");
    assert_eq!(rates.count((1, None), at(5_999), true).reached, Some(("credential", 1)));
    assert!(passes(&rates, 1, 1, 6_000));
    assert!(!passes(&rates, 1, 1, 6_000));
    assert!(passes(&rates, 1, 1, 600_000));
    let counted = rates.count((1, None), at(600_000), true);
    assert_eq!(counted.rate_limit.unwrap(), "\"credential\";r=8;t=12");
    assert_eq!(rates.policy.unwrap(), "\"credential\";q=10;w=60");
}

#[test]
fn a_request_that_one_limit_refuses_is_not_counted_by_the_other() {
    let rates = Rates::new(rate(3, 60), rate(2, 60)).unwrap();
    assert!(passes(&rates, 1, 9, 0) && passes(&rates, 2, 9, 0));
    for _ in 0..5 {
        let refused = rates.count((1, Some(9)), at(0), true);
        assert_eq!(refused.reached.unwrap().0, "organization");
        let left = refused.rate_limit.unwrap();
        assert_eq!(left, "\"credential\";r=2;t=20, \"organization\";r=0;t=60");
    }
    let policy = rates.policy.unwrap();
    assert_eq!(policy, "\"credential\";q=3;w=60, \"organization\";q=2;w=60");
}

#[test]
fn checking_without_spending_spends_nothing() {
    let rates = Rates::new(rate(1, 60), None).unwrap();
    for _ in 0..5 {
        assert!(rates.count((1, None), at(0), false).reached.is_none());
    }
    assert!(passes(&rates, 1, 1, 0));
    assert!(rates.count((1, None), at(0), false).reached.is_some());
}

#[test]
fn a_clock_that_is_set_back_blocks_for_one_window_at_most() {
    let rates = Rates::new(rate(2, 60), None).unwrap();
    assert!(passes(&rates, 1, 1, 3_600_000) && passes(&rates, 1, 1, 3_600_000));
    assert!(!passes(&rates, 1, 1, 0));
    assert!(passes(&rates, 1, 1, 30_000));
}

#[test]
fn invalid_rates_are_refused_and_without_rates_there_are_no_headers() {
    assert!(Rates::new(rate(0, 60), None).is_none());
    assert!(Rates::new(None, rate(1, 0)).is_none());
    let none = Rates::new(None, None).unwrap();
    let counted = none.count((1, Some(1)), at(0), true);
    assert!(none.policy.is_none() && counted.rate_limit.is_none() && counted.reached.is_none());
}

#[test]
fn memory_is_bounded_and_keys_without_room_share_one_bucket() {
    let limiter = Limiter::new(rate(1, 3_600).unwrap()).unwrap();
    let mut shard = Shard::default();
    let now = nanos(at(0));
    shard.full_at.extend((1..=MAX_BUCKETS as u128).map(|key| (key, now + SECOND)));
    assert!(!shard.has_room(now));
    assert!(!shard.has_room(now + SECOND / 2), "it is not swept for every request");
    assert!(shard.has_room(now + 2 * SECOND), "a full bucket is removed");
    assert!(shard.full_at.is_empty());
    let all: u128 = 3 * (SHARDS * MAX_BUCKETS) as u128 / 2;
    for key in 1..=all {
        limiter.bucket(key, now).spend();
    }
    let kept: usize = limiter.shards.iter().map(|it| it.lock().unwrap().full_at.len()).sum();
    assert!(kept <= SHARDS * (MAX_BUCKETS + 1), "{kept}");
    assert!(limiter.bucket(u128::MAX, now).wait() > 0, "strangers share what is spent");
}
