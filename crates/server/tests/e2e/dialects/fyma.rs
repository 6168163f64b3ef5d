//! Fyma's client credentials with an audience: bodies, claims, refusals.

use serde_json::{Value, json};

use super::{is_private, members, text};
use crate::harness::http::{Answer, get, post};
use crate::harness::{Server, jwt};

/// The realm and its demo client.
pub(super) struct Fyma {
    pub(super) server: Server,
    pub(super) demo: Value,
}

impl Fyma {
    pub(super) fn new() -> Self {
        let server = Server::dev();
        let demo = server.demo()["realms"]["fyma"].clone();
        Self { server, demo }
    }

    pub(super) fn base(&self) -> &str {
        text(&self.demo, "base")
    }

    /// The request of a client with this id and secret.
    pub(super) fn request(&self, id: &str, secret: &str) -> Value {
        json!({
            "grant_type": "client_credentials",
            "audience": self.demo["audience"],
            "client_id": id,
            "client_secret": secret,
        })
    }

    fn own(&self) -> Value {
        self.request(text(&self.demo, "client_id"), text(&self.demo, "client_secret"))
    }

    pub(super) fn send(&self, request: &Value) -> Answer {
        post(self.base(), "/oauth/token").json(request).send()
    }

    pub(super) fn send_form(&self, request: &Value) -> Answer {
        let fields = request.as_object().unwrap().iter();
        let fields: Vec<(&str, &str)> =
            fields.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        post(self.base(), "/oauth/token").form(&fields).send()
    }

    pub(super) fn cameras(&self, token: &str) -> u16 {
        get(self.base(), "/tracking-cameras").bearer(token).send().status
    }
}

fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(members(answer), ["error", "error_description"]);
    assert_eq!(answer.json()["error"], error);
    is_private(answer);
}

#[test]
fn json_and_form_are_answered_alike() {
    let fyma = Fyma::new();
    for answer in [fyma.send(&fyma.own()), fyma.send_form(&fyma.own())] {
        let answer = answer.expect(200);
        is_private(&answer);
        assert_eq!(members(&answer), ["access_token", "expires_in", "scope", "token_type"]);
        let body = answer.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(86_400)));
        assert_eq!(fyma.cameras(text(&body, "access_token")), 200);
    }
}

#[test]
fn the_jwt_has_the_documented_claims() {
    let fyma = Fyma::new();
    let answer = fyma.send(&fyma.own()).expect(200).json();
    let token = text(&answer, "access_token");
    let (header, claims) = jwt::parts(token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    let client = text(&fyma.demo, "client_id");
    assert_eq!(claims["iss"], format!("{}/", fyma.base()));
    assert_eq!(claims["sub"], format!("{client}@clients"));
    assert_eq!(claims["azp"], client);
    assert_eq!(claims["aud"], fyma.demo["audience"]);
    assert_eq!(claims["gty"], "client-credentials");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_400);
    jwt::check(fyma.base(), token, text(&fyma.demo, "audience"));
}

#[test]
fn a_wrong_id_and_a_wrong_secret_are_the_same_401() {
    let fyma = Fyma::new();
    let (id, secret) = (text(&fyma.demo, "client_id"), text(&fyma.demo, "client_secret"));
    let mut reported = Vec::new();
    for (id, secret) in [(id, "wrong"), ("nobody", secret), ("nobody", "wrong"), (secret, id)] {
        let answer = fyma.send(&fyma.request(id, secret));
        refused(&answer, 401, "access_denied");
        reported.push(answer.json());
    }
    reported.dedup();
    assert_eq!(reported.len(), 1, "{reported:?}");
}

#[test]
fn each_case_of_an_audience_is_403() {
    let fyma = Fyma::new();
    let admin = fyma.server.admin("fyma");
    let with = |audience: Option<&str>| {
        let mut request = fyma.own();
        match audience {
            Some(audience) => request["audience"] = json!(audience),
            None => drop(request.as_object_mut().unwrap().remove("audience")),
        }
        fyma.send(&request)
    };
    refused(&with(Some("https://nobody.example")), 403, "access_denied");
    refused(&with(None), 403, "access_denied");
    refused(&with(Some("")), 403, "access_denied");
    let other = json!({"identifier": "https://other.example", "name": "Other"});
    admin.create("/resource-servers", &other);
    refused(&with(Some("https://other.example")), 403, "access_denied");
    let client = format!("/clients/{}", text(&fyma.demo, "client_id"));
    let default = json!({"default_audience": fyma.demo["audience"]});
    admin.call("PATCH", &client, Some(&default)).expect(200);
    assert_eq!(with(None).status, 200, "its default");
}

#[test]
fn an_unauthorized_and_an_unknown_grant_type_are_different_errors() {
    let fyma = Fyma::new();
    let admin = fyma.server.admin("fyma");
    let app = json!({"name": "app", "kind": "app", "grant_types": ["authorization_code"]});
    let app = admin.create("/clients", &app);
    let request = fyma.request(text(&app, "id"), text(&app, "secret"));
    refused(&fyma.send(&request), 403, "unauthorized_client");
    let mut request = fyma.own();
    request["grant_type"] = json!("password");
    refused(&fyma.send(&request), 400, "unsupported_grant_type");
}

#[test]
fn a_suspended_client_and_a_revoked_secret_stop_their_tokens() {
    let fyma = Fyma::new();
    let admin = fyma.server.admin("fyma");
    let client = text(&fyma.demo, "client_id");
    let answer = fyma.send(&fyma.own()).expect(200).json();
    let token = text(&answer, "access_token");
    admin.act(&format!("/clients/{client}/suspend"));
    assert_eq!(fyma.cameras(token), 403);
    refused(&fyma.send(&fyma.own()), 401, "access_denied");
    admin.act(&format!("/clients/{client}/activate"));
    assert_eq!(fyma.cameras(token), 200);
    let secrets = admin.read(&format!("/clients/{client}/secrets"));
    let secret = text(&secrets["data"][0], "id");
    admin.act(&format!("/clients/{client}/secrets/{secret}/revoke"));
    assert_eq!(fyma.cameras(token), 401);
    refused(&fyma.send(&fyma.own()), 401, "access_denied");
}
