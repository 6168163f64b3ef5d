//! Fetching the issuer's keys over HTTP, against a real server on the loopback address.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::routing::get;
use base::FixedClock;
use common::{builder, claims, clock, jwks, key, token, verify};
use jose::{Algorithm, SigningKey, VerifyError};
use verify::{Rejection, Verifier};

/// An issuer whose keys, status and body can be changed while it runs.
struct Issuer {
    url: String,
    state: Arc<Served>,
}

struct Served {
    fetches: AtomicUsize,
    status: AtomicU16,
    body: Mutex<String>,
}

impl Issuer {
    async fn start(keys: &[&Arc<SigningKey>]) -> Self {
        let state = Arc::new(Served {
            fetches: AtomicUsize::new(0),
            status: AtomicU16::new(200),
            body: Mutex::default(),
        });
        let app = Router::new().route("/jwks.json", get(serve)).with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let issuer = Self { url, state };
        issuer.publish(keys);
        issuer
    }

    fn publish(&self, keys: &[&Arc<SigningKey>]) {
        *self.state.body.lock().unwrap() = serde_json::to_string(&jwks(keys)).unwrap();
    }

    fn answer(&self, status: u16) {
        self.state.status.store(status, Ordering::SeqCst);
    }

    fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }

    fn verifier(&self, clock: &Arc<FixedClock>) -> Verifier {
        builder().jwks_url(&self.url).clock(clock.clone()).build().unwrap()
    }

    async fn fetched(&self, times: usize) {
        for _ in 0..200 {
            if self.fetches() >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn serve(
    State(state): State<Arc<Served>>,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], String) {
    state.fetches.fetch_add(1, Ordering::SeqCst);
    let status = StatusCode::from_u16(state.status.load(Ordering::SeqCst)).unwrap();
    let body = state.body.lock().unwrap().clone();
    (status, [(header::CACHE_CONTROL, "public, max-age=300")], body)
}

#[tokio::test]
async fn keys_are_fetched_at_first_need_and_once() {
    let key = key(Algorithm::ES256);
    let issuer = Issuer::start(&[&key]).await;
    let verifier = Arc::new(issuer.verifier(&clock()));
    assert_eq!(issuer.fetches(), 0);
    let token = token(&key, &claims());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&verifier), token.clone());
            tokio::spawn(async move { verify(&verifier, &token).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn an_unknown_kid_causes_one_fetch_in_30_seconds() {
    let (old, new, forged) = (key(Algorithm::ES256), key(Algorithm::ES256), key(Algorithm::ES256));
    let (issuer, clock) = (Issuer::start(&[&old]).await, clock());
    let verifier = issuer.verifier(&clock);
    assert!(verify(&verifier, &token(&old, &claims())).await.is_ok());

    issuer.publish(&[&old, &new]);
    assert!(verify(&verifier, &token(&new, &claims())).await.is_ok(), "a rotation is noticed");
    assert_eq!(issuer.fetches(), 2);
    for _ in 0..50 {
        let refused = verify(&verifier, &token(&forged, &claims())).await;
        assert_eq!(refused, Err(Rejection::Signature(VerifyError::UnknownKid)));
    }
    assert_eq!(issuer.fetches(), 2, "forged names cause no flood");
    clock.advance(Duration::from_secs(30));
    assert!(verify(&verifier, &token(&forged, &claims())).await.is_err());
    assert!(verify(&verifier, &token(&forged, &claims())).await.is_err());
    assert_eq!(issuer.fetches(), 3);
}

#[tokio::test]
async fn stale_keys_serve_while_they_are_refreshed_behind_the_request() {
    let (old, new) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let (issuer, clock) = (Issuer::start(&[&old]).await, clock());
    let verifier = issuer.verifier(&clock);
    assert!(verify(&verifier, &token(&old, &claims())).await.is_ok());
    clock.advance(Duration::from_secs(299));
    assert!(verify(&verifier, &token(&old, &claims())).await.is_ok());
    assert_eq!(issuer.fetches(), 1, "fresh as long as max-age says");

    clock.advance(Duration::from_secs(1));
    issuer.publish(&[&new]);
    assert!(verify(&verifier, &token(&old, &claims())).await.is_ok(), "no request waits");
    issuer.fetched(2).await;
    for _ in 0..200 {
        if verify(&verifier, &token(&old, &claims())).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the withdrawn key is still accepted");
}

#[tokio::test]
async fn an_issuer_that_is_down_or_broken_keeps_the_last_good_keys() {
    let key = key(Algorithm::EdDSA);
    let (issuer, clock) = (Issuer::start(&[&key]).await, clock());
    let verifier = issuer.verifier(&clock);
    let good = token(&key, &claims());
    assert!(verify(&verifier, &good).await.is_ok());

    issuer.answer(500);
    clock.advance(Duration::from_secs(301));
    assert!(verify(&verifier, &good).await.is_ok());
    issuer.fetched(2).await;
    issuer.answer(200);
    *issuer.state.body.lock().unwrap() = "<html>maintenance</html>".to_owned();
    clock.advance(Duration::from_secs(60));
    for _ in 0..20 {
        assert!(verify(&verifier, &good).await.is_ok());
    }
    issuer.fetched(3).await;
    assert!(verify(&verifier, &good).await.is_ok());
    assert!(issuer.fetches() <= 4, "a failed refresh pauses: {}", issuer.fetches());
}

#[tokio::test]
async fn without_any_keys_the_answer_is_unavailable_not_invalid() {
    let key = key(Algorithm::EdDSA);
    let (issuer, clock) = (Issuer::start(&[&key]).await, clock());
    issuer.answer(404);
    let verifier = issuer.verifier(&clock);
    let good = token(&key, &claims());
    for _ in 0..5 {
        let refused = verify(&verifier, &good).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        assert!(refused.to_string().contains("404"), "{refused}");
    }
    assert_eq!(issuer.fetches(), 1, "waiting requests do not hammer the issuer");
    issuer.answer(200);
    clock.advance(Duration::from_secs(1));
    assert!(verify(&verifier, &good).await.is_ok());
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let key = key(Algorithm::EdDSA);
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let verifier = builder().jwks_url(format!("http://{unused}/jwks.json")).build().unwrap();
    let refused = verify(&verifier, &token(&key, &claims())).await.unwrap_err();
    assert!(matches!(refused, Rejection::IssuerUnavailable(_)), "{refused}");
}

#[tokio::test]
async fn an_oversized_set_is_refused() {
    let key = key(Algorithm::EdDSA);
    let issuer = Issuer::start(&[&key]).await;
    let padding = " ".repeat(300 * 1024);
    issuer.state.body.lock().unwrap().push_str(&padding);
    let refused = verify(&issuer.verifier(&clock()), &token(&key, &claims())).await.unwrap_err();
    assert!(refused.to_string().contains("longer than"), "{refused}");
}

#[tokio::test]
async fn requests_do_not_queue_for_an_issuer_that_hangs() {
    let key = key(Algorithm::EdDSA);
    // Accepts connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let verifier =
        Arc::new(builder().clock(Arc::new(base::SystemClock)).jwks_url(url).build().unwrap());
    let token = token(&key, &claims());
    let started = tokio::time::Instant::now();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (verifier, token) = (Arc::clone(&verifier), token.clone());
            tokio::spawn(async move { verify(&verifier, &token).await.unwrap_err() })
        })
        .collect();
    for task in tasks {
        assert_eq!(
            task.await.unwrap().to_string(),
            "the issuer cannot be asked: it did not answer in time"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(9), "one time-out for all of them");
}
