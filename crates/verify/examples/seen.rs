//! Measures how many ES256 JWTs one core verifies per second, when it has seen them before and
//! checks their marks against a million revoked ones.
//!
//! ```text
//! cargo run --release -p postern-verify --example seen
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement on a terminal")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use base::{Clock as _, Rng as _, Secret, SystemClock, SystemRng};
use http::Request;
use jose::{Algorithm, JwkSet, Signer, SigningKey};
use serde_json::json;
use status::{Mark, Marks, Snapshot, TokenStatus};
use verify::{Presented, RequestInfo, Verifier};

const AUDIENCE: &str = "https://api.example.com";
const TOKENS: usize = 1_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let (issuer, key) = issuer().await;
    let verifier = Verifier::builder()
        .issuer(&issuer)
        .audience(AUDIENCE)
        .jwks_url(format!("{issuer}/jwks.json"))
        .follow(format!("{issuer}/feed"))
        .stale_after(Duration::from_secs(600))
        .build()
        .unwrap();
    verifier.ready().await;
    let following = verifier.following().unwrap();
    println!("{} bad marks in {:.1} MB", following.marks, following.bytes as f64 / 1e6);

    let tokens: Vec<Presented> = (0..TOKENS).map(|_| token(&issuer, &key)).collect();
    let bytes = match &tokens[..] {
        [Presented::Bearer(token), ..] => token.expose().len(),
        _ => 0,
    };
    let request = RequestInfo::of(&Request::new(()));
    let round = async || {
        let begun = Instant::now();
        for token in &tokens {
            verifier.verify(token, &request).await.unwrap();
        }
        begun.elapsed() / u32::try_from(TOKENS).unwrap()
    };
    println!("{TOKENS} tokens of {bytes} bytes; the first time: {:?} each", round().await);
    let mut rounds = Vec::new();
    let until = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until {
        rounds.push(round().await);
    }
    rounds.sort_unstable();
    let median = rounds.get(rounds.len() / 2).copied().unwrap_or_default();
    println!("seen before: {median:?} each, {:.2} million a second", 1e-6 / median.as_secs_f64());
}

/// Serves its keys and a snapshot with a million revoked marks: half of them status indexes, half
/// tokens.
async fn issuer() -> (String, Arc<SigningKey>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, &SystemRng).unwrap());
    let mut marks = Marks::default();
    for number in 0..500_000_u32 {
        marks.set(Mark::status_index(number * 2), None);
        let until = SystemClock.now().seconds() + i64::from(number % 86_400);
        marks.set(Mark::id(SystemRng.u128()), Some(until));
    }
    let snapshot = Snapshot::of(&marks, &issuer, 1, SystemClock.now().millis());
    let snapshot = serde_json::to_vec(&snapshot).unwrap();
    let snapshot =
        Signer::new(Arc::clone(&key), Some("feed-snapshot+jwt")).sign(&snapshot).unwrap();
    let keys: JwkSet = key.public().into_iter().collect();
    let keys = serde_json::to_string(&keys).unwrap();
    let app = Router::new()
        .route("/jwks.json", get(move || async move { keys }))
        .route("/feed/snapshot", get(move || async move { snapshot }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (issuer, key)
}

/// Mints a token as for an app that acts for an organization: it has eight marks.
fn token(issuer: &str, key: &Arc<SigningKey>) -> Presented {
    let now = SystemClock.now().seconds();
    let id = || SystemRng.u128();
    let status_index = (id() as u32 % 500_000) * 2 + 1;
    let marks = vec![
        Mark::status_index(status_index),
        Mark::status_index(status_index + 2),
        Mark::id(id()),
        Mark::id(id()),
        Mark::id(id()),
        Mark::membership(id(), id()),
    ];
    let mut status = String::new();
    TokenStatus { status_index: Some(status_index), marks }
        .write(&format!("{issuer}/status-lists/"), &mut status);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let claims = json!({
        "iss": issuer, "aud": AUDIENCE, "sub": "client_4Yk0", "client_id": "client_4Yk0",
        "organization": "org_7Qd2", "scope": "contacts.read contacts.write",
        "iat": now, "exp": now + 3_600, "jti": base::Id::<()>::from_u128(id()).to_string(),
        "status": status
    });
    let signer = Signer::new(Arc::clone(key), Some("at+jwt"));
    Presented::Bearer(Secret::new(signer.sign(claims.to_string().as_bytes()).unwrap()))
}
