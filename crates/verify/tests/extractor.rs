//! The principal as an argument of axum handlers.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use common::{builder, claims, jwks, key, token};
use http_body_util::BodyExt as _;
use jose::Algorithm;
use tower::ServiceExt as _;
use verify::{Principal, Rejection, VerifyLayer};

async fn ask(app: &Router, path: &str, authorization: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn whoami(who: Principal) -> String {
    who.subject.clone()
}

async fn maybe(who: Option<Principal>) -> String {
    who.map_or_else(|| "anonymous".to_owned(), |who| who.subject.clone())
}

async fn delete(who: Principal) -> Result<&'static str, Rejection> {
    who.require("contacts.delete")?;
    Ok("deleted")
}

#[tokio::test]
async fn routes_take_the_principal_that_their_layer_made() {
    let key = key(Algorithm::ES256);
    let layer = VerifyLayer::new(Arc::new(builder().keys(&jwks(&[&key])).build().unwrap()));
    let app = Router::new()
        .route("/me", get(whoami).layer(layer.clone()))
        .route("/delete", get(delete).layer(layer.clone()))
        .route("/maybe", get(maybe).layer(layer.optional()))
        .route("/forgotten", get(whoami));
    let good = format!("Bearer {}", token(&key, &claims()));
    let me = |status: StatusCode, body: &str| (status, body.to_owned());

    assert_eq!(ask(&app, "/me", Some(&good)).await, me(StatusCode::OK, "client_1"));
    assert_eq!(ask(&app, "/me", None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&app, "/maybe", None).await, me(StatusCode::OK, "anonymous"));
    assert_eq!(ask(&app, "/maybe", Some(&good)).await, me(StatusCode::OK, "client_1"));
    assert_eq!(ask(&app, "/delete", Some(&good)).await.0, StatusCode::FORBIDDEN);
    let open = ask(&app, "/forgotten", Some(&good)).await;
    assert_eq!(open.0, StatusCode::UNAUTHORIZED, "a route without the layer is closed");
}
