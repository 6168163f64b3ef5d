//! An issuer, a fixed clock, and an API behind the layer.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use base::{FixedClock, Secret, Timestamp};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use jose::{Algorithm, JwkSet, Signer, SigningKey};
use serde_json::{Value, json};
use tower::{ServiceExt as _, service_fn};
use tower_layer::Layer as _;
use verify::{
    BoxFuture, Introspect, Introspection, Observe, Presented, Principal, Rejection, RequestInfo,
    Unavailable, Verifier, VerifierBuilder, VerifyLayer,
};

pub const ISSUER: &str = "https://issuer.example/";
pub const AUDIENCE: &str = "https://api.example";
pub const NOW: i64 = 1_800_000_000;

pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::new(Timestamp::from_seconds(NOW)))
}

pub fn key(algorithm: Algorithm) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(algorithm, &base::SystemRng).unwrap())
}

pub fn jwks(keys: &[&Arc<SigningKey>]) -> JwkSet {
    keys.iter().filter_map(|key| key.public()).collect()
}

pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "client_1", "client_id": "client_1",
        "organization": "org_1", "scope": "contacts.read contacts.write",
        "iat": NOW, "exp": NOW + 3600, "jti": "t1"
    })
}

/// The usual claims with `changes` applied; `null` removes a claim.
pub fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

pub fn token(key: &Arc<SigningKey>, claims: &Value) -> String {
    Signer::new(Arc::clone(key), Some("at+jwt")).sign(claims.to_string().as_bytes()).unwrap()
}

pub fn builder() -> VerifierBuilder {
    Verifier::builder().issuer(ISSUER).audience(AUDIENCE).clock(clock())
}

pub async fn verify(verifier: &Verifier, token: &str) -> Result<Principal, Rejection> {
    let request = RequestInfo::of(&Request::new(()));
    verifier.verify(&Presented::Bearer(Secret::new(token)), &request).await
}

/// An issuer in the same process. It gives prepared answers in order, and records the requests.
#[derive(Debug, Default)]
pub struct Answers {
    pub answers: Mutex<Vec<Result<Introspection, Unavailable>>>,
    pub questions: Mutex<Vec<(String, RequestInfo)>>,
}

impl Answers {
    pub fn new(answers: impl IntoIterator<Item = Result<Introspection, Unavailable>>) -> Arc<Self> {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        Arc::new(Self { answers: Mutex::new(answers), questions: Mutex::default() })
    }

    pub fn question_count(&self) -> usize {
        self.questions.lock().unwrap().len()
    }
}

impl Introspect for Answers {
    fn introspect<'a>(
        &'a self,
        presented: &'a Presented,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>> {
        let text = match presented {
            Presented::Bearer(token) => token.expose().to_owned(),
            Presented::Basic { id, secret } => format!("{id}:{}", secret.expose()),
        };
        self.questions.lock().unwrap().push((text, request.clone()));
        let answer = self.answers.lock().unwrap().pop();
        Box::pin(async move { answer.unwrap_or_else(|| Err(Unavailable::new("no more answers"))) })
    }
}

/// Records the private reasons of rejections.
#[derive(Debug, Default)]
pub struct Refusals(pub Mutex<Vec<(Rejection, Option<String>)>>);

impl Observe for Refusals {
    fn refused(&self, rejection: &Rejection, request: &RequestInfo) {
        self.0.lock().unwrap().push((rejection.clone(), request.request_id.clone()));
    }
}

/// Sends `request` to an API behind `layer` that answers with the caller's name.
pub async fn call<B: Send + 'static>(layer: &VerifyLayer, request: Request<B>) -> Response<Bytes> {
    let api = service_fn(|request: Request<B>| async move {
        let name = request.extensions().get::<Principal>().map_or("nobody", |who| &who.subject);
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::copy_from_slice(name.as_bytes()))))
    });
    let (parts, body) = layer.layer(api).oneshot(request).await.unwrap().into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub fn request(authorization: Option<&str>) -> Request<()> {
    let mut request = Request::get("/v1/contacts?secret=1");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    request.body(()).unwrap()
}

pub fn header<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
