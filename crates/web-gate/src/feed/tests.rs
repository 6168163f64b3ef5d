//! The feed and the lists without a follower of the store: each test publishes the changes itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use base::{Clock as _, Id, SystemRng};
use domain::{Entity, Grant, Revocation};
use http_body_util::BodyExt as _;
use jose::Compact;
use status::{ListClaims, Mark, Snapshot, Update};
use store::{Batch, Write};
use web_testing::TestRealm;

use super::publish::Current;
use super::{FeedResource, RealmFeed};

const ISSUER: &str = "https://login.example";

struct Fixture {
    realm: TestRealm,
    feed: RealmFeed,
    /// The last byte of the client's address.
    from: AtomicU8,
}

impl Fixture {
    async fn new() -> Self {
        let realm = TestRealm::builder().url(ISSUER).build();
        realm.create_keys(&[domain::Algorithm::ES256]).await;
        let feed = RealmFeed::new(realm.state.clone());
        Self { realm, feed, from: AtomicU8::new(7) }
    }

    async fn open() -> Self {
        let fixture = Self::new().await;
        fixture.feed.feed().open(10);
        fixture
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path).header("host", "any");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let from = [192, 0, 2, self.from.load(Relaxed)];
        let request = self.realm.request(from, request.body(Body::empty()).unwrap());
        match FeedResource::at(request.path()) {
            Some(resource) => super::answer(&self.feed, resource, request).await,
            None => Response::builder().status(404).body(Body::empty()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.ask("GET", path, &[]).await
    }

    fn current(&self, sequence: u64) -> Current {
        Current { sequence, as_of: self.realm.clock.now(), now: self.realm.clock.now() }
    }

    /// Publishes the noted changes up to `sequence`.
    fn publish(&self, sequence: u64) {
        let noted = self.realm.state.issuer().ledger().take();
        let current = self.current(sequence);
        self.feed.feed().publish(self.realm.state.issuer(), &noted, &current).unwrap();
    }

    fn revoke_token(&self, token: u128) {
        self.realm.state.issuer().ledger().token(token, None);
    }

    fn payload(&self, typ: &str, text: &str) -> Vec<u8> {
        let token = Compact::parse_within(text, 1 << 20).unwrap();
        assert!(token.header().is_type(typ), "{:?}", token.header());
        self.realm.state.issuer().keys().verify(&token).unwrap().to_vec()
    }

    fn update(&self, text: &str) -> Update {
        let update: Update = serde_json::from_slice(&self.payload("feed+jwt", text)).unwrap();
        assert_eq!(update.iss, ISSUER);
        update
    }

    async fn poll(&self, query: &str) -> Vec<Update> {
        let answer = self.get(&format!("/feed?{query}")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
        let updates = body["updates"].as_array().unwrap().iter();
        updates.map(|it| self.update(it.as_str().unwrap())).collect()
    }

    async fn events(&self, path: &str, last: Option<&str>) -> Events<'_> {
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let answer = self.ask("GET", path, &headers).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        Events { fixture: self, body: answer.into_body() }
    }
}

/// An open stream.
struct Events<'a> {
    fixture: &'a Fixture,
    body: Body,
}

impl Events<'_> {
    /// The messages of the next piece; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Vec<Update>> {
        let frame = self.body.frame().await?.unwrap().into_data().unwrap();
        let text = String::from_utf8(frame.to_vec()).unwrap();
        let event = |event: &str| {
            let (id, data) = event.split_once("\ndata: ").unwrap();
            let update = self.fixture.update(data);
            assert_eq!(id, format!("id: {}", update.sequence));
            update
        };
        Some(text.split_terminator("\n\n").map(event).collect())
    }
}

async fn text(answer: Response<Body>) -> String {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn marks(update: &Update) -> Vec<Mark> {
    update.gone.iter().map(|gone| gone.mark).collect()
}

#[tokio::test]
async fn the_feed_is_unavailable_until_it_is_opened() {
    let fixture = Fixture::new().await;
    for path in ["/feed", "/feed/snapshot", "/status-lists", "/status-lists/0"] {
        let answer = fixture.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"1".parse().unwrap())
        );
        assert!(text(answer).await.contains("temporarily_unavailable"), "{path}");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_in_the_format_of_the_dialect() {
    let fixture = Fixture::open().await;
    for query in ["after=x", "after=-1", "wait=31"] {
        let answer = fixture.get(&format!("/feed?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert!(text(answer).await.contains(r#""error":"invalid_request""#));
    }
    let headers = [("accept", "text/event-stream"), ("last-event-id", "x")];
    assert_eq!(fixture.ask("GET", "/feed", &headers).await.status(), 400);
    for path in ["/feed", "/feed/snapshot", "/status-lists", "/status-lists/0"] {
        let answer = fixture.ask("POST", path, &[]).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["allow"]),
            (405, &"GET, HEAD".parse().unwrap())
        );
        let preflight = fixture.ask("OPTIONS", path, &[]).await;
        assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
        let head = fixture.ask("HEAD", path, &[]).await;
        assert_eq!(head.status(), 200, "{path}");
        assert_eq!(text(head).await, "");
    }
    for path in ["/status-lists/1", "/status-lists/00", "/status-lists/x", "/feed/", "/feed/x"] {
        assert_eq!(fixture.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_returns_missed_messages_at_once_and_else_waits() {
    let fixture = Fixture::open().await;
    fixture.revoke_token(1);
    fixture.publish(12);
    fixture.revoke_token(2);
    fixture.publish(13);
    fixture.publish(15);
    let all = fixture.poll("after=10&wait=20").await;
    assert_eq!(
        all.iter().map(|it| (it.after, it.sequence)).collect::<Vec<_>>(),
        [(10, 12), (12, 13)]
    );
    assert_eq!(marks(&all[0]), [Mark::id(1)]);
    assert_eq!(marks(&fixture.poll("after=12").await[0]), [Mark::id(2)]);
    let [heartbeat] = &fixture.poll("after=14&wait=1").await[..] else { panic!() };
    assert_eq!((heartbeat.after, heartbeat.sequence, marks(heartbeat)), (13, 15, vec![]));
    let waits = fixture.poll("after=15&wait=10");
    let publishes = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        fixture.revoke_token(3);
        fixture.publish(16);
    };
    let (waited, ()) = tokio::join!(waits, publishes);
    assert_eq!(marks(&waited[0]), [Mark::id(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_missed_too_much_is_reset_to_a_snapshot() {
    let fixture = Fixture::open().await;
    fixture.publish(12);
    let [reset] = &fixture.poll("after=9&wait=5").await[..] else { panic!() };
    assert!(reset.reset && reset.sequence == 12 && reset.after == 0);
    let mut stream = fixture.events("/feed?after=9", None).await;
    assert!(stream.next().await.unwrap()[0].reset);
    assert!(stream.next().await.is_none());
    // A reader ahead of a node that is up to date has its number from another life of the database.
    let ahead = fixture.poll("after=99&wait=15").await;
    assert!(ahead[0].reset);
    assert!(fixture.poll("after=99&wait=1").await.is_empty(), "it may come yet");
    let mut stream = fixture.events("/feed?after=99", None).await;
    let publishes = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        fixture.revoke_token(1);
        fixture.publish(99);
        fixture.revoke_token(2);
        fixture.publish(100);
    };
    let (received, ()) = tokio::join!(stream.next(), publishes);
    assert_eq!(
        marks(&received.unwrap()[0]),
        [Mark::id(2)],
        "a change that the reader has is not sent again"
    );
}

#[tokio::test]
async fn a_stream_resumes_after_last_event_id_and_ends_with_the_process() {
    let fixture = Fixture::open().await;
    fixture.revoke_token(1);
    fixture.publish(12);
    let mut stream = fixture.events("/feed?after=10", None).await;
    assert_eq!(marks(&stream.next().await.unwrap()[0]), [Mark::id(1)]);
    fixture.publish(13);
    let heartbeat = stream.next().await.unwrap();
    assert_eq!((heartbeat[0].after, heartbeat[0].sequence), (12, 13));
    drop(stream);
    fixture.revoke_token(2);
    fixture.publish(14);
    let mut resumed = fixture.events("/feed?after=10", Some("12")).await;
    assert_eq!(marks(&resumed.next().await.unwrap()[0]), [Mark::id(2)]);
    let mut from_now = fixture.events("/feed", None).await;
    assert_eq!(marks(&from_now.next().await.unwrap()[0]), [Mark::id(2)], "the newest greets");
    fixture.feed.feed().close();
    assert!(resumed.next().await.is_none() && from_now.next().await.is_none());
    let headers = [("accept", "text/event-stream")];
    assert_eq!(fixture.ask("GET", "/feed", &headers).await.status(), 503);
}

#[tokio::test]
async fn many_messages_are_sent_in_pieces_and_in_order() {
    let fixture = Fixture::open().await;
    for sequence in 11..=60 {
        fixture.revoke_token(u128::from(sequence));
        fixture.publish(sequence);
    }
    let mut stream = fixture.events("/feed?after=10", None).await;
    let mut sizes = Vec::new();
    let mut received = Vec::new();
    while received.len() < 50 {
        let some = stream.next().await.unwrap();
        sizes.push(some.len());
        received.extend(some.iter().map(|it| it.sequence));
    }
    assert_eq!(sizes, [16, 16, 16, 2]);
    assert!(received.into_iter().eq(11..=60));
    fixture.revoke_token(1);
    fixture.publish(61);
    assert_eq!(marks(&stream.next().await.unwrap()[0]), [Mark::id(1)], "and then what is new");
}

#[tokio::test]
async fn a_reader_slower_than_the_log_is_disconnected() {
    let fixture = Fixture::open().await;
    let mut stream = fixture.events("/feed?after=10", None).await;
    fixture.revoke_token(0);
    fixture.publish(11);
    stream.next().await.unwrap();
    for token in 1..=70_000 {
        fixture.revoke_token(token);
        if token % 1_000 == 0 {
            fixture.publish(11 + u64::try_from(token / 1_000).unwrap());
        }
    }
    assert!(stream.next().await.is_none());
    let updates = fixture.poll("after=60").await;
    let received: usize = updates.iter().map(|it| it.gone.len()).sum();
    assert_eq!((received, updates.last().unwrap().sequence), (21_000, 81));
    assert!(updates.iter().all(|it| it.gone.len() <= 512), "no message is too long to read");
    // A publication in parts has a new sequence number in its last part only.
    assert_eq!(updates.iter().filter(|it| it.sequence == 81).count(), 1);
}

#[tokio::test]
async fn the_number_of_readers_is_limited_and_a_closed_stream_frees_its_place() {
    let fixture = Fixture::open().await;
    let mut streams = Vec::new();
    let headers = [("accept", "text/event-stream")];
    for from in 0..10 {
        fixture.from.store(from, Relaxed);
        for _ in 0..super::shared::MAX_READERS_PER_ADDRESS {
            streams.push(fixture.events("/feed?after=10", None).await);
        }
        assert_eq!(fixture.ask("GET", "/feed", &headers).await.status(), 503, "one has its share");
    }
    assert_eq!(streams.len(), super::shared::MAX_READERS);
    fixture.from.store(77, Relaxed);
    let refused = fixture.ask("GET", "/feed", &headers).await;
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
        (503, &b"5"[..])
    );
    streams.pop();
    fixture.events("/feed?after=10", None).await;
}

#[tokio::test]
async fn a_snapshot_has_all_marks_and_a_sequence_number() {
    let fixture = Fixture::open().await;
    fixture.revoke_token(7);
    fixture
        .realm
        .state
        .issuer()
        .ledger()
        .token(8, Some(fixture.realm.clock.now().plus(Duration::from_secs(60))));
    fixture.publish(12);
    let answer = fixture.get("/feed/snapshot").await;
    assert_eq!(answer.headers()["content-type"], "application/jwt");
    let payload = fixture.payload("feed-snapshot+jwt", &text(answer).await);
    let snapshot: Snapshot = serde_json::from_slice(&payload).unwrap();
    let marks = snapshot.marks().unwrap();
    assert_eq!((snapshot.sequence, marks.len()), (12, 2));
    assert!(marks.contains(Mark::id(7)) && marks.contains(Mark::id(8)));
}

#[tokio::test]
async fn a_snapshot_is_reused_only_while_the_log_goes_back_to_it_and_the_keys_are_the_same() {
    let fixture = Fixture::open().await;
    let first = text(fixture.get("/feed/snapshot").await).await;
    assert_eq!(text(fixture.get("/feed/snapshot").await).await, first);
    for at in 0..5_000 {
        fixture.revoke_token(at);
        fixture.publish(11 + u64::try_from(at).unwrap());
    }
    let second = text(fixture.get("/feed/snapshot").await).await;
    assert_ne!(second, first, "a reader of the first one would be told to take a snapshot");
    fixture.realm.create_keys(&[domain::Algorithm::EdDSA]).await;
    let third = text(fixture.get("/feed/snapshot").await).await;
    assert_ne!(third, second, "its keys are no longer all");
    assert_eq!(text(fixture.get("/feed/snapshot").await).await, third);
}

fn grant(fixture: &Fixture, status_index: u32, revoked: bool) -> Entity {
    let now = fixture.realm.clock.now();
    let revoked =
        revoked.then_some(Revocation { at: now, by: domain::Actor::System, reason: None });
    Entity::Grant(Arc::new(Grant {
        id: Id::new(now, &SystemRng),
        realm: fixture.realm.state.issuer().realm().clone(),
        client: None,
        user: None,
        organization: None,
        resource_server: Id::new(now, &SystemRng),
        scopes: Default::default(),
        default_scopes: None,
        epoch: 0,
        handle: None,
        status_index: Some(status_index),
        revoked,
        created_at: now,
    }))
}

#[tokio::test]
async fn token_status_list_8_a_list_is_signed_cacheable_and_found_by_its_number() {
    let fixture = Fixture::open().await;
    for (status_index, revoked) in [(3, false), (4, true), ((1 << 20) + 1, true)] {
        let entity = grant(&fixture, status_index, revoked);
        let batch = Batch { writes: vec![Write::Insert(entity.clone())], events: vec![] };
        fixture.realm.state.app().store.commit(batch).await.unwrap();
        fixture.realm.state.issuer().ledger().entity(&entity);
    }
    let index: serde_json::Value =
        serde_json::from_str(&text(fixture.get("/status-lists").await).await).unwrap();
    let uris = [format!("{ISSUER}/status-lists/0"), format!("{ISSUER}/status-lists/1")];
    assert_eq!(index["status_lists"], serde_json::json!(uris));
    for (number, bad, good) in [(0, 4, 3), (1, 1, 0)] {
        let answer = fixture.get(&format!("/status-lists/{number}")).await;
        assert_eq!(answer.headers()["content-type"], "application/statuslist+jwt");
        assert!(
            answer.headers()["cache-control"].to_str().unwrap().starts_with("public, max-age=")
        );
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let payload = fixture.payload("statuslist+jwt", &text(answer).await);
        let claims: ListClaims = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims.sub, uris[number]);
        assert_eq!((claims.iat, claims.ttl), (fixture.realm.clock.now().seconds(), Some(15)));
        let bits = claims.status_list.read().unwrap();
        assert_eq!((bits.is_revoked(bad), bits.is_revoked(good)), (Some(true), Some(false)));
        assert_eq!(bits.is_revoked((1 << 20) - 1), Some(false), "a list has all its places");
        let path = format!("/status-lists/{number}");
        let again = fixture.ask("GET", &path, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(text(again).await, "");
    }
}

async fn list_claims(fixture: &Fixture) -> ListClaims {
    let answer = fixture.get("/status-lists/0").await;
    serde_json::from_slice(&fixture.payload("statuslist+jwt", &text(answer).await)).unwrap()
}

/// Waits until the marks beside the list are those of these tokens: a slow computation delays the next one.
async fn wait_for_token_marks(fixture: &Fixture, tokens: &[u128]) {
    let expected: Vec<Mark> = tokens.iter().map(|token| Mark::id(*token)).collect();
    let mut found = Vec::new();
    for _ in 0..200 {
        let marks = list_claims(fixture).await.read_beside().unwrap().unwrap();
        found = marks.iter().map(|gone| gone.mark).collect();
        if found == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{found:?}");
}

#[tokio::test]
async fn rfc7009_lists_have_the_marks_of_revoked_tokens_beside_their_bits() {
    let fixture = Fixture::open().await;
    wait_for_token_marks(&fixture, &[]).await;
    let until = fixture.realm.clock.now().plus(Duration::from_secs(60));
    fixture.realm.state.issuer().ledger().token(7, Some(until));
    wait_for_token_marks(&fixture, &[7]).await;
    // The mark of an expired token is not published any more.
    fixture.realm.clock.advance(Duration::from_secs(1_860));
    fixture.realm.state.issuer().ledger().tick(fixture.realm.clock.now());
    fixture.revoke_token(8);
    wait_for_token_marks(&fixture, &[8]).await;
}

#[tokio::test]
async fn lists_have_no_marks_when_there_are_too_many() {
    let fixture = Fixture::open().await;
    (0..=status::MAX_MARKS_BESIDE_LIST as u128).for_each(|token| fixture.revoke_token(token));
    let claims = list_claims(&fixture).await;
    assert_eq!(claims.bad_marks, None);
    assert_eq!(claims.status_list.read().unwrap().is_revoked(0), Some(false), "the bits are there");
}

mod sum;
