//! Status lists in place of the feed.

use super::issuer::Fault;
use super::*;

#[tokio::test]
async fn status_list_8_while_the_feed_is_away_lists_decide() {
    let issuer = Issuer::start().await;
    issuer.fault(Fault::FeedDown);
    let setting = || Setting { stale_after: Duration::from_secs(3), ..Setting::default() };
    let verifier = follower(&issuer, setting());
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    issuer.revoke(Mark::place(1));
    for _ in 0..5 {
        assert_eq!(ask(&verifier, &one).await, Err(Rejection::Revoked));
        assert!(ask(&verifier, &other).await.is_ok());
    }
    assert_eq!(issuer.lists(), 1, "it is kept");
    issuer.revoke(Mark::place(2));
    refuses(&verifier, &other).await;
    // Lists away as well: what they said counts until it is too old.
    issuer.fault(Fault::Down);
    let third = token(&issuer, 3);
    assert!(ask(&verifier, &third).await.is_ok());
    eventually("too old", async || {
        matches!(ask(&verifier, &third).await, Err(Rejection::StatusUnknown(_)))
    })
    .await;
}

#[tokio::test]
async fn no_address_but_the_issuers_is_ever_fetched() {
    let (issuer, stranger) = (Issuer::start().await, Issuer::start().await);
    issuer.fault(Fault::FeedDown);
    let verifier = follower(&issuer, Setting::default());
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    let host = issuer.url().replace("http://", "");
    for uri in [
        format!("{}/status-lists/0", stranger.url()),
        format!("http://user@{host}/status-lists/0"),
        format!("ftp://{host}/status-lists/0"),
        "//x/0".to_owned(),
    ] {
        let mut evil = claims(&issuer, 1);
        evil["status"]["status_list"]["uri"] = json!(uri);
        let evil = issuer.sign("at+jwt", &evil);
        let refused = ask(&verifier, &evil).await;
        assert!(matches!(refused, Err(Rejection::StatusUnknown(_))), "{uri}: {refused:?}");
    }
    assert_eq!((stranger.lists(), issuer.lists()), (0, 0));
}

#[tokio::test]
async fn many_requests_cause_one_fetch() {
    let issuer = Issuer::start().await;
    issuer.fault(Fault::FeedDown);
    let setting = Setting { stale_after: Duration::from_secs(20), ..Setting::default() };
    let verifier = Arc::new(follower(&issuer, setting));
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    let one = token(&issuer, 1);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (verifier, one) = (Arc::clone(&verifier), one.clone());
            tokio::spawn(async move { ask(&verifier, &one).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(issuer.lists(), 1);
}
