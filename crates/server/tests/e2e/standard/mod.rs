//! The `rfc` dialect, which a new provider gets: OAuth 2.1's defaults, resources by RFC 8707, ID
//! tokens and metadata.

mod app_scopes;
mod defaults;
mod id_tokens;
mod metadata;
mod refresh_scopes;
mod registering;
mod remembered;
mod resources;
mod sign_in_again;
mod unverified;

use oauth::pkce::s256;
use serde_json::{Value, json};

use crate::dialects::person::{Person, parameter};
use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, form, post};
use crate::harness::realm::Realm;

const API: &str = "https://api.example";
const REDIRECT: &str = "https://app.example/cb";
const PASSWORD: &str = "an engine that weaves algebra";
const VERIFIER: &str = "verifier-of-more-than-forty-three-characters_~.";

/// A realm with an API and a user.
struct Fixture {
    server: Server,
    admin: Admin,
    base: String,
}

/// A registered app.
struct App {
    id: String,
    secret: Option<String>,
}

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

impl Fixture {
    fn new() -> Self {
        Self::with("rfc")
    }

    fn with(dialect: &str) -> Self {
        let realm = Realm::new(dialect);
        let admin = realm.admin();
        Self::serve(realm, admin)
    }

    fn serve(realm: Realm, admin: Admin) -> Self {
        let base = realm.base.clone();
        let server = realm.serve();
        admin.api(API, &["read", "write"]);
        let user = json!({"email": "ada@example.com", "name": "Ada", "password": PASSWORD});
        admin.create("/users", &user);
        Self { server, admin, base }
    }

    /// An app with all scopes.
    fn app(&self, more: Value) -> App {
        let mut new = json!({
            "name": "Loom",
            "kind": "app",
            "redirect_uris": [REDIRECT],
            "default_audience": API,
            "scopes": ["read", "write", "openid", "offline"],
        });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.admin.create("/clients", &new);
        let secret = made["secret"].as_str().map(str::to_owned);
        App { id: text(&made, "id"), secret }
    }

    fn person(&self) -> Person {
        let user = json!({"email": "ada@example.com", "password": PASSWORD});
        Person::of(&json!({"base": self.base, "user": user}))
    }

    /// The path and query of an authorization request.
    fn asks(&self, app: &App, more: &[(&str, &str)]) -> String {
        let mut query = vec![
            ("client_id", app.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("state", "s-1234567"),
        ];
        query.extend_from_slice(more);
        format!("/authorize?{}", form(&query))
    }

    /// Where the user comes back to, who consents.
    fn goes(&self, app: &App, more: &[(&str, &str)]) -> String {
        let back = self.person().follow(&self.asks(app, more));
        assert!(back.starts_with(&format!("{REDIRECT}?")), "{back}");
        back
    }

    fn token(&self, app: &App, fields: &[(&str, &str)]) -> Answer {
        let ask = post(&self.base, "/token");
        match &app.secret {
            Some(secret) => ask.basic(&app.id, secret).form(fields).send(),
            None => ask.form(&[&[("client_id", &*app.id)], fields].concat()).send(),
        }
    }

    fn exchange(&self, app: &App, code: &str, more: &[(&str, &str)]) -> Answer {
        let grant =
            [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
        self.token(app, &[&grant[..], more].concat())
    }

    /// The tokens of an app that used PKCE.
    fn connected(&self, app: &App, more: &[(&str, &str)]) -> Value {
        let challenge = s256(VERIFIER);
        let pkce = [("code_challenge", &*challenge), ("code_challenge_method", "S256")];
        let back = self.goes(app, &[&pkce[..], more].concat());
        let code = parameter(&back, "code").unwrap_or_else(|| panic!("{back}"));
        self.exchange(app, &code, &[("code_verifier", VERIFIER)]).expect(200).json()
    }

    fn refresh(&self, app: &App, token: &str) -> Answer {
        self.token(app, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }
}
