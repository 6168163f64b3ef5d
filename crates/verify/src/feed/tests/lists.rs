//! Status lists while the feed is unavailable.

use status::{INDEXES_PER_LIST, ListClaims, Marks};

use super::issuer::{Beside, Fault};
use super::*;

#[tokio::test]
async fn status_list_8_while_the_feed_is_away_lists_decide() {
    let issuer = Issuer::start().await;
    issuer.fault(Fault::FeedDown);
    let setting = || Setting { stale_after: Duration::from_secs(3), ..Setting::default() };
    let verifier = follower(&issuer, setting());
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    issuer.revoke(Mark::status_index(1));
    for _ in 0..5 {
        assert_eq!(ask(&verifier, &one).await, Err(Rejection::Revoked));
        assert!(ask(&verifier, &other).await.is_ok());
    }
    assert_eq!(issuer.lists(), 1, "it is kept");
    issuer.revoke(Mark::status_index(2));
    refuses(&verifier, &other).await;
    // The lists are unavailable, too. The last ones are used until they are too old.
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

fn without_feed(issuer: &Issuer, when_stale: WhenStale) -> Verifier {
    issuer.fault(Fault::FeedDown);
    let stale_after = Duration::from_secs(3);
    let verifier = follower(issuer, Setting { stale_after, when_stale, ..Setting::default() });
    verifier.feed.as_ref().unwrap().shared.begun.send_replace(true);
    verifier
}

#[tokio::test]
async fn rfc7009_a_single_token_revoked_while_the_feed_is_away_is_refused_in_time() {
    let issuer = Issuer::start().await;
    let setting = Setting { stale_after: Duration::from_secs(2), ..Setting::default() };
    let verifier = follower(&issuer, setting);
    let (one, other) = (token(&issuer, 1), token(&issuer, 2));
    accepts(&verifier, &one).await;
    issuer.fault(Fault::FeedDown);
    eventually("stale", async || !verifier.following().unwrap().fresh).await;
    assert!(ask(&verifier, &one).await.is_ok(), "the list says that it is good");
    let revoked = std::time::Instant::now();
    issuer.revoke(Mark::id(jti(1)));
    refuses(&verifier, &one).await;
    assert!(revoked.elapsed() < Duration::from_secs(2), "{:?}", revoked.elapsed());
    assert!(ask(&verifier, &other).await.is_ok());
}

#[tokio::test]
async fn lists_also_decide_on_the_other_marks_of_a_token() {
    let issuer = Issuer::start().await;
    // A client's secret has its own status index, in another list than the one that the token
    // names.
    let secret = INDEXES_PER_LIST + 7;
    let mut of_secret = claims(&issuer, 1);
    let mut status = String::new();
    TokenStatus {
        status_index: Some(1),
        marks: vec![Mark::status_index(1), Mark::status_index(secret)],
    }
    .write(&format!("{}/status-lists/", issuer.url()), &mut status);
    of_secret["status"] = serde_json::from_str(&status).unwrap();
    let of_secret = issuer.sign("at+jwt", &of_secret);
    let verifier = without_feed(&issuer, WhenStale::Closed);
    assert!(ask(&verifier, &of_secret).await.is_ok());
    assert_eq!(issuer.lists(), 2);
    issuer.revoke(Mark::status_index(secret));
    issuer.revoke(Mark::id(2));
    refuses(&verifier, &of_secret).await;
    refuses(&verifier, &token(&issuer, 2)).await;
    assert!(ask(&verifier, &token(&issuer, 3)).await.is_ok());
}

#[tokio::test]
async fn a_list_without_marks_is_not_enough_for_a_token_that_names_marks() {
    let issuer = Issuer::start().await;
    issuer.beside(Beside::Nothing);
    issuer.revoke(Mark::status_index(1));
    let mut foreign = claims(&issuer, 2);
    foreign["status"].as_object_mut().unwrap().remove("marks");
    let foreign = issuer.sign("at+jwt", &foreign);
    let mut closed = without_feed(&issuer, WhenStale::Closed);
    closed.without_status = true;
    let mut open = without_feed(&issuer, WhenStale::Open);
    open.without_status = true;
    let (bad, unsure) = (token(&issuer, 1), token(&issuer, 2));
    for _ in 0..3 {
        assert_eq!(ask(&closed, &bad).await, Err(Rejection::Revoked));
        let refused = ask(&closed, &unsure).await;
        assert!(matches!(refused, Err(Rejection::StatusUnknown(_))), "{refused:?}");
        assert!(ask(&closed, &foreign).await.is_ok(), "who knows the standard alone");
    }
    assert_eq!(issuer.lists(), 1, "it is kept, and no request waits for a newer one");
    assert!(ask(&open, &unsure).await.is_ok());
    refuses(&open, &bad).await;
}

#[tokio::test]
async fn a_list_with_malformed_or_oversized_marks_is_refused() {
    let issuer = Issuer::start().await;
    let mut marks = Marks::default();
    (0..=status::MAX_MARKS_BESIDE_LIST as u128).for_each(|id| marks.set(Mark::id(id << 20), None));
    assert_eq!(ListClaims::beside(&marks), None);
    let too_many = status::Snapshot::of(&marks, "i", 1, 1).marks;
    let bomb = status::StatusList::of(&vec![0xFF; 64 << 20]).lst;
    let mut evil = vec![too_many, bomb, "AAAA".to_owned(), "é".to_owned(), String::new()];
    evil.push("A".repeat(5 << 20));
    for text in evil {
        issuer.beside(Beside::Text(text));
        let verifier = without_feed(&issuer, WhenStale::Closed);
        let refused = ask(&verifier, &token(&issuer, 1)).await;
        assert!(matches!(refused, Err(Rejection::StatusUnknown(_))), "{refused:?}");
        let following = verifier.following().unwrap();
        assert_eq!(following.marks, 0);
    }
    issuer.beside(Beside::Marks);
    accepts(&without_feed(&issuer, WhenStale::Closed), &token(&issuer, 1)).await;
}

/// An issuer that never answers.
#[derive(Debug, Default)]
struct BlackHole(std::sync::atomic::AtomicUsize);

impl crate::Introspect for BlackHole {
    fn introspect<'a>(
        &'a self,
        _: &'a Presented,
        _: &'a RequestInfo,
    ) -> crate::BoxFuture<'a, Result<crate::Introspection, crate::Unavailable>> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Err(crate::Unavailable::new("it did not answer in time"))
        })
    }
}

#[tokio::test]
async fn only_a_few_callers_wait_for_an_issuer_that_does_not_answer() {
    let issuer = Issuer::start().await;
    let mut verifier = without_feed(&issuer, WhenStale::Closed);
    let black_hole = Arc::new(BlackHole::default());
    verifier.introspection = Some(Arc::clone(&black_hole) as _);
    verifier.mode = crate::Mode::OfflineThenIntrospect;
    let asked = || black_hole.0.load(std::sync::atomic::Ordering::SeqCst);
    let one = token(&issuer, 1);
    for _ in 0..2 {
        assert!(ask(&verifier, &one).await.is_ok());
    }
    let began = std::time::Instant::now();
    for _ in 0..100 {
        assert!(ask(&verifier, &one).await.is_ok(), "the list answers");
    }
    let pauses = 1 + usize::try_from(began.elapsed().as_secs()).unwrap();
    assert!((2..=2 + pauses).contains(&asked()), "{} in {:?}", asked(), began.elapsed());
    issuer.revoke(Mark::status_index(1));
    refuses(&verifier, &one).await;
}
