//! A follower with an issuer without faults.

use super::*;
use crate::HeardBy;

#[tokio::test]
async fn a_revocation_holds_at_once_for_a_token_that_never_expires() {
    let issuer = Issuer::start().await;
    let verifier = follower(&issuer, Setting::default());
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    assert!(ask(&verifier, &one).await.is_ok(), "the first request waits for the snapshot");
    issuer.revoke(Mark::status_index(1));
    refuses(&verifier, &one).await;
    assert!(ask(&verifier, &other).await.is_ok());
    issuer.restore(Mark::status_index(1));
    accepts(&verifier, &one).await;
    let following = verifier.following().unwrap();
    assert_eq!((following.sequence, following.by), (Some(2), HeardBy::Stream));
    assert_eq!((following.fresh, following.marks, following.trouble), (true, 0, None));
    assert_eq!((issuer.streams(), issuer.snapshots(), issuer.polls()), (1, 1, 0));
}

#[tokio::test]
async fn every_link_refuses_the_token_and_the_api_too() {
    let issuer = Issuer::start().await;
    let verifier = follower(&issuer, Setting::default());
    for (grant, mark) in [(1, Mark::status_index(1)), (2, Mark::id(2)), (3, Mark::id(jti(3)))] {
        let token = token(&issuer, grant);
        accepts(&verifier, &token).await;
        issuer.revoke(mark);
        refuses(&verifier, &token).await;
    }
    let token = token(&issuer, 4);
    issuer.revoke(Mark::audience("https://another.example"));
    accepts(&verifier, &token).await;
    issuer.revoke(Mark::audience(AUDIENCE));
    refuses(&verifier, &token).await;
}

#[tokio::test]
async fn what_was_revoked_before_the_start_is_in_the_snapshot() {
    let issuer = Issuer::start().await;
    issuer.revoke(Mark::status_index(1));
    issuer.revoke(Mark::id(2));
    let verifier = follower(&issuer, Setting::default());
    verifier.ready().await;
    for grant in [1, 2] {
        assert_eq!(ask(&verifier, &token(&issuer, grant)).await, Err(Rejection::Revoked));
    }
    assert!(ask(&verifier, &token(&issuer, 3)).await.is_ok());
}

#[tokio::test]
async fn a_token_that_does_not_say_what_it_depends_on_is_refused_unless_allowed() {
    let issuer = Issuer::start().await;
    let mut verifier = follower(&issuer, Setting::default());
    let mut silent = claims(&issuer, 1);
    silent["status"] =
        json!({"status_list": {"idx": 1, "uri": format!("{}/status-lists/0", issuer.url())}});
    let half = issuer.sign("at+jwt", &silent);
    silent.as_object_mut().unwrap().remove("status");
    let silent = issuer.sign("at+jwt", &silent);
    for token in [&half, &silent] {
        assert_eq!(ask(&verifier, token).await, Err(Rejection::NoStatus));
    }
    verifier.without_status = true;
    assert!(ask(&verifier, &silent).await.is_ok());
    issuer.revoke(Mark::id(jti(1)));
    refuses(&verifier, &silent).await;
}

#[tokio::test]
async fn tokens_of_a_withdrawn_key_are_refused_although_seen_before() {
    let issuer = Issuer::start().await;
    let verifier = follower(&issuer, Setting::default());
    let old = token(&issuer, 1);
    assert!(ask(&verifier, &old).await.is_ok());
    assert!(ask(&verifier, &old).await.is_ok());
    // The message is signed by a new key that the follower does not know, so it fetches the keys.
    issuer.rotate();
    eventually("the old key ends", async || {
        matches!(ask(&verifier, &old).await, Err(Rejection::Signature(_)))
    })
    .await;
    let new = token(&issuer, 1);
    accepts(&verifier, &new).await;
    issuer.revoke(Mark::status_index(1));
    refuses(&verifier, &new).await;
}

#[tokio::test]
async fn it_ends_with_its_verifier() {
    let issuer = Issuer::start().await;
    let verifier = follower(&issuer, Setting::default());
    verifier.ready().await;
    let shared = Arc::downgrade(&verifier.feed.as_ref().unwrap().shared);
    drop(verifier);
    eventually("the task is gone", async || shared.strong_count() == 0).await;
}

#[test]
fn without_a_runtime_it_begins_at_the_first_request() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let serving = runtime();
    let issuer = serving.block_on(Issuer::start());
    let verifier = follower(&issuer, Setting::default());
    let token = token(&issuer, 1);
    assert_eq!(issuer.snapshots(), 0);
    assert!(runtime().block_on(ask(&verifier, &token)).is_ok());
    assert_eq!(issuer.snapshots(), 1);
    // The first runtime has ended, and its tasks with it. Another one takes over.
    std::thread::sleep(Duration::from_millis(1_100));
    issuer.revoke(Mark::status_index(1));
    runtime().block_on(refuses(&verifier, &token));
}
