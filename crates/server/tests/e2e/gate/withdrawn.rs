//! A signing key is lost: everybody refuses what it signed within a second, while strangers present junk and an HTTP
//! cache keeps the old key set.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base::Secret;
use serde_json::json;
use verify::{Presented, RequestInfo, Verifier};

use super::fixture::{API, Fixture};
use crate::harness::http::{authority, get, post};
use crate::harness::jwt::parts;

/// Everybody refuses within this time.
const PROMISE: Duration = Duration::from_secs(1);

/// An HTTP cache before an issuer: the key set that it saw first is what it answers with for ever, whatever the request
/// says. All else passes.
fn cache(base: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (upstream, kept) = (authority(base).to_owned(), Arc::new(Mutex::new(None::<Vec<u8>>)));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (upstream, kept) = (upstream.clone(), Arc::clone(&kept));
            thread::spawn(move || pass(client, &upstream, &kept));
        }
    });
    address
}

/// One request on a connection of its own; errors end it.
fn pass(mut client: TcpStream, upstream: &str, kept: &Mutex<Option<Vec<u8>>>) -> Option<()> {
    let (mut head, mut piece) = (Vec::new(), [0; 4_096]);
    while !head.windows(4).any(|it| it == b"\r\n\r\n") {
        let read = client.read(&mut piece).ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&piece[..read]);
    }
    let head = String::from_utf8(head).ok()?;
    let is_key_set = head.starts_with("GET /jwks.json ");
    if let (true, Some(answer)) = (is_key_set, &*kept.lock().unwrap()) {
        return client.write_all(answer).ok();
    }
    let mut server = TcpStream::connect(upstream).ok()?;
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(head.as_bytes()).ok()?;
    let mut all = Vec::new();
    loop {
        let read = server.read(&mut piece).ok()?;
        if read == 0 {
            break;
        }
        client.write_all(&piece[..read]).ok()?;
        if is_key_set {
            all.extend_from_slice(&piece[..read]);
        }
    }
    if is_key_set {
        kept.lock().unwrap().replace(all);
    }
    Some(())
}

/// Everybody who decides about tokens of a realm.
struct Site {
    fixture: Fixture,
    runtime: tokio::runtime::Runtime,
    verifiers: Vec<(&'static str, Arc<Verifier>)>,
}

impl Site {
    fn open() -> Self {
        let fixture = Fixture::rfc();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut site = Self { fixture, runtime, verifiers: Vec::new() };
        let base = site.fixture.server.base.clone();
        let cached = cache(&base);
        site.follow("direct", |it| it.jwks_url(format!("{base}/jwks.json")), &base);
        site.follow("behind a cache", |it| it.jwks_url(format!("{cached}/jwks.json")), &cached);
        let keys = get(&base, "/jwks.json").send().expect(200);
        let keys = serde_json::from_slice(&keys.body).unwrap();
        site.follow("with given keys", |it| it.keys(&keys), &base);
        site
    }

    fn follow(
        &mut self,
        name: &'static str,
        keys: impl FnOnce(verify::VerifierBuilder) -> verify::VerifierBuilder,
        base: &str,
    ) {
        let _in = self.runtime.enter();
        let builder = Verifier::builder().issuer(&self.fixture.server.base).audience(API);
        let verifier = keys(builder).follow(format!("{base}/feed")).build().unwrap();
        let verifier = Arc::new(verifier);
        self.runtime.block_on(verifier.ready());
        self.verifiers.push((name, verifier));
    }

    /// Who lets a token pass.
    fn passes(&self, token: &str) -> Vec<&'static str> {
        let mut all = Vec::new();
        for (name, verifier) in &self.verifiers {
            if self.runtime.block_on(is_good(verifier, token)) {
                all.push(*name);
            }
        }
        if self.fixture.ask("GET", "/v1/x", token).status == 200 {
            all.push("the gate");
        }
        let (id, secret) = self.fixture.machine();
        let ask = post(&self.fixture.server.base, "/introspect").basic(id, secret);
        if ask.form(&[("token", token)]).send().expect(200).json()["active"] == true {
            all.push("introspection");
        }
        all
    }

    /// The time until nobody lets it pass.
    fn until_refused(&self, token: &str) -> Duration {
        let began = Instant::now();
        loop {
            let passes = self.passes(token);
            if passes.is_empty() {
                return began.elapsed();
            }
            assert!(began.elapsed() < PROMISE, "{passes:?} for {:?}", began.elapsed());
        }
    }
}

async fn is_good(verifier: &Verifier, token: &str) -> bool {
    let request = RequestInfo::of(&hyper::Request::new(()));
    verifier.verify(&Presented::Bearer(Secret::new(token)), &request).await.is_ok()
}

/// A token of nobody: its signature is no signature, and nobody knows its key.
fn junk(number: usize, token: &str) -> String {
    let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": format!("junk-{number}")});
    let rest = token.split_once('.').unwrap().1;
    format!("{}.{rest}", base::encoding::base64url(header.to_string()))
}

#[test]
fn a_withdrawn_signing_key_stops_everywhere_within_a_second_whatever_strangers_do() {
    let site = Site::open();
    let (stop, sample) = (Arc::new(AtomicBool::new(false)), site.fixture.token());
    for (_, verifier) in &site.verifiers {
        let (verifier, stop, sample) = (Arc::clone(verifier), Arc::clone(&stop), sample.clone());
        site.runtime.spawn(async move {
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                assert!(!is_good(&verifier, &junk(number, &sample)).await);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                let answer = site.fixture.ask("GET", "/v1/x", &junk(number, &sample));
                assert_eq!(answer.status, 401);
                thread::sleep(Duration::from_millis(5));
            }
        });
        // Ends the junk also where the test fails.
        let _ends = Ends(&stop);
        thread::sleep(Duration::from_millis(300));
        for _ in 0..3 {
            let token = site.fixture.token();
            assert_eq!(site.passes(&token).len(), 5);
            let old = parts(&token).0["kid"].as_str().unwrap().to_owned();
            site.fixture.admin.create("/signing-keys", &json!({"immediately": true}));
            site.fixture.admin.act(&format!("/signing-keys/{old}/revoke"));
            println!("the last one refused after {:?}", site.until_refused(&token));
            let new = site.fixture.token();
            assert_eq!(site.passes(&new).len(), 5, "the new key was known before");
            let (id, secret) = site.fixture.machine();
            let ask = post(&site.fixture.server.base, "/revoke").basic(id, secret);
            ask.form(&[("token", &new)]).send().expect(200);
            println!("a revoked token, after {:?}", site.until_refused(&new));
            assert!(site.passes(&token).is_empty(), "and the key does not come back");
        }
    });
}

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_retired_key_signs_no_message_and_its_tokens_go_on() {
    let site = Site::open();
    let token = site.fixture.token();
    let old = parts(&token).0["kid"].as_str().unwrap().to_owned();
    site.fixture.admin.create("/signing-keys", &json!({"immediately": true}));
    site.fixture.admin.act(&format!("/signing-keys/{old}/retire"));
    thread::sleep(PROMISE);
    assert_eq!(site.passes(&token).len(), 5);
    let snapshot = get(&site.fixture.server.base, "/feed/snapshot").send().expect(200);
    let (header, claims) = parts(snapshot.text());
    assert_ne!(header["kid"], old.as_str());
    assert_eq!(claims["signing_keys"]["retired"][0]["kid"], old.as_str());
    let keys = claims["signing_keys"]["keys"].as_array().unwrap();
    assert_eq!(keys.last().unwrap()["kid"], old.as_str(), "the good ones come first");
    let for_tokens = keys.iter().filter(|it| it["alg"] == "ES256").count();
    assert_eq!(for_tokens, 3, "the old, the new and the next one");
}
