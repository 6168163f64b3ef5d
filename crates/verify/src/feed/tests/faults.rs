//! One fault at a time.

use base::FixedClock;

use super::issuer::Fault;
use super::*;
use crate::HeardBy;

async fn begun(issuer: &Issuer, setting: Setting) -> Verifier {
    let verifier = follower(issuer, setting);
    verifier.ready().await;
    verifier
}

/// During `fault`, a revocation takes effect and active tokens stay active.
async fn holds_during(fault: Fault) -> (Issuer, Verifier) {
    let issuer = Issuer::start().await;
    let verifier = begun(&issuer, Setting::default()).await;
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    issuer.fault(fault);
    for _ in 0..3 {
        issuer.revoke(Mark::status_index(1));
        refuses(&verifier, &one).await;
        accepts(&verifier, &other).await;
        issuer.restore(Mark::status_index(1));
        accepts(&verifier, &one).await;
    }
    (issuer, verifier)
}

#[tokio::test]
async fn broken_streams_are_resumed_and_then_replaced_by_polls() {
    let (issuer, verifier) = holds_during(Fault::Dropping).await;
    assert!(issuer.polls() > 0 && issuer.streams() >= 2);
    assert_eq!(issuer.snapshots(), 1, "nothing was missed");
    issuer.fault(Fault::None);
    let by = async || verifier.following().unwrap().by == HeardBy::Stream;
    eventually("a stream again", by).await;
}

#[tokio::test]
async fn refused_or_buffered_streams_are_replaced_by_polls() {
    for fault in [Fault::NoStreams, Fault::Stalled] {
        let (issuer, _) = holds_during(fault).await;
        assert!(issuer.polls() > 0, "{fault:?}");
        assert_eq!(issuer.snapshots(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn forged_foreign_and_mistyped_messages_change_nothing() {
    let issuer = Issuer::start().await;
    let verifier = begun(&issuer, Setting::default()).await;
    issuer.revoke(Mark::status_index(1));
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    refuses(&verifier, &one).await;
    issuer.fault(Fault::Forging);
    for _ in 0..40 {
        assert_eq!(ask(&verifier, &one).await, Err(Rejection::Revoked));
        assert!(ask(&verifier, &other).await.is_ok());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(verifier.following().unwrap().sequence < Some(10));
    holds_during(Fault::Forging).await;
}

#[tokio::test]
async fn replayed_messages_restore_nothing() {
    let issuer = Issuer::start().await;
    let verifier = begun(&issuer, Setting::default()).await;
    issuer.revoke(Mark::status_index(1));
    issuer.restore(Mark::status_index(1));
    issuer.revoke(Mark::status_index(1));
    let one = token(&issuer, 1);
    refuses(&verifier, &one).await;
    issuer.fault(Fault::Replaying);
    for _ in 0..30 {
        assert_eq!(ask(&verifier, &one).await, Err(Rejection::Revoked));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // A repeated newest message looks like one of another node, so a snapshot is taken.
    assert!(issuer.snapshots() < 15, "{}", issuer.snapshots());
}

#[tokio::test]
async fn missing_messages_are_noticed_and_a_snapshot_is_taken() {
    let issuer = Issuer::start().await;
    let verifier = begun(&issuer, Setting::default()).await;
    issuer.fault(Fault::Losing);
    let tokens = [token(&issuer, 1), token(&issuer, 2)];
    issuer.revoke(Mark::status_index(1));
    issuer.revoke(Mark::status_index(2));
    for token in &tokens {
        refuses(&verifier, token).await;
    }
    assert!(issuer.snapshots() > 1);
    let (issuer, _) = holds_during(Fault::Resetting).await;
    assert!(issuer.snapshots() > 1);
}

#[tokio::test]
async fn endless_lines_and_wrong_media_types_only_end_the_connection() {
    for fault in [Fault::Endless, Fault::Html] {
        let issuer = Issuer::start().await;
        let verifier = begun(&issuer, Setting::default()).await;
        let one = token(&issuer, 1);
        assert!(ask(&verifier, &one).await.is_ok());
        issuer.fault(fault);
        tokio::time::sleep(Duration::from_millis(700)).await;
        issuer.revoke(Mark::status_index(1));
        issuer.fault(Fault::None);
        refuses(&verifier, &one).await;
    }
}

#[tokio::test]
async fn beyond_the_limit_a_route_is_closed_unless_explicitly_open() {
    let issuer = Issuer::start().await;
    let clock = Arc::new(FixedClock::new(SystemClock.now()));
    let setting = Setting {
        clock: clock.clone(),
        stale_after: Duration::from_secs(30),
        ..Setting::default()
    };
    let verifier = begun(&issuer, setting).await;
    let (one, bad) = (token(&issuer, 1), token(&issuer, 2));
    issuer.revoke(Mark::status_index(2));
    refuses(&verifier, &bad).await;
    issuer.fault(Fault::Down);
    tokio::time::sleep(Duration::from_millis(50)).await;
    clock.advance(Duration::from_secs(29));
    assert!(ask(&verifier, &one).await.is_ok(), "what is known is recent enough");
    clock.advance(Duration::from_secs(5));
    let refused = ask(&verifier, &one).await.unwrap_err();
    assert!(matches!(refused, Rejection::StatusUnknown(_)), "{refused}");
    assert!(refused.to_string().contains("34 s ago"), "{refused}");
    let request = RequestInfo::of(&Request::new(()));
    let open = async |token: &str| {
        let presented = Presented::Bearer(Secret::new(token));
        verifier.verify_when(&presented, &request, WhenStale::Open).await
    };
    assert!(open(&one).await.is_ok());
    assert_eq!(open(&bad).await, Err(Rejection::Revoked), "what is known to be bad stays bad");
}

#[tokio::test]
async fn before_the_first_snapshot_nothing_is_known() {
    let issuer = Issuer::start().await;
    let one = token(&issuer, 1);
    issuer.fault(Fault::Html);
    let verifier = follower(&issuer, Setting::default());
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    let mut foreign = claims(&issuer, 3);
    foreign["status"]["status_list"]["uri"] = json!("https://other.example/status-lists/0");
    let foreign = issuer.sign("at+jwt", &foreign);
    assert!(matches!(ask(&verifier, &foreign).await, Err(Rejection::StatusUnknown(_))));
    let setting = Setting { when_stale: WhenStale::Open, ..Setting::default() };
    let open = follower(&issuer, setting);
    open.feed.as_ref().unwrap().shared.begun.send_replace(true);
    assert!(ask(&open, &one).await.is_ok());
}

#[tokio::test]
async fn an_issuer_with_a_clock_ahead_does_not_make_old_data_look_new() {
    let issuer = Issuer::start().await;
    issuer.ahead(3_600_000);
    let clock = Arc::new(FixedClock::new(SystemClock.now()));
    let limit = Duration::from_secs(30);
    let setting = Setting { clock: clock.clone(), stale_after: limit, ..Setting::default() };
    let verifier = begun(&issuer, setting).await;
    let one = token(&issuer, 1);
    assert!(ask(&verifier, &one).await.is_ok());
    issuer.fault(Fault::Down);
    tokio::time::sleep(Duration::from_millis(100)).await;
    clock.advance(Duration::from_secs(31));
    assert!(matches!(ask(&verifier, &one).await, Err(Rejection::StatusUnknown(_))));
}

#[tokio::test]
async fn a_restored_database_is_accepted_when_the_known_data_is_stale() {
    let issuer = Issuer::start().await;
    issuer.begin_at(100);
    issuer.revoke(Mark::status_index(1));
    let verifier = begun(&issuer, Setting::default()).await;
    let one = token(&issuer, 1);
    refuses(&verifier, &one).await;
    issuer.fault(Fault::FeedDown);
    issuer.restore_backup();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    issuer.fault(Fault::Resetting);
    accepts(&verifier, &one).await;
}
