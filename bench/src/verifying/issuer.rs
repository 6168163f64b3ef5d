//! An issuer with a million revocations: keys, tokens, a snapshot and a feed without changes. It
//! runs in its own process, so that the memory of the verifier can be measured alone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use base::{Clock as _, Rng as _, SystemClock, SystemRng};
use futures_util::stream::{self, Stream};
use jose::{Algorithm, JwkSet, Signer, SigningKey};
use serde_json::json;
use status::{Mark, Marks, Snapshot, TokenStatus, Update};

/// The API that the tokens are for.
pub(crate) const AUDIENCE: &str = "https://api.example.com/contacts";
/// How many active tokens are presented in turn.
pub(crate) const TOKENS: usize = 1_000;
/// The number of revoked status indexes, and of other revoked marks.
const STATUS_INDEXES: u32 = 500_000;
const NAMES: u32 = 500_000;
const SEQUENCE: u64 = 1_000_000;
const LIFETIME: i64 = 3_600;

struct Issuer {
    url: String,
    keys: String,
    snapshot: String,
    heartbeat: Signer,
}

/// The file of the tokens, one per line. The reader then sends requests.
pub(crate) fn tokens(folder: &Path) -> std::path::PathBuf {
    folder.join("tokens")
}

/// Serves on `port` of 127.0.0.1 until killed.
///
/// # Errors
/// When keys, folder or port cannot be had.
pub(crate) fn run(folder: &Path, port: u16) -> Result<(), String> {
    let key = SigningKey::generate(Algorithm::ES256, &SystemRng).map_err(|it| it.to_string())?;
    let key = Arc::new(key);
    let url = format!("http://127.0.0.1:{port}");
    let minting = Signer::new(Arc::clone(&key), Some("at+jwt"));
    let minted: Result<Vec<_>, _> =
        (0..TOKENS).map(|number| token(&minting, &url, number)).collect();
    let written = std::fs::write(tokens(folder), minted?.join("\n"));
    written.map_err(|problem| format!("tokens: {problem}"))?;
    let snapshot = Snapshot::of(&marks(), &url, SEQUENCE, SystemClock.now().millis());
    let snapshot = signed(&Signer::new(Arc::clone(&key), Some("feed-snapshot+jwt")), &snapshot)?;
    let keys = JwkSet { keys: key.public().into_iter().collect() };
    let keys = serde_json::to_string(&keys).map_err(|problem| problem.to_string())?;
    let heartbeat = Signer::new(key, Some("feed+jwt"));
    let issuer = Arc::new(Issuer { url, keys, snapshot, heartbeat });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|problem| format!("runtime: {problem}"))?;
    runtime.block_on(serve(issuer, port)).map_err(|problem| format!("port {port}: {problem}"))
}

async fn serve(issuer: Arc<Issuer>, port: u16) -> std::io::Result<()> {
    let router = Router::new()
        .route("/jwks.json", get(|State(it): State<Arc<Issuer>>| async move { it.keys.clone() }))
        .route(
            "/feed/snapshot",
            get(|State(it): State<Arc<Issuer>>| async move { it.snapshot.clone() }),
        )
        .route("/feed", get(|State(it): State<Arc<Issuer>>| async move { Sse::new(beats(it)) }))
        .with_state(issuer);
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?, router).await
}

/// A heartbeat at once, and each second.
fn beats(issuer: Arc<Issuer>) -> impl Stream<Item = Result<Event, axum::Error>> {
    stream::unfold((issuer, Duration::ZERO), |(issuer, pause)| async move {
        tokio::time::sleep(pause).await;
        let update = Update {
            iss: issuer.url.clone(),
            after: SEQUENCE,
            sequence: SEQUENCE,
            as_of: SystemClock.now().millis(),
            ..Update::default()
        };
        let message = signed(&issuer.heartbeat, &update).ok()?;
        let event = Event::default().id(SEQUENCE.to_string()).data(message);
        Some((Ok(event), (issuer, Duration::from_secs(1))))
    })
}

fn signed<T: serde::Serialize>(signer: &Signer, payload: &T) -> Result<String, String> {
    let payload = serde_json::to_vec(payload).map_err(|problem| problem.to_string())?;
    signer.sign(&payload).map_err(|problem| problem.to_string())
}

/// A million revoked marks, between those of the active tokens.
fn marks() -> Marks {
    let mut marks = Marks::default();
    for status_index in 0..STATUS_INDEXES {
        marks.set(Mark::status_index(2 * status_index), None);
    }
    let until = SystemClock.now().seconds() + 30 * 86_400;
    for name in 0..NAMES {
        // Every other token expires within a month; the others are revoked forever.
        marks.set(Mark::id(SystemRng.u128()), (name % 2 == 0).then_some(until));
    }
    marks
}

fn token(signer: &Signer, issuer: &str, number: usize) -> Result<String, String> {
    let now = SystemClock.now().seconds();
    let status_index = 2 * number as u32 + 1;
    let (client, owner, organization) = (SystemRng.u128(), SystemRng.u128(), SystemRng.u128());
    let marks = [client, owner, organization].map(Mark::id);
    let mut hangs = String::new();
    let marks = [
        &[
            Mark::status_index(status_index),
            Mark::status_index(STATUS_INDEXES + 2 * number as u32 + 1),
        ],
        &marks[..],
    ]
    .concat();
    TokenStatus { status_index: Some(status_index), marks }
        .write(&format!("{issuer}/status-lists/"), &mut hangs);
    let hangs: serde_json::Value =
        serde_json::from_str(&hangs).map_err(|problem| problem.to_string())?;
    signed(
        signer,
        &json!({
            "iss": issuer,
            "sub": format!("client_{client:032x}"),
            "aud": AUDIENCE,
            "client_id": format!("client_{client:032x}"),
            "scope": "contacts.read contacts.write",
            "iat": now,
            "exp": now + LIFETIME,
            "jti": base::Id::<()>::from_u128(SystemRng.u128()).to_string(),
            "org": format!("org_{organization:032x}"),
            "status": hangs,
        }),
    )
}
