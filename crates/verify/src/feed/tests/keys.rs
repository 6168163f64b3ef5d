//! Signing keys that are introduced, retired and withdrawn, while strangers present junk.

use jose::{Algorithm, Signer, SigningKey};

use super::issuer::Fault;
use super::*;

/// A token of nobody, with a key name that nobody knows.
fn junk(issuer: &Issuer) -> String {
    let key = SigningKey::generate(Algorithm::ES256, &base::SystemRng).unwrap();
    let payload = serde_json::to_vec(&claims(issuer, 1)).unwrap();
    Signer::new(Arc::new(key), Some("at+jwt")).sign(&payload).unwrap()
}

async fn begun(issuer: &Issuer) -> Verifier {
    let verifier = follower(issuer, Setting::default());
    verifier.ready().await;
    verifier
}

async fn refuses_key(verifier: &Verifier, token: &str) {
    eventually("the key is refused", async || {
        matches!(ask(verifier, token).await, Err(Rejection::Signature(_)))
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_needs_no_key_set_and_no_cache_can_delay_it() {
    let issuer = Issuer::start().await;
    issuer.cache_key_set();
    let verifier = begun(&issuer).await;
    issuer.introduce();
    let (old, other) = (token(&issuer, 1), token(&issuer, 2));
    accepts(&verifier, &old).await;
    assert!(ask(&verifier, &junk(&issuer)).await.is_err());
    let fetched = issuer.key_sets();
    for withdrawn in 0..3 {
        // The snapshot of the withdrawal before: else one snapshot may serve for two.
        for _ in 0..200 {
            if issuer.snapshots() > withdrawn {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let old = token(&issuer, 1);
        accepts(&verifier, &old).await;
        issuer.withdraw();
        refuses_key(&verifier, &old).await;
        assert!(ask(&verifier, &junk(&issuer)).await.is_err());
        accepts(&verifier, &token(&issuer, 1)).await;
    }
    issuer.revoke(Mark::status_index(2));
    assert!(ask(&verifier, &other).await.is_err(), "its key is withdrawn");
    refuses(&verifier, &token(&issuer, 2)).await;
    assert_eq!(issuer.key_sets(), fetched, "no document but the feed was needed");
    assert_eq!(issuer.snapshots(), 4, "one more for each key that was withdrawn");
}

#[tokio::test]
async fn what_strangers_send_spends_nothing_that_the_feed_needs() {
    // An issuer that says only that its keys changed, as all did before.
    let issuer = Issuer::start().await;
    let verifier = begun(&issuer).await;
    let old = token(&issuer, 1);
    accepts(&verifier, &old).await;
    // The fetch of the start counts for the feed, too.
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert!(ask(&verifier, &junk(&issuer)).await.is_err());
    issuer.rotate();
    refuses_key(&verifier, &old).await;
    let new = token(&issuer, 1);
    accepts(&verifier, &new).await;
    issuer.revoke(Mark::status_index(1));
    refuses(&verifier, &new).await;
    let fetched = issuer.key_sets();
    for _ in 0..50 {
        assert!(ask(&verifier, &junk(&issuer)).await.is_err());
    }
    assert_eq!(issuer.key_sets(), fetched, "and what the feed needed allows strangers nothing");
}

#[tokio::test]
async fn a_snapshot_withdraws_what_the_missing_messages_withdrew() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    issuer.cache_key_set();
    let verifier = begun(&issuer).await;
    let old = token(&issuer, 1);
    accepts(&verifier, &old).await;
    issuer.fault(Fault::FeedDown);
    tokio::time::sleep(Duration::from_millis(100)).await;
    issuer.withdraw();
    let before = issuer.snapshots();
    issuer.fault(Fault::Resetting);
    refuses_key(&verifier, &old).await;
    assert!(issuer.snapshots() > before);
    issuer.fault(Fault::None);
    accepts(&verifier, &token(&issuer, 1)).await;
}

#[tokio::test]
async fn a_verifier_that_starts_with_an_old_key_set_hears_of_withdrawals_before_it_answers() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    issuer.cache_key_set();
    let old = token(&issuer, 1);
    issuer.withdraw();
    let verifier = follower(&issuer, Setting::default());
    assert!(matches!(ask(&verifier, &old).await, Err(Rejection::Signature(_))));
    accepts(&verifier, &token(&issuer, 1)).await;
}

#[tokio::test]
async fn status_lists_withdraw_keys_while_there_is_no_feed() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    issuer.cache_key_set();
    let verifier = begun(&issuer).await;
    let old = token(&issuer, 1);
    accepts(&verifier, &old).await;
    issuer.fault(Fault::FeedDown);
    issuer.withdraw();
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let refused = ask(&verifier, &old).await;
    assert!(matches!(refused, Err(Rejection::Signature(_))), "the first list says so: {refused:?}");
    assert!(ask(&verifier, &token(&issuer, 1)).await.is_ok());
}

#[tokio::test]
async fn who_has_a_withdrawn_key_introduces_nothing_and_restores_nothing() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    let verifier = begun(&issuer).await;
    let old = token(&issuer, 1);
    issuer.revoke(Mark::status_index(2));
    issuer.withdraw();
    refuses_key(&verifier, &old).await;
    issuer.fault(Fault::Thief);
    let bad = token(&issuer, 2);
    let evil = issuer.sign_with_evil("at+jwt", &claims(&issuer, 1));
    for _ in 0..40 {
        for token in [&old, &evil] {
            assert!(matches!(ask(&verifier, token).await, Err(Rejection::Signature(_))));
        }
        assert_eq!(ask(&verifier, &bad).await, Err(Rejection::Revoked));
        assert!(ask(&verifier, &token(&issuer, 1)).await.is_ok());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(verifier.following().unwrap().sequence < Some(10));
}

#[tokio::test]
async fn what_a_thief_introduced_falls_with_the_stolen_key() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    let verifier = begun(&issuer).await;
    let evil = issuer.sign_with_evil("at+jwt", &claims(&issuer, 1));
    let key = issuer.key_set().keys.remove(0);
    let signer = jose::VerifyingKey::from_jwk(&key).unwrap();
    let keys = vec![serde_json::to_value(&key).unwrap(), issuer.evil_jwk()];
    let said = status::SigningKeys { keys, ..status::SigningKeys::default() };
    assert!(verifier.keys.learn(&said, &signer));
    assert!(ask(&verifier, &evil).await.is_ok(), "the key was good at that moment");
    issuer.withdraw();
    refuses_key(&verifier, &evil).await;
}

#[tokio::test]
async fn what_a_thief_said_in_the_feed_falls_with_the_stolen_key() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    let verifier = begun(&issuer).await;
    issuer.revoke(Mark::status_index(2));
    refuses(&verifier, &token(&issuer, 2)).await;
    let lie = issuer.lie(Mark::status_index(2), Mark::status_index(3));
    {
        let feed = verifier.feed.as_ref().unwrap();
        let mut known = feed.shared.known.write().unwrap();
        known.apply(&lie, SystemClock.now());
    }
    assert!(ask(&verifier, &token(&issuer, 2)).await.is_ok(), "the key was good at that moment");
    issuer.withdraw();
    refuses(&verifier, &token(&issuer, 2)).await;
    accepts(&verifier, &token(&issuer, 3)).await;
    assert!(verifier.following().unwrap().sequence < Some(10));
    issuer.revoke(Mark::status_index(3));
    refuses(&verifier, &token(&issuer, 3)).await;
}

#[tokio::test]
async fn a_verifier_with_given_keys_hears_of_new_and_withdrawn_ones() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    let builder = Verifier::builder().issuer(issuer.url()).audience(AUDIENCE).never_expiring();
    let builder = builder.keys(&issuer.key_set()).follow(format!("{}/feed", issuer.url()));
    let verifier = builder.build().unwrap();
    verifier.ready().await;
    for _ in 0..2 {
        let old = token(&issuer, 1);
        accepts(&verifier, &old).await;
        issuer.withdraw();
        refuses_key(&verifier, &old).await;
        accepts(&verifier, &token(&issuer, 1)).await;
    }
    assert_eq!(issuer.key_sets(), 0);
}

#[tokio::test]
async fn a_retired_key_signs_no_new_token_and_no_message() {
    let issuer = Issuer::start().await;
    issuer.introduce();
    let verifier = begun(&issuer).await;
    let old = token(&issuer, 1);
    accepts(&verifier, &old).await;
    issuer.retire();
    issuer.revoke(Mark::status_index(2));
    let bad = token(&issuer, 2);
    refuses(&verifier, &bad).await;
    accepts(&verifier, &old).await;
    let mut later = claims(&issuer, 1);
    later["iat"] = json!(SystemClock.now().seconds() + 61);
    let later = issuer.sign_with_old("at+jwt", &later);
    assert!(matches!(ask(&verifier, &later).await, Err(Rejection::Signature(_))));
    issuer.fault(Fault::Thief);
    for _ in 0..20 {
        assert_eq!(ask(&verifier, &bad).await, Err(Rejection::Revoked));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(ask(&verifier, &old).await.is_ok());
}
