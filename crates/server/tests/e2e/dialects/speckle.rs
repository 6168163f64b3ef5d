//! Speckle's GraphQL API with a personal access token, with an invalid one, and with none.

use serde_json::{Value, json};

use super::{members, text};
use crate::harness::Server;
use crate::harness::http::{Answer, Ask, ask, post};

/// The realm and its demo user.
pub(super) struct Speckle {
    pub(super) server: Server,
    pub(super) demo: Value,
}

const ME: &str = "{ activeUser { id name email company role verified avatar bio } }";

impl Speckle {
    pub(super) fn new() -> Self {
        let server = Server::dev();
        let demo = server.demo()["realms"]["speckle"].clone();
        Self { server, demo }
    }

    pub(super) fn base(&self) -> &str {
        text(&self.demo, "base")
    }

    pub(super) fn pat(&self) -> &str {
        text(&self.demo, "personal_access_token")
    }

    pub(super) fn ask(&self, query: &str) -> Ask {
        post(self.base(), "/graphql").json(&json!({"query": query}))
    }

    /// The data of a query, which must succeed.
    pub(super) fn data(&self, token: &str, query: &str) -> Value {
        let body = self.ask(query).bearer(token).send().expect(200).json();
        assert_eq!(body.get("errors"), None, "{body}");
        body["data"].clone()
    }

    /// Whether a token is active.
    pub(super) fn opens(&self, token: &str) -> bool {
        let answer = self.ask(ME).bearer(token).send();
        match answer.status {
            200 => answer.json()["data"]["activeUser"].is_object(),
            _ => {
                not_valid(&answer);
                false
            }
        }
    }

    /// A token with these scopes, created by an administrator: `(id, secret)`.
    pub(super) fn token(&self, scopes: &[&str]) -> (String, String) {
        let me = self.data(self.pat(), ME);
        let new = json!({"user": me["activeUser"]["id"], "name": "test", "scopes": scopes});
        let made = self.server.admin("speckle").create("/personal-access-tokens", &new);
        (text(&made, "id").to_owned(), text(&made, "secret").to_owned())
    }
}

/// The published answer to an invalid token.
pub(super) fn not_valid(answer: &Answer) {
    assert_eq!(answer.status, 403);
    assert_eq!(answer.text(), r#"{"error":"Your token is not valid."}"#);
}

#[test]
fn a_personal_access_token_reads_its_owner_with_or_without_the_word_bearer() {
    let speckle = Speckle::new();
    let pat = speckle.pat();
    assert_eq!(pat.len(), 42, "10 of id, 32 of secret");
    assert!(pat.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let by_word = speckle.ask(ME).bearer(pat).send().expect(200);
    let bare = speckle.ask(ME).header("Authorization", pat).send().expect(200);
    assert_eq!(by_word.json(), bare.json());
    let user = &by_word.json()["data"]["activeUser"];
    assert_eq!(user["email"], speckle.demo["user"]["email"]);
    assert_eq!(text(user, "id").len(), 10);
    assert!(user["name"].is_string() && user["role"].is_string() && user["verified"] == true);
}

#[test]
fn an_anonymous_caller_may_read_the_server_and_has_no_user() {
    let speckle = Speckle::new();
    let query = "{ activeUser { id } serverInfo { name company description adminContact \
                 canonicalUrl version scopes { name description } \
                 authStrategies { id name icon } workspaces { workspacesEnabled } } }";
    let answer = speckle.ask(query).send().expect(200).json();
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(answer["data"]["activeUser"], Value::Null);
    let info = &answer["data"]["serverInfo"];
    assert_eq!(info["canonicalUrl"], speckle.base());
    let scopes = info["scopes"].as_array().unwrap();
    let names: Vec<&str> = scopes.iter().map(|scope| text(scope, "name")).collect();
    for scope in ["streams:read", "streams:write", "profile:read", "profile:email", "tokens:write"]
    {
        assert!(names.contains(&scope), "{names:?}");
    }
    assert!(scopes.iter().all(|scope| !text(scope, "description").is_empty()));
}

#[test]
fn an_invalid_token_is_403_with_the_published_text() {
    let speckle = Speckle::new();
    let pat = speckle.pat();
    let (id, secret) = pat.split_at(10);
    let other = &speckle.server.demo()["realms"]["fyma"]["admin_key"];
    let wrong = format!("{id}{}", secret.chars().rev().collect::<String>());
    for token in ["x", &wrong, &pat[..41], &format!("{pat}0"), other.as_str().unwrap()] {
        not_valid(&speckle.ask(ME).bearer(token).send());
    }
    not_valid(&speckle.ask(ME).basic(id, secret).send());
}

#[test]
fn a_missing_scope_is_a_graphql_error_with_a_code() {
    let speckle = Speckle::new();
    let (_, narrow) = speckle.token(&["streams:read"]);
    let answer = speckle.ask("{ activeUser { id } serverInfo { name } }").bearer(&narrow).send();
    let body = answer.expect(200).json();
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(body["data"]["activeUser"], Value::Null);
    assert!(body["data"]["serverInfo"]["name"].is_string(), "the rest is answered: {body}");
}

#[test]
fn pages_of_other_origins_may_ask() {
    let speckle = Speckle::new();
    let preflight = ask(speckle.base(), "OPTIONS", "/graphql")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .send();
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    let allowed = preflight.header("access-control-allow-headers").unwrap().to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    let answer = speckle.ask(ME).bearer(speckle.pat()).header("Origin", "https://app.example");
    let answer = answer.send().expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[test]
fn an_exchange_without_a_code_is_refused_in_the_dialects_format() {
    let speckle = Speckle::new();
    let answer = post(speckle.base(), "/auth/token").json(&json!({"appId": "x"})).send();
    assert_eq!(answer.status, 401);
    assert_eq!(members(&answer), ["err"], "{}", answer.text());
}
