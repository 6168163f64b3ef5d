//! Spiko's keys by Basic directly at the API, and the machine flows of its OAuth server.

use serde_json::{Value, json};

use super::{is_private, members, text};
use crate::harness::Server;
use crate::harness::http::{Answer, escaped, get, post};

struct Spiko {
    server: Server,
    demo: Value,
}

impl Spiko {
    fn new() -> Self {
        let server = Server::dev();
        let demo = server.demo()["realms"]["spiko"].clone();
        Self { server, demo }
    }

    fn base(&self) -> &str {
        text(&self.demo, "base")
    }

    fn key(&self) -> (&str, &str) {
        let key = &self.demo["api_key"];
        (text(key, "client_id"), text(key, "client_secret"))
    }

    fn investors(&self, id: &str, secret: &str) -> Answer {
        get(self.base(), "/v1/investors/").basic(id, secret).send()
    }
}

#[test]
fn the_key_opens_the_api_as_it_is() {
    let spiko = Spiko::new();
    let (id, secret) = spiko.key();
    for path in ["/v1/investors/", "/v1/investors"] {
        let answer = get(spiko.base(), path).basic(id, secret).send().expect(200);
        assert!(!answer.json().as_array().unwrap().is_empty());
    }
    // The two parts are form-urldecoded.
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(spiko.investors(&encoded, &escaped(secret)).status, 200);
}

#[test]
fn a_wrong_key_is_401_with_a_tag() {
    let spiko = Spiko::new();
    let (id, secret) = spiko.key();
    let none = get(spiko.base(), "/v1/investors/").send();
    let mut reported = Vec::new();
    for answer in [
        spiko.investors(id, "wrong"),
        spiko.investors("nobody", secret),
        spiko.investors(id, &format!("{secret}x")),
        spiko.investors(secret, id),
    ] {
        reported.push((answer.status, answer.json()));
    }
    reported.dedup();
    assert_eq!(reported.len(), 1, "{reported:?}");
    for answer in [none, spiko.investors(id, "wrong")] {
        assert_eq!(answer.status, 401);
        assert_eq!(members(&answer), ["_tag", "reason"]);
        assert_eq!(answer.json()["_tag"], "InvestorAuthenticationError");
        let challenges: Vec<_> =
            answer.headers.iter().filter(|(name, _)| name == "www-authenticate").collect();
        assert!(challenges.iter().any(|(_, value)| value.starts_with("Basic ")), "{challenges:?}");
    }
}

#[test]
fn a_suspended_organization_is_403_without_a_body() {
    let spiko = Spiko::new();
    let (id, secret) = spiko.key();
    let admin = spiko.server.admin("spiko");
    let key = admin.read(&format!("/api-keys/{id}"));
    admin.act(&format!("/organizations/{}/suspend", text(&key, "organization")));
    let answer = spiko.investors(id, secret);
    assert_eq!((answer.status, answer.body.len()), (403, 0));
}

#[test]
fn a_revoked_key_is_refused_from_the_next_request_on() {
    let spiko = Spiko::new();
    let (id, secret) = spiko.key();
    assert_eq!(spiko.investors(id, secret).status, 200);
    spiko.server.admin("spiko").act(&format!("/api-keys/{id}/revoke"));
    let answer = spiko.investors(id, secret);
    assert_eq!(answer.status, 401);
    assert_eq!(spiko.server.admin("spiko").why(&answer), "credential_revoked");
}

#[test]
fn a_machine_gets_an_opaque_bearer_token_in_lower_case() {
    let spiko = Spiko::new();
    let admin = spiko.server.admin("spiko");
    let client = admin.create("/clients", &json!({"name": "machine"}));
    let (id, secret) = (text(&client, "id"), text(&client, "secret"));
    admin.create("/grants", &json!({"client": id}));
    let audience = text(&admin.read("/resource-servers/demo-api"), "identifier").to_owned();
    let fields = [("grant_type", "client_credentials"), ("audience", &audience)];
    let ask = post(spiko.base(), "/oauth2/token").form(&fields);
    let answer = ask.clone().basic(id, secret).send().expect(200);
    is_private(&answer);
    assert_eq!(members(&answer), ["access_token", "expires_in", "scope", "token_type"]);
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(3600)));
    let token = text(&body, "access_token");
    assert!(token.starts_with("spiko_at_"), "{token}");
    let investors = || get(spiko.base(), "/v1/investors/").bearer(token).send().status;
    assert_eq!(investors(), 200);

    let held = [("token", token)];
    for path in ["/introspect", "/oauth2/introspect"] {
        let reported = post(spiko.base(), path).basic(id, secret).form(&held).send().expect(200);
        assert_eq!(reported.json()["active"], true);
    }
    // RFC 7009 §2.1: a client cannot revoke another client's token.
    let (key, key_secret) = spiko.key();
    post(spiko.base(), "/oauth2/revoke").basic(key, key_secret).form(&held).send().expect(200);
    assert_eq!(investors(), 200);
    let revoked = post(spiko.base(), "/oauth2/revoke").basic(id, secret).form(&held).send();
    assert_eq!((revoked.status, revoked.body.len()), (200, 0));
    assert_eq!(investors(), 401);

    let wrong = ask.basic(id, "wrong").send().expect(401);
    assert_eq!(members(&wrong), ["error", "error_description"]);
    assert_eq!(wrong.json()["error"], "invalid_client");
    is_private(&wrong);
}
