//! An issuer over real HTTP that knows what it revoked, and that can have any fault.

mod keys;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{Clock, SystemClock, SystemRng};
use jose::{Algorithm, Signer, SigningKey};
use serde::Serialize;
use serde_json::json;
use status::{ListClaims, Mark, Marks, RevokedMark, Snapshot, StatusList, Update};
use tokio::sync::mpsc;
use tokio::time::sleep;

use self::keys::Keys;

/// A fault of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Fault {
    #[default]
    None,
    /// Every answer of the feed is a 500; status lists work.
    FeedDown,
    /// Every answer is a 500.
    Down,
    /// Streams are refused.
    NoStreams,
    /// Streams are opened and stay silent, as behind a buffering proxy.
    Stalled,
    /// Streams end after one message.
    Dropping,
    /// Before each message come forged ones, which restore what is revoked and revoke what is
    /// active.
    Forging,
    /// After each message come all older ones again.
    Replaying,
    /// Some messages are omitted.
    Losing,
    /// Streams are one endless line.
    Endless,
    /// Answers have the wrong media type.
    Html,
    /// Every request is answered with "no longer kept".
    Resetting,
    /// Before each message comes one that is signed with the key before: it introduces a key, and
    /// says that no key is withdrawn.
    Thief,
}

pub(super) const FAULTS: [Fault; 13] = [
    Fault::None,
    Fault::FeedDown,
    Fault::Down,
    Fault::NoStreams,
    Fault::Stalled,
    Fault::Dropping,
    Fault::Forging,
    Fault::Replaying,
    Fault::Losing,
    Fault::Endless,
    Fault::Html,
    Fault::Resetting,
    Fault::Thief,
];

#[derive(Clone)]
pub(super) struct Issuer(Arc<Inner>);

struct Inner {
    address: String,
    state: Mutex<PublishedState>,
    pub(super) streams: AtomicUsize,
    polls: AtomicUsize,
    snapshots: AtomicUsize,
    lists: AtomicUsize,
    key_sets: AtomicUsize,
}

struct PublishedState {
    key: Arc<SigningKey>,
    keys: Keys,
    bad: BTreeMap<Mark, Option<i64>>,
    log: Vec<Update>,
    keys_changed_at: Option<u64>,
    fault: Fault,
    ahead: i64,
    offset: u64,
    beside: Beside,
}

/// What its lists have beside the bits.
#[derive(Clone, Debug, Default)]
pub(super) enum Beside {
    #[default]
    Marks,
    Nothing,
    Text(String),
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let names_marks = PublishedState {
            key: fresh_key(),
            keys: Keys::default(),
            bad: BTreeMap::new(),
            log: Vec::new(),
            keys_changed_at: None,
            fault: Fault::None,
            ahead: 0,
            offset: 0,
            beside: Beside::default(),
        };
        let issuer = Self(Arc::new(Inner {
            address: format!("http://{}", listener.local_addr().unwrap()),
            state: Mutex::new(names_marks),
            streams: AtomicUsize::default(),
            polls: AtomicUsize::default(),
            snapshots: AtomicUsize::default(),
            lists: AtomicUsize::default(),
            key_sets: AtomicUsize::default(),
        }));
        let app = Router::new()
            .route("/jwks.json", get(jwks))
            .route("/feed", get(feed))
            .route("/feed/snapshot", get(snapshot))
            .route("/status-lists/{number}", get(list))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    pub(super) fn url(&self) -> String {
        self.0.address.clone()
    }

    pub(super) fn fault(&self, fault: Fault) {
        self.names_marks().fault = fault;
    }

    /// Sets its clock ahead by this number of milliseconds.
    pub(super) fn ahead(&self, millis: i64) {
        self.names_marks().ahead = millis;
    }

    pub(super) fn beside(&self, beside: Beside) {
        self.names_marks().beside = beside;
    }

    pub(super) fn revoke(&self, mark: Mark) {
        self.publish(vec![RevokedMark { mark, until: None }], Vec::new());
    }

    pub(super) fn restore(&self, mark: Mark) {
        self.publish(Vec::new(), vec![mark]);
    }

    fn publish(&self, gone: Vec<RevokedMark>, back: Vec<Mark>) {
        let mut names_marks = self.names_marks();
        names_marks.bad.extend(gone.iter().map(|gone| (gone.mark, gone.until)));
        names_marks.bad.retain(|mark, _| !back.contains(mark));
        let after = names_marks.sequence();
        let update = Update { gone, back, ..self.update(&names_marks, after, after + 1) };
        names_marks.log.push(update);
    }

    /// Signs with another key from now on, and publishes that.
    pub(super) fn rotate(&self) {
        let mut names_marks = self.names_marks();
        names_marks.key = fresh_key();
        let after = names_marks.sequence();
        let update = Update { keys: true, ..self.update(&names_marks, after, after + 1) };
        names_marks.log.push(update);
        names_marks.keys_changed_at = Some(after + 1);
    }

    /// Loses everything and starts again at a smaller sequence number, as after restoring a backup.
    pub(super) fn restore_backup(&self) {
        let mut names_marks = self.names_marks();
        names_marks.bad.clear();
        names_marks.log.clear();
        names_marks.offset = 0;
    }

    /// Starts its sequence numbers at `offset`.
    pub(super) fn begin_at(&self, offset: u64) {
        self.names_marks().offset = offset;
    }

    pub(super) fn sign(&self, typ: &str, payload: &impl Serialize) -> String {
        sign(&Arc::clone(&self.names_marks().key), typ, payload)
    }

    pub(super) fn streams(&self) -> usize {
        self.0.streams.load(Ordering::SeqCst)
    }

    pub(super) fn polls(&self) -> usize {
        self.0.polls.load(Ordering::SeqCst)
    }

    pub(super) fn snapshots(&self) -> usize {
        self.0.snapshots.load(Ordering::SeqCst)
    }

    pub(super) fn lists(&self) -> usize {
        self.0.lists.load(Ordering::SeqCst)
    }

    fn names_marks(&self) -> MutexGuard<'_, PublishedState> {
        self.0.state.lock().unwrap()
    }

    fn update(&self, names_marks: &PublishedState, after: u64, sequence: u64) -> Update {
        let iss = self.url();
        Update { iss, after, sequence, as_of: names_marks.now(), ..Update::default() }
    }

    /// The next messages of a stream at position `at`; a heartbeat if nothing happened.
    fn next(&self, at: u64) -> (Vec<String>, u64) {
        let names_marks = self.names_marks();
        let (fault, sequence) = (names_marks.fault, names_marks.sequence());
        let first = names_marks
            .log
            .iter()
            .position(|update| update.after >= at)
            .unwrap_or(names_marks.log.len());
        let mut updates: Vec<Update> = names_marks.log.get(first..).unwrap_or_default().to_vec();
        match fault {
            Fault::Losing if updates.len() > 1 => drop(updates.remove(0)),
            Fault::Resetting => {
                updates = vec![Update { reset: true, ..self.update(&names_marks, at, sequence) }];
            }
            _ => {}
        }
        updates.push(self.update(&names_marks, sequence, sequence));
        let key = Arc::clone(&names_marks.key);
        let mut messages: Vec<String> =
            updates.iter().map(|update| sign(&key, "feed+jwt", update)).collect();
        match fault {
            Fault::Thief => drop(messages.splice(0..0, self.stolen(&names_marks))),
            Fault::Forging => drop(messages.splice(0..0, self.forged(&names_marks))),
            Fault::Replaying => {
                let old = names_marks.log.iter().map(|update| sign(&key, "feed+jwt", update));
                messages.extend(old);
            }
            _ => {}
        }
        (messages, sequence)
    }

    fn forged(&self, names_marks: &PublishedState) -> Vec<String> {
        let sequence = names_marks.sequence();
        let lie = Update {
            back: names_marks.bad.keys().copied().collect(),
            gone: (0..200)
                .map(|grant| RevokedMark { mark: Mark::status_index(grant), until: None })
                .collect(),
            ..self.update(names_marks, sequence, sequence + 1_000)
        };
        let foreign = Update { iss: "https://other.example".to_owned(), ..lie.clone() };
        let genuine = sign(&names_marks.key, "feed+jwt", &lie);
        let end = genuine.len() - 3;
        vec![
            sign(&fresh_key(), "feed+jwt", &lie),
            sign(&names_marks.key, "feed+jwt", &foreign),
            sign(&names_marks.key, "at+jwt", &lie),
            sign(&Arc::new(SigningKey::from_secret(&[7; 32]).unwrap()), "feed+jwt", &lie),
            format!("{}AAA", &genuine[..end]),
            "hello".to_owned(),
        ]
    }
}

impl PublishedState {
    fn sequence(&self) -> u64 {
        self.log.last().map_or(self.offset, |update| update.sequence)
    }

    fn now(&self) -> i64 {
        SystemClock.now().millis() + self.ahead
    }

    fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        self.bad.iter().for_each(|(mark, until)| marks.set(*mark, *until));
        marks
    }
}

fn fresh_key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, &SystemRng).unwrap())
}

fn sign(key: &Arc<SigningKey>, typ: &str, payload: &impl Serialize) -> String {
    let payload = serde_json::to_vec(payload).unwrap();
    Signer::new(Arc::clone(key), Some(typ)).sign(&payload).unwrap()
}

const BROKEN: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;

async fn jwks(State(issuer): State<Issuer>) -> Response {
    issuer.0.key_sets.fetch_add(1, Ordering::SeqCst);
    let names_marks = issuer.names_marks();
    if names_marks.fault == Fault::Down {
        return BROKEN.into_response();
    }
    let set = names_marks.keys.cached.clone().unwrap_or_else(|| names_marks.key_set());
    ([(header::CACHE_CONTROL, "public, max-age=300")], set).into_response()
}

async fn snapshot(State(issuer): State<Issuer>) -> Response {
    issuer.0.snapshots.fetch_add(1, Ordering::SeqCst);
    let names_marks = issuer.names_marks();
    match names_marks.fault {
        Fault::Down | Fault::FeedDown => return BROKEN.into_response(),
        Fault::Html => return "<html>".into_response(),
        _ => {}
    }
    let mut snapshot = Snapshot::of(
        &names_marks.marks(),
        &issuer.url(),
        names_marks.sequence(),
        names_marks.now(),
    );
    snapshot.signing_keys = names_marks.said();
    sign(&names_marks.key, "feed-snapshot+jwt", &snapshot).into_response()
}

async fn list(State(issuer): State<Issuer>, Path(number): Path<u32>) -> Response {
    issuer.0.lists.fetch_add(1, Ordering::SeqCst);
    let names_marks = issuer.names_marks();
    if names_marks.fault == Fault::Down {
        return BROKEN.into_response();
    }
    let claims = ListClaims {
        iss: Some(issuer.url()),
        sub: format!("{}/status-lists/{number}", issuer.url()),
        iat: names_marks.now().div_euclid(1000),
        exp: None,
        ttl: Some(60),
        status_list: StatusList::of(&names_marks.marks().list(number)),
        bad_marks: match &names_marks.beside {
            Beside::Marks => ListClaims::beside(&names_marks.marks()),
            Beside::Nothing => None,
            Beside::Text(text) => Some(text.clone()),
        },
        signing_keys: names_marks.said(),
    };
    sign(&names_marks.key, "statuslist+jwt", &claims).into_response()
}

async fn feed(
    State(issuer): State<Issuer>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after="));
    let after: u64 = after.unwrap().parse().unwrap();
    let streams = headers.get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
    let fault = issuer.names_marks().fault;
    match fault {
        Fault::Down | Fault::FeedDown => return BROKEN.into_response(),
        Fault::Html => return "<html>".into_response(),
        Fault::NoStreams if streams => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => {}
    }
    if streams {
        issuer.0.streams.fetch_add(1, Ordering::SeqCst);
        return stream(issuer, after);
    }
    assert!(query.contains("wait="), "{query}");
    issuer.0.polls.fetch_add(1, Ordering::SeqCst);
    for _ in 0..10 {
        if issuer.names_marks().sequence() > after || fault == Fault::Resetting {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let (updates, _) = issuer.next(after);
    serde_json::to_string(&json!({ "updates": updates })).unwrap().into_response()
}

fn stream(issuer: Issuer, after: u64) -> Response {
    let (sender, receiver) = mpsc::channel::<Bytes>(4);
    tokio::spawn(async move {
        let mut at = after;
        loop {
            let fault = issuer.names_marks().fault;
            let (messages, now) = issuer.next(at);
            let text = match fault {
                Fault::Down | Fault::FeedDown => return,
                Fault::Stalled => String::new(),
                Fault::Endless => "data: x".repeat(100_000),
                _ => messages.iter().map(|text| format!("id: 1\ndata: {text}\n\n")).collect(),
            };
            if fault != Fault::Stalled {
                at = now;
                if sender.send(Bytes::from(text)).await.is_err() || fault == Fault::Dropping {
                    return;
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
    });
    let body = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (Ok::<_, Infallible>(piece), receiver))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}
