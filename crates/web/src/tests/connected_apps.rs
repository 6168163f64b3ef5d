//! The tokens of a connected app, from the consent page to the endpoints.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use serde_json::Value;
use web_base::TrustedProxies;
use web_base::metrics::Metrics;
use web_gate::feed::RealmFeed;
use web_testing::{LIMITS, Serve, TestRealm};

use crate::{ListenerService, Realm, Realms, Serves};

type Browser<'a> = web_testing::Browser<'a, Fixture>;

struct Fixture {
    realm: TestRealm,
    listener: ListenerService,
}

impl Fixture {
    async fn new() -> Self {
        let realm = TestRealm::builder().build();
        realm.populate().await;
        let site = realm.url().parse().unwrap();
        let metrics = Metrics::new(vec![Arc::clone(realm.state.metrics())], Vec::new());
        let served = Realm::new(RealmFeed::new(realm.state.clone()), LIMITS, None);
        let listener = ListenerService {
            app: Arc::clone(realm.state.app()),
            proxies: Arc::new(TrustedProxies::default()),
            metrics: Arc::new(metrics),
            serves: Serves::Realms(Realms::new(vec![(site, Arc::new(served))])),
            local_hosts_only: false,
        };
        Self { realm, listener }
    }
}

impl Serve for Fixture {
    fn url(&self) -> &str {
        self.realm.url()
    }

    async fn serve(&self, peer: SocketAddr, https: bool, request: Request<Body>) -> Response<Body> {
        self.listener.answer(peer, https, request).await
    }
}

const APPS: &str = "/settings/apps";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn disconnecting_an_app_revokes_its_tokens() {
    let fixture = Fixture::new().await;
    fixture
        .realm
        .change_client(|client| {
            client.auth_methods = vec![oauth::ClientAuthMethod::None];
            client.scopes = "read openid".parse().unwrap();
        })
        .await;
    fixture.realm.create_keys(&[domain::Algorithm::ES256, domain::Algorithm::RS256]).await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    let pkce = format!("&code_challenge_method=S256&code_challenge={CHALLENGE}");
    let path = fixture.realm.authorization_path(&pkce).replace("scope=read", "scope=read+openid");
    let code = ada.consent(&path).await;
    let mut app = Browser::new(&fixture);
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "app_1"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let answer = app.post("/token", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let tokens: Value = serde_json::from_str(&answer.text).unwrap();
    let of = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    let bearer = [("authorization", format!("Bearer {}", of("access_token")))];
    assert_eq!(app.send("GET", "/userinfo", &bearer, Body::empty()).await.status, 200);
    let page = ada.get(APPS).await;
    assert!(page.text.contains("Sign you in") || page.text.contains("openid"), "{}", page.text);
    let done = ada.disconnect(&page.connection_form()).await;
    assert!(done.text.contains("No app is connected."), "{}", done.text);
    assert_eq!(app.send("GET", "/userinfo", &bearer, Body::empty()).await.status, 401);
    let token = of("refresh_token");
    let fields =
        [("grant_type", "refresh_token"), ("client_id", "app_1"), ("refresh_token", &token)];
    let refused = app.post("/token", &fields).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains("invalid_grant"), "{}", refused.text);
    assert_eq!(ada.get(&path).await.title(), "Allow Ledger Sync?", "she is asked anew");
}

#[tokio::test]
async fn an_answer_is_counted_under_its_page() {
    let fixture = Fixture::new().await;
    let mut ada = Browser::signed_in_as(&fixture, "ada@example.com").await;
    assert_eq!(ada.send("DELETE", APPS, &[], Body::empty()).await.status, 405);
    assert_eq!(ada.get("/settings/apps/x").await.status, 404);
    let page = fixture.listener.metrics.page();
    let counted = r#"operation="connected_apps",status="405""#;
    assert!(page.contains(counted), "{page}");
}
