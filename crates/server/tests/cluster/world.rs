//! What all load shares: the clock, the history, the credentials and entities, and the addresses.
//!
//! Invariant: every request is sent through this module, so that the history is complete.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::history::{At, Call, Change, Credential, Endpoint, History, Observation, Span, Subject};

/// The time limit for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);

/// The API of a credential, as in the paths.
pub(crate) const AUDIENCES: [(&str, &str); 3] = [
    ("mortal", "https://mortal.example"),
    ("opaque", "https://opaque.example"),
    ("eternal", "https://eternal.example"),
];

/// The addresses.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) nodes: Vec<String>,
    pub(crate) nginx: String,
    pub(crate) haproxy: String,
    pub(crate) verifiers: Vec<String>,
    /// The last verifier fails open.
    pub(crate) open_verifier: usize,
    pub(crate) admin_key: String,
    /// Id and secret of each API, for introspection; in the order of [`AUDIENCES`].
    pub(crate) introspectors: Vec<(String, String)>,
}

/// A credential.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) credential: usize,
    pub(crate) secret: String,
    /// Its index in [`AUDIENCES`].
    pub(crate) audience: usize,
    /// Whether a verifier can check it offline.
    pub(crate) is_jwt: bool,
    /// How it is revoked; `None`: it is never revoked.
    pub(crate) end: Option<End>,
    pub(crate) dead: bool,
}

/// An answer that must never happen.
#[derive(Clone, Debug)]
pub(crate) struct UnexpectedAnswer {
    /// The request id.
    pub(crate) id: String,
    pub(crate) reported: String,
}

/// How a credential is revoked.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The admin API revokes this subject.
    Subject(Subject),
    /// Its client revokes the token (RFC 7009).
    Token { subject: Subject, client: String, secret: String },
}

/// The state that all load shares.
#[derive(Debug)]
pub(crate) struct World {
    start: Instant,
    http: Client,
    pub(crate) addresses: Addresses,
    history: Mutex<History>,
    held: Mutex<Vec<Held>>,
    /// The path of each subject in the admin API; `None` where it has none.
    places: Mutex<Vec<Option<String>>>,
    secrets: Mutex<Vec<String>>,
    unexpected: Mutex<Vec<UnexpectedAnswer>>,
    ending: AtomicBool,
}

impl World {
    pub(crate) fn new(start: Instant, addresses: Addresses) -> Self {
        let http = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self {
            start,
            http,
            addresses,
            history: Mutex::default(),
            held: Mutex::default(),
            places: Mutex::default(),
            secrets: Mutex::default(),
            unexpected: Mutex::default(),
            ending: AtomicBool::new(false),
        }
    }

    pub(crate) fn now(&self) -> At {
        self.start.elapsed()
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap()
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap()
    }

    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Records a secret that must not be in any log.
    pub(crate) fn secret(&self, secret: &str) {
        self.secrets.lock().unwrap().push(secret.to_owned());
    }

    /// Records an answer that must never happen.
    pub(crate) fn record_unexpected(&self, what: &str, node: usize, status: u16, reported: &Value) {
        let id = reported[REQUEST_ID].as_str().unwrap_or_default().to_owned();
        let at = self.now();
        let reported = format!("{what} at {at:?} from node {node}: {status} {reported}");
        self.unexpected.lock().unwrap().push(UnexpectedAnswer { id, reported });
    }

    pub(crate) fn unexpected(&self) -> Vec<UnexpectedAnswer> {
        self.unexpected.lock().unwrap().clone()
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap().clone()
    }

    /// A new subject, and its path in the admin API.
    pub(crate) fn subject(&self, place: Option<String>) -> Subject {
        let mut places = self.places.lock().unwrap();
        places.push(place);
        Subject(places.len() - 1)
    }

    pub(crate) fn admin_path(&self, subject: Subject) -> Option<String> {
        self.places.lock().unwrap()[subject.0].clone()
    }

    /// Records a new credential.
    pub(crate) fn hold(&self, held: Held, hangs_from: Vec<Subject>) {
        self.secret(&held.secret);
        let credential = {
            let mut history = self.history();
            let born = self.now();
            history.credentials.push(Credential { hangs_from, born });
            history.credentials.len() - 1
        };
        self.held().push(Held { credential, ..held });
    }

    /// A call of the admin API; `None` without an answer.
    pub(crate) async fn admin(
        &self,
        node: usize,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let url = format!("{}/admin/v1{path}", self.addresses.nodes[node]);
        let mut ask = self.http.request(method.parse().unwrap(), url);
        ask = ask.bearer_auth(&self.addresses.admin_key);
        if let Some(body) = body {
            ask = ask.json(body);
        }
        read(ask).await
    }

    /// A form sent to a node; `None` without an answer.
    pub(crate) async fn form(
        &self,
        node: usize,
        path: &str,
        (id, secret): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Option<(u16, Value)> {
        let ask = self.http.post(format!("{}{path}", self.addresses.nodes[node]));
        read(ask.basic_auth(id, Some(secret)).form(fields)).await
    }

    /// Records a change: `None` where it is unknown whether it happened.
    pub(crate) fn changed(&self, subject: Subject, good: bool, start: At, acknowledged: bool) {
        let span = Span { start, end: self.now() };
        self.history().changes.push(Change { subject, good, span, acknowledged });
    }

    /// Every endpoint. Those of verifiers accept JWTs only.
    pub(crate) fn endpoints(&self, jwts: bool) -> Vec<Endpoint> {
        let nodes = 0..self.addresses.nodes.len();
        let services = 0..self.addresses.verifiers.len();
        nodes
            .flat_map(|node| {
                [Endpoint::Gate(node), Endpoint::OpenGate(node), Endpoint::Introspection(node)]
            })
            .chain([Endpoint::Nginx, Endpoint::Haproxy])
            .chain(services.filter(|_| jwts).map(|it| self.verifier(it)))
            .collect()
    }

    pub(crate) fn verifier(&self, index: usize) -> Endpoint {
        if index == self.addresses.open_verifier {
            Endpoint::OpenVerifier(index)
        } else {
            Endpoint::Verifier(index)
        }
    }

    /// Presents a credential at an endpoint, and records the answer.
    pub(crate) async fn show(&self, endpoint: Endpoint, held: &Held) -> Observation {
        let start = self.now();
        let observation = match self.ask(endpoint, held).send().await {
            Ok(answer) => observation(endpoint, answer).await,
            Err(_no_answer) => Observation::Lost,
        };
        let span = Span { start, end: self.now() };
        let credential = held.credential;
        self.history().calls.push(Call { endpoint, credential, span, observation });
        observation
    }

    fn ask(&self, endpoint: Endpoint, held: &Held) -> RequestBuilder {
        let audience = AUDIENCES[held.audience].0;
        let nodes = &self.addresses.nodes;
        let gate = |node: usize, route: &str| {
            let ask = self.http.get(format!("{}/gate", nodes[node]));
            let ask = ask.header("X-Original-Method", "GET");
            let ask = ask.header("X-Original-URI", format!("/{route}/{audience}/thing?page=1"));
            ask.header("X-Original-Host", "api.example").bearer_auth(&held.secret)
        };
        let api = |base: &str| {
            let ask = self.http.get(format!("{base}/closed/{audience}/thing?page=1"));
            ask.header("X-Postern-Subject", FORGED).bearer_auth(&held.secret)
        };
        match endpoint {
            Endpoint::Gate(node) => gate(node, "closed"),
            Endpoint::OpenGate(node) => gate(node, "open"),
            Endpoint::Introspection(node) => {
                let (id, secret) = &self.addresses.introspectors[held.audience];
                let ask = self.http.post(format!("{}/introspect", nodes[node]));
                ask.basic_auth(id, Some(secret)).form(&[("token", &held.secret)])
            }
            Endpoint::Nginx => api(&self.addresses.nginx),
            Endpoint::Haproxy => api(&self.addresses.haproxy),
            Endpoint::Verifier(index) | Endpoint::OpenVerifier(index) => {
                api(&self.addresses.verifiers[index])
            }
        }
    }
}

/// Identity headers that callers forge, and gateways must not forward.
const FORGED: &str = "forged";
/// A status that no server sends: the API received a forged header.
const TAKEN_IN: u16 = 599;

async fn observation(endpoint: Endpoint, answer: Response) -> Observation {
    let status = answer.status().as_u16();
    let Ok(body) = answer.bytes().await else { return Observation::Lost };
    match (status, endpoint) {
        (200, Endpoint::Introspection(_)) => {
            let reported: Value = serde_json::from_slice(&body).unwrap_or_default();
            match reported["active"].as_bool() {
                Some(true) => Observation::Accepted,
                Some(false) => Observation::Refused,
                None => Observation::Broken(status),
            }
        }
        (200, _) if body == FORGED => Observation::Broken(TAKEN_IN),
        (200, _) => Observation::Accepted,
        (401 | 403, _) => Observation::Refused,
        (503, _) => Observation::Unsure,
        (other, _) => Observation::Broken(other),
    }
}

/// Where [`read`] stores the id of a refused request.
const REQUEST_ID: &str = "x-request-id";

async fn read(ask: RequestBuilder) -> Option<(u16, Value)> {
    let answer = ask.send().await.ok()?;
    let status = answer.status().as_u16();
    let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let id = id.unwrap_or_default().to_owned();
    let body = answer.bytes().await.ok()?;
    let mut reported: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (400.., Some(reported)) = (status, reported.as_object_mut()) {
        reported.insert(REQUEST_ID.to_owned(), id.into());
    }
    Some((status, reported))
}

/// Random numbers, the same for the same seed: `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64, task: u64) -> Self {
        Self(seed ^ task.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let rolled = (z ^ (z >> 31)) % u64::try_from(sides).unwrap();
        usize::try_from(rolled).unwrap()
    }
}
