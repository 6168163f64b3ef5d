//! A follower with an issuer that has faults.

mod faults;
mod history;
mod issuer;
mod keys;
mod lists;
mod steady;

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Secret, SystemClock};
use http::Request;
use serde_json::{Value, json};
use status::{Mark, TokenStatus};

use self::issuer::Issuer;
use super::backoff::Backoff;
use super::{Feed, Settings};
use crate::http_client::streaming_client;
use crate::{Presented, Principal, Rejection, RequestInfo, Verifier, WhenStale};

const AUDIENCE: &str = "https://api.example";

/// Short times for tests: tenths of a second instead of seconds.
fn backoff() -> Backoff {
    Backoff {
        silence: Duration::from_millis(300),
        wait: Duration::from_millis(300),
        polling: Duration::from_millis(600),
        settled: Duration::from_millis(800),
        shortest: Duration::from_millis(5),
        longest: Duration::from_millis(60),
    }
}

struct Setting {
    clock: Arc<dyn Clock>,
    stale_after: Duration,
    when_stale: WhenStale,
}

impl Default for Setting {
    fn default() -> Self {
        let (clock, when_stale) = (Arc::new(SystemClock), WhenStale::Closed);
        Self { clock, stale_after: Duration::from_millis(1_000), when_stale }
    }
}

fn follower(issuer: &Issuer, setting: Setting) -> Verifier {
    let builder = Verifier::builder().issuer(issuer.url()).audience(AUDIENCE).never_expiring();
    let builder = builder.jwks_url(format!("{}/jwks.json", issuer.url()));
    let mut verifier = builder.clock(Arc::clone(&setting.clock)).build().unwrap();
    let settings = Settings {
        url: format!("{}/feed", issuer.url()).parse().unwrap(),
        issuer: issuer.url(),
        keys: Arc::clone(&verifier.keys),
        http: streaming_client().unwrap(),
        clock: setting.clock,
        stale_after: setting.stale_after,
        when_stale: setting.when_stale,
    };
    verifier.feed = Some(Feed::with_backoff(settings, backoff()));
    verifier
}

/// The claims of a token of this grant. It never expires.
fn claims(issuer: &Issuer, grant: u32) -> Value {
    let mut status = String::new();
    let marks = vec![Mark::status_index(grant), Mark::id(u128::from(grant))];
    TokenStatus { status_index: Some(grant), marks }
        .write(&format!("{}/status-lists/", issuer.url()), &mut status);
    let status: Value = serde_json::from_str(&status).unwrap();
    let jti = base::Id::<()>::from_u128(jti(grant)).to_string();
    json!({
        "iss": issuer.url(), "aud": AUDIENCE, "sub": format!("grant {grant}"), "iat": 1_700_000_000,
        "jti": jti, "status": status
    })
}

const fn jti(grant: u32) -> u128 {
    1_000 + grant as u128
}

fn token(issuer: &Issuer, grant: u32) -> String {
    issuer.sign("at+jwt", &claims(issuer, grant))
}

async fn ask(verifier: &Verifier, token: &str) -> Result<Principal, Rejection> {
    let request = RequestInfo::of(&Request::new(()));
    verifier.verify(&Presented::Bearer(Secret::new(token)), &request).await
}

/// Waits at most two seconds until `condition` holds.
async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

async fn refuses(verifier: &Verifier, token: &str) {
    eventually("refused", async || ask(verifier, token).await == Err(Rejection::Revoked)).await;
}

async fn accepts(verifier: &Verifier, token: &str) {
    eventually("accepted", async || ask(verifier, token).await.is_ok()).await;
}
