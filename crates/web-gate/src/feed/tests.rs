//! The feed and the lists, without a follower: what is published is published by hand.

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

struct World {
    realm: TestRealm,
    feed: RealmFeed,
    /// The last part of the address that asks.
    from: AtomicU8,
}

impl World {
    async fn new() -> Self {
        let realm = TestRealm::builder().url(ISSUER).build();
        realm.create_keys(&[domain::Algorithm::ES256]).await;
        let feed = RealmFeed::new(realm.state.clone());
        Self { realm, feed, from: AtomicU8::new(7) }
    }

    async fn open() -> Self {
        let world = Self::new().await;
        world.feed.feed().open(10);
        world
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

    /// Tells what was noted, as of `sequence`.
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
        Events { world: self, body: answer.into_body() }
    }
}

/// An open stream.
struct Events<'a> {
    world: &'a World,
    body: Body,
}

impl Events<'_> {
    /// The messages that come next, in one piece; `None`: the stream is over.
    async fn next(&mut self) -> Option<Vec<Update>> {
        let frame = self.body.frame().await?.unwrap().into_data().unwrap();
        let text = String::from_utf8(frame.to_vec()).unwrap();
        let event = |event: &str| {
            let (id, data) = event.split_once("\ndata: ").unwrap();
            let update = self.world.update(data);
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
async fn nothing_is_told_before_everything_is_known() {
    let world = World::new().await;
    for path in ["/feed", "/feed/snapshot", "/status-lists", "/status-lists/0"] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"1".parse().unwrap())
        );
        assert!(text(answer).await.contains("temporarily_unavailable"), "{path}");
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_in_the_words_of_the_dialect() {
    let world = World::open().await;
    for query in ["after=x", "after=-1", "wait=31"] {
        let answer = world.get(&format!("/feed?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert!(text(answer).await.contains(r#""error":"invalid_request""#));
    }
    let headers = [("accept", "text/event-stream"), ("last-event-id", "x")];
    assert_eq!(world.ask("GET", "/feed", &headers).await.status(), 400);
    for path in ["/feed", "/feed/snapshot", "/status-lists", "/status-lists/0"] {
        let answer = world.ask("POST", path, &[]).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["allow"]),
            (405, &"GET, HEAD".parse().unwrap())
        );
        let preflight = world.ask("OPTIONS", path, &[]).await;
        assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
        let head = world.ask("HEAD", path, &[]).await;
        assert_eq!(head.status(), 200, "{path}");
        assert_eq!(text(head).await, "");
    }
    for path in ["/status-lists/1", "/status-lists/00", "/status-lists/x", "/feed/", "/feed/x"] {
        assert_eq!(world.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_polls_is_given_what_they_miss_at_once_and_waits_for_more() {
    let world = World::open().await;
    world.revoke_token(1);
    world.publish(12);
    world.revoke_token(2);
    world.publish(13);
    world.publish(15);
    let all = world.poll("after=10&wait=20").await;
    assert_eq!(
        all.iter().map(|it| (it.after, it.sequence)).collect::<Vec<_>>(),
        [(10, 12), (12, 13)]
    );
    assert_eq!(marks(&all[0]), [Mark::id(1)]);
    assert_eq!(marks(&world.poll("after=12").await[0]), [Mark::id(2)]);
    let [heartbeat] = &world.poll("after=14&wait=1").await[..] else { panic!() };
    assert_eq!((heartbeat.after, heartbeat.sequence, marks(heartbeat)), (13, 15, vec![]));
    let waits = world.poll("after=15&wait=10");
    let tells = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        world.revoke_token(3);
        world.publish(16);
    };
    let (waited, ()) = tokio::join!(waits, tells);
    assert_eq!(marks(&waited[0]), [Mark::id(3)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_away_for_too_long_is_told_to_take_a_snapshot() {
    let world = World::open().await;
    world.publish(12);
    let [reset] = &world.poll("after=9&wait=5").await[..] else { panic!() };
    assert!(reset.reset && reset.sequence == 12 && reset.after == 0);
    let mut stream = world.events("/feed?after=9", None).await;
    assert!(stream.next().await.unwrap()[0].reset);
    assert!(stream.next().await.is_none());
    // More than this node has, which is not behind: it has it from another life of the database.
    let ahead = world.poll("after=99&wait=15").await;
    assert!(ahead[0].reset);
    assert!(world.poll("after=99&wait=1").await.is_empty(), "it may come yet");
    let mut stream = world.events("/feed?after=99", None).await;
    let tells = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.revoke_token(1);
        world.publish(99);
        world.revoke_token(2);
        world.publish(100);
    };
    let (told, ()) = tokio::join!(stream.next(), tells);
    assert_eq!(marks(&told.unwrap()[0]), [Mark::id(2)], "what they have is not told again");
}

#[tokio::test]
async fn a_stream_goes_on_where_its_reader_left_it_and_ends_with_the_process() {
    let world = World::open().await;
    world.revoke_token(1);
    world.publish(12);
    let mut stream = world.events("/feed?after=10", None).await;
    assert_eq!(marks(&stream.next().await.unwrap()[0]), [Mark::id(1)]);
    world.publish(13);
    let heartbeat = stream.next().await.unwrap();
    assert_eq!((heartbeat[0].after, heartbeat[0].sequence), (12, 13));
    drop(stream);
    world.revoke_token(2);
    world.publish(14);
    let mut resumed = world.events("/feed?after=10", Some("12")).await;
    assert_eq!(marks(&resumed.next().await.unwrap()[0]), [Mark::id(2)]);
    let mut from_now = world.events("/feed", None).await;
    assert_eq!(marks(&from_now.next().await.unwrap()[0]), [Mark::id(2)], "the newest greets");
    world.feed.feed().close();
    assert!(resumed.next().await.is_none() && from_now.next().await.is_none());
    let headers = [("accept", "text/event-stream")];
    assert_eq!(world.ask("GET", "/feed", &headers).await.status(), 503);
}

#[tokio::test]
async fn much_is_handed_over_bit_by_bit_and_in_order() {
    let world = World::open().await;
    for sequence in 11..=60 {
        world.revoke_token(u128::from(sequence));
        world.publish(sequence);
    }
    let mut stream = world.events("/feed?after=10", None).await;
    let mut sizes = Vec::new();
    let mut told = Vec::new();
    while told.len() < 50 {
        let some = stream.next().await.unwrap();
        sizes.push(some.len());
        told.extend(some.iter().map(|it| it.sequence));
    }
    assert_eq!(sizes, [16, 16, 16, 2]);
    assert!(told.into_iter().eq(11..=60));
    world.revoke_token(1);
    world.publish(61);
    assert_eq!(marks(&stream.next().await.unwrap()[0]), [Mark::id(1)], "and then what is new");
}

#[tokio::test]
async fn a_reader_slower_than_what_is_kept_is_cut_off() {
    let world = World::open().await;
    let mut stream = world.events("/feed?after=10", None).await;
    world.revoke_token(0);
    world.publish(11);
    stream.next().await.unwrap();
    for token in 1..=70_000 {
        world.revoke_token(token);
        if token % 1_000 == 0 {
            world.publish(11 + u64::try_from(token / 1_000).unwrap());
        }
    }
    assert!(stream.next().await.is_none());
    let updates = world.poll("after=60").await;
    let told: usize = updates.iter().map(|it| it.gone.len()).sum();
    assert_eq!((told, updates.last().unwrap().sequence), (21_000, 81));
    assert!(updates.iter().all(|it| it.gone.len() <= 512), "no message is too long to read");
    // A publication in parts counts once all of it was read.
    assert_eq!(updates.iter().filter(|it| it.sequence == 81).count(), 1);
}

#[tokio::test]
async fn readers_are_finitely_many_and_whoever_leaves_makes_room() {
    let world = World::open().await;
    let mut streams = Vec::new();
    let headers = [("accept", "text/event-stream")];
    for from in 0..10 {
        world.from.store(from, Relaxed);
        for _ in 0..super::shared::READERS_OF_ONE {
            streams.push(world.events("/feed?after=10", None).await);
        }
        assert_eq!(world.ask("GET", "/feed", &headers).await.status(), 503, "one has its share");
    }
    assert_eq!(streams.len(), super::shared::READERS);
    world.from.store(77, Relaxed);
    let refused = world.ask("GET", "/feed", &headers).await;
    assert_eq!(
        (refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()),
        (503, &b"5"[..])
    );
    streams.pop();
    world.events("/feed?after=10", None).await;
}

#[tokio::test]
async fn a_snapshot_says_everything_and_where_to_go_on() {
    let world = World::open().await;
    world.revoke_token(7);
    world
        .realm
        .state
        .issuer()
        .ledger()
        .token(8, Some(world.realm.clock.now().plus(Duration::from_secs(60))));
    world.publish(12);
    let answer = world.get("/feed/snapshot").await;
    assert_eq!(answer.headers()["content-type"], "application/jwt");
    let payload = world.payload("feed-snapshot+jwt", &text(answer).await);
    let snapshot: Snapshot = serde_json::from_slice(&payload).unwrap();
    let marks = snapshot.marks().unwrap();
    assert_eq!((snapshot.sequence, marks.len()), (12, 2));
    assert!(marks.contains(Mark::id(7)) && marks.contains(Mark::id(8)));
}

fn grant(world: &World, status_index: u32, revoked: bool) -> Entity {
    let now = world.realm.clock.now();
    let revoked =
        revoked.then_some(Revocation { at: now, by: domain::Actor::System, reason: None });
    Entity::Grant(Arc::new(Grant {
        id: Id::new(now, &SystemRng),
        realm: world.realm.state.issuer().realm().clone(),
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
    let world = World::open().await;
    for (status_index, revoked) in [(3, false), (4, true), ((1 << 20) + 1, true)] {
        let entity = grant(&world, status_index, revoked);
        let batch = Batch { writes: vec![Write::Insert(entity.clone())], events: vec![] };
        world.realm.state.app().store.commit(batch).await.unwrap();
        world.realm.state.issuer().ledger().entity(&entity);
    }
    let index: serde_json::Value =
        serde_json::from_str(&text(world.get("/status-lists").await).await).unwrap();
    let uris = [format!("{ISSUER}/status-lists/0"), format!("{ISSUER}/status-lists/1")];
    assert_eq!(index["status_lists"], serde_json::json!(uris));
    for (number, bad, good) in [(0, 4, 3), (1, 1, 0)] {
        let answer = world.get(&format!("/status-lists/{number}")).await;
        assert_eq!(answer.headers()["content-type"], "application/statuslist+jwt");
        assert!(
            answer.headers()["cache-control"].to_str().unwrap().starts_with("public, max-age=")
        );
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let payload = world.payload("statuslist+jwt", &text(answer).await);
        let claims: ListClaims = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims.sub, uris[number]);
        assert_eq!((claims.iat, claims.ttl), (world.realm.clock.now().seconds(), Some(15)));
        let bits = claims.status_list.read().unwrap();
        assert_eq!((bits.is_revoked(bad), bits.is_revoked(good)), (Some(true), Some(false)));
        assert_eq!(bits.is_revoked((1 << 20) - 1), Some(false), "a list has all its places");
        let path = format!("/status-lists/{number}");
        let again = world.ask("GET", &path, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status(), 304);
        assert_eq!(text(again).await, "");
    }
}

async fn list_claims(world: &World) -> ListClaims {
    let answer = world.get("/status-lists/0").await;
    serde_json::from_slice(&world.payload("statuslist+jwt", &text(answer).await)).unwrap()
}

/// The marks beside the list, once they are these tokens: a walk that took long delays the next.
async fn beside_becomes(world: &World, tokens: &[u128]) {
    let expected: Vec<Mark> = tokens.iter().map(|token| Mark::id(*token)).collect();
    let mut found = Vec::new();
    for _ in 0..200 {
        let marks = list_claims(world).await.read_beside().unwrap().unwrap();
        found = marks.iter().map(|gone| gone.mark).collect();
        if found == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{found:?}");
}

#[tokio::test]
async fn rfc7009_lists_tell_beside_their_bits_which_single_tokens_were_revoked() {
    let world = World::open().await;
    beside_becomes(&world, &[]).await;
    let until = world.realm.clock.now().plus(Duration::from_secs(60));
    world.realm.state.issuer().ledger().token(7, Some(until));
    beside_becomes(&world, &[7]).await;
    // What is over is not told any more.
    world.realm.clock.advance(Duration::from_secs(1_860));
    world.realm.state.issuer().ledger().tick(world.realm.clock.now());
    world.revoke_token(8);
    beside_becomes(&world, &[8]).await;
}

#[tokio::test]
async fn lists_tell_no_marks_where_they_are_too_many() {
    let world = World::open().await;
    (0..=status::MAX_MARKS_BESIDE_LIST as u128).for_each(|token| world.revoke_token(token));
    let claims = list_claims(&world).await;
    assert_eq!(claims.bad_marks, None);
    assert_eq!(claims.status_list.read().unwrap().is_revoked(0), Some(false), "the bits are there");
}
