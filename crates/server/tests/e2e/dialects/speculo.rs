//! Speculo's `/token` and `/introspect`: camelCase JSON, a JWT that never expires, refresh tokens
//! that stay.

use serde_json::{Value, json};

use super::{is_private, members, text};
use crate::harness::http::{Answer, Ask, get, post};
use crate::harness::{Server, jwt};

/// The realm, and what its documentation gives a customer.
struct Speculo {
    server: Server,
    demo: Value,
}

impl Speculo {
    fn new() -> Self {
        let server = Server::dev();
        let demo = server.demo()["realms"]["speculo"].clone();
        Self { server, demo }
    }

    fn base(&self) -> &str {
        text(&self.demo, "base")
    }

    fn client(&self) -> &str {
        text(&self.demo, "client_id")
    }

    fn refresh_token(&self) -> &str {
        text(&self.demo, "refresh_token")
    }

    fn ask(&self, client: &str, refresh_token: &str) -> Ask {
        let body = json!({"clientId": client, "refreshToken": refresh_token});
        post(self.base(), "/token").json(&body)
    }

    fn token(&self, refresh_token: &str) -> String {
        let answer = self.ask(self.client(), refresh_token).send().expect(200);
        text(&answer.json(), "accessToken").to_owned()
    }

    fn contacts(&self, token: &str) -> u16 {
        get(self.base(), "/v1/contacts?pageSize=1").bearer(token).send().status
    }

    /// The secret with which the API introspects.
    fn resource_server(&self) -> (String, String) {
        let path = "/resource-servers/demo-api/secrets";
        let made = self.server.admin("speculo").create(path, &json!({"label": "test"}));
        ("demo-api".to_owned(), text(&made, "secret").to_owned())
    }
}

fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(members(answer), ["error", "message", "requestId"]);
    assert_eq!(answer.json()["requestId"], answer.request_id());
    is_private(answer);
}

#[test]
fn the_token_is_a_jwt_that_never_expires_and_the_refresh_token_stays() {
    let speculo = Speculo::new();
    assert!(speculo.client().starts_with("client_"));
    assert!(speculo.refresh_token().starts_with("rt_live_"));
    assert!(text(&speculo.demo, "org_id").starts_with("org_"));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = speculo.ask(speculo.client(), speculo.refresh_token()).send().expect(200);
        is_private(&answer);
        assert_eq!(members(&answer), ["accessToken", "scope", "scopes", "tokenType"]);
        let body = answer.json();
        assert_eq!(body["tokenType"], "Bearer");
        assert_eq!(body["scope"], "contacts.read contacts.write");
        assert_eq!(body["scopes"], json!(["contacts.read", "contacts.write"]));
        let (header, claims) = jwt::parts(text(&body, "accessToken"));
        assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("JWT")));
        assert_eq!(claims.get("exp"), None);
        assert_eq!(claims["iss"], speculo.base());
        assert_eq!(claims["clientId"], speculo.client());
        assert_eq!(claims["orgId"], speculo.demo["org_id"]);
        assert_eq!(claims["scopes"], body["scopes"]);
        ids.push(text(&claims, "jti").to_owned());
        assert_eq!(speculo.contacts(text(&body, "accessToken")), 200);
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn an_unknown_client_gets_the_same_401_as_a_wrong_secret() {
    let speculo = Speculo::new();
    let (client, good) = (speculo.client(), speculo.refresh_token());
    let other = good.replace("rt_live_", "rt_test_");
    let tries = [
        ("client_0000000000000000000000", good),
        (client, "rt_live_wrong"),
        (client, &good[..good.len() - 1]),
        (client, &other),
        ("client_0000000000000000000000", "rt_live_wrong"),
    ];
    let mut reported = Vec::new();
    for (client, refresh_token) in tries {
        let answer = speculo.ask(client, refresh_token).send();
        refused(&answer, 401);
        assert!(answer.header("www-authenticate").is_some(), "RFC 9110 15.5.2");
        let body = answer.json();
        reported.push((body["error"].clone(), body["message"].clone()));
    }
    reported.dedup();
    assert_eq!(reported.len(), 1, "an account could be guessed: {reported:?}");
}

#[test]
fn pasted_white_space_is_401_and_support_can_see_why() {
    let speculo = Speculo::new();
    let (client, token) = (speculo.client(), speculo.refresh_token());
    for (client, token) in [
        (client.to_owned(), format!("{token}\n")),
        (client.to_owned(), format!(" {token}")),
        (client.to_owned(), format!("{token}\u{a0}")),
        (format!("{client} "), token.to_owned()),
        (format!("\t{client}\r\n"), token.to_owned()),
    ] {
        let answer = speculo.ask(&client, &token).send();
        refused(&answer, 401);
        let reason = speculo.server.admin("speculo").why(&answer);
        assert_eq!(reason, "credential_has_white_space", "{client:?} {token:?}");
    }
}

#[test]
fn revoking_one_refresh_token_stops_its_own_tokens_from_the_next_request_on() {
    let speculo = Speculo::new();
    let admin = speculo.server.admin("speculo");
    let new = json!({"client": speculo.client(), "label": "second"});
    let second = admin.create("/refresh-tokens", &new);
    let (id, second) = (text(&second, "id"), text(&second, "secret"));
    assert!(second.starts_with("rt_live_"));
    let (of_first, of_second) = (speculo.token(speculo.refresh_token()), speculo.token(second));
    assert_eq!((speculo.contacts(&of_first), speculo.contacts(&of_second)), (200, 200));

    admin.act(&format!("/refresh-tokens/{id}/revoke"));
    assert_eq!((speculo.contacts(&of_first), speculo.contacts(&of_second)), (200, 401));
    refused(&speculo.ask(speculo.client(), second).send(), 401);
    let (name, secret) = speculo.resource_server();
    for (token, active) in [(&of_first, true), (&of_second, false)] {
        let ask = post(speculo.base(), "/introspect").basic(&name, &secret);
        let answer = ask.form(&[("token", token)]).send().expect(200);
        assert_eq!(answer.json()["active"], active);
    }
}

#[test]
fn a_suspended_client_is_403_everywhere_and_comes_back_with_its_old_token() {
    let speculo = Speculo::new();
    let admin = speculo.server.admin("speculo");
    let token = speculo.token(speculo.refresh_token());
    admin.act(&format!("/clients/{}/suspend", speculo.client()));
    refused(&speculo.ask(speculo.client(), speculo.refresh_token()).send(), 403);
    assert_eq!(speculo.contacts(&token), 403);
    // A caller without a refresh token does not learn whether the client exists.
    refused(&speculo.ask(speculo.client(), "rt_live_wrong").send(), 401);
    admin.act(&format!("/clients/{}/activate", speculo.client()));
    assert_eq!(speculo.contacts(&token), 200);

    let organization = format!("/organizations/{}", text(&speculo.demo, "org_id"));
    admin.act(&format!("{organization}/suspend"));
    refused(&speculo.ask(speculo.client(), speculo.refresh_token()).send(), 403);
    assert_eq!(speculo.contacts(&token), 403);
}

#[test]
fn rfc7662_the_api_may_introspect_and_gets_every_member_that_it_needs() {
    let speculo = Speculo::new();
    let token = speculo.token(speculo.refresh_token());
    let (name, secret) = speculo.resource_server();
    let ask = post(speculo.base(), "/introspect").basic(&name, &secret);
    let answer = ask.clone().form(&[("token", &token)]).send().expect(200);
    is_private(&answer);
    let body = answer.json();
    assert_eq!(body["active"], true);
    assert_eq!(body["scope"], "contacts.read contacts.write");
    assert_eq!(body["client_id"], speculo.client());
    assert_eq!(body["organization"], speculo.demo["org_id"]);
    assert_eq!(body["credential_kind"], "access_token");
    assert_eq!(body.get("exp"), None);
    assert!(body["iat"].is_i64());
    for strange in ["", "x", speculo.refresh_token(), "eyJhbGciOiJub25lIn0.e30."] {
        let answer = ask.clone().form(&[("token", strange)]).send();
        if strange.is_empty() {
            refused(&answer, 400);
        } else {
            assert_eq!((answer.status, answer.text()), (200, r#"{"active":false}"#), "{strange}");
        }
    }
    let nobody = post(speculo.base(), "/introspect").form(&[("token", &token)]).send();
    refused(&nobody, 401);
    let client = [("token", token.as_str()), ("client_id", speculo.client())];
    refused(&post(speculo.base(), "/introspect").form(&client).send(), 401);
}
