//! Apps at Spiko: standard OAuth 2.0, strict about `state`, with refresh tokens for `offline`
//! alone.

use serde_json::{Value, json};

use super::person::{Person, parameter, parameters};
use super::{is_private, members, text};
use crate::harness::Server;
use crate::harness::http::{Answer, escaped, form, get, pair, post};

const STATE: &str = "eightorm";

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

    fn app(&self, member: &str) -> &str {
        text(&self.demo["app"], member)
    }

    fn ask(&self, pairs: &[(&str, &str)]) -> String {
        let mut query = vec![
            ("client_id", self.app("client_id")),
            ("redirect_uri", self.app("redirect_uri")),
            ("response_type", "code"),
        ];
        query.extend_from_slice(pairs);
        format!("/oauth2/auth?{}", form(&query))
    }

    fn follow(&self, pairs: &[(&str, &str)]) -> String {
        Person::of(&self.demo).follow(&self.ask(pairs))
    }

    fn code(&self, scope: &str) -> String {
        let back = self.follow(&[("scope", scope), ("state", STATE)]);
        parameter(&back, "code").unwrap_or_else(|| panic!("{back}"))
    }

    fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let (id, secret) = (self.app("client_id"), self.app("client_secret"));
        post(self.base(), "/oauth2/token").basic(&escaped(id), &escaped(secret)).form(fields).send()
    }

    fn exchange(&self, code: &str) -> Answer {
        let redirect = self.app("redirect_uri");
        let grant = "authorization_code";
        self.token(&[("grant_type", grant), ("code", code), ("redirect_uri", redirect)])
    }

    fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    fn connected(&self) -> Value {
        self.exchange(&self.code("offline")).expect(200).json()
    }

    fn investors(&self, token: &str) -> u16 {
        get(self.base(), "/v1/investors/").bearer(token).send().status
    }
}

/// The description of an error, in the format of RFC 6749 §5.2.
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(members(answer), ["error", "error_description"]);
    is_private(answer);
    assert_eq!(answer.json()["error"], code);
    text(&answer.json(), "error_description").to_owned()
}

#[test]
fn a_person_says_yes_and_the_app_gets_tokens_of_the_published_form() {
    let spiko = Spiko::new();
    let mut person = Person::of(&spiko.demo);
    let back = person.follow(&spiko.ask(&[("scope", "offline"), ("state", STATE)]));
    assert_eq!(person.seen, ["sign-in", "consent"], "there is one account: nothing to choose");
    assert_eq!(parameters(&back), ["code", "scope", "state", "iss"]);
    assert_eq!(parameter(&back, "scope").unwrap(), "offline");
    assert_eq!(parameter(&back, "state").unwrap(), STATE);
    let answer = spiko.exchange(&parameter(&back, "code").unwrap());
    is_private(&answer);
    let names = ["access_token", "expires_in", "refresh_token", "scope", "token_type"];
    assert_eq!((answer.status, members(&answer)), (200, names.map(str::to_owned).to_vec()));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(3_600)));
    assert!(text(&body, "access_token").starts_with("spiko_at_"));
    assert!(text(&body, "refresh_token").starts_with("spiko_rt_"));
    assert_eq!(spiko.investors(text(&body, "access_token")), 200);
}

#[test]
fn consent_is_remembered_and_answers_are_303() {
    let spiko = Spiko::new();
    let mut person = Person::of(&spiko.demo);
    let asked = spiko.ask(&[("scope", "offline"), ("state", STATE)]);
    person.follow(&asked);
    let answer = person.open(&asked);
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").unwrap().starts_with(spiko.app("redirect_uri")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn without_offline_there_is_no_refresh_token() {
    let spiko = Spiko::new();
    for (scope, refreshes) in
        [("offline_access", true), ("openid", false), ("", false), (" ", false)]
    {
        let body = spiko.exchange(&spiko.code(scope)).expect(200).json();
        assert_eq!(body["refresh_token"].is_string(), refreshes, "{scope}: {body}");
    }
    let back = spiko.follow(&[("state", STATE)]);
    let body = spiko.exchange(&parameter(&back, "code").unwrap()).expect(200).json();
    assert!(body["refresh_token"].is_null(), "no scope at all: {body}");
}

#[test]
fn the_consent_page_says_whether_the_app_stays_connected() {
    let spiko = Spiko::new();
    for (scope, stays) in [("openid", false), ("offline openid", true)] {
        let asked = spiko.ask(&[("scope", scope), ("state", STATE), ("prompt", "consent")]);
        let mut person = Person::of(&spiko.demo);
        person.follow(&asked);
        let page = person.open(&asked);
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(page.text().contains("while you are away, until you"), stays, "{scope}");
    }
}

#[test]
fn a_state_shorter_than_eight_is_refused_and_any_other_is_returned_unchanged() {
    let spiko = Spiko::new();
    for pairs in [&[("scope", "offline"), ("state", "1234567")][..], &[("scope", "offline")][..]] {
        let answer = get(spiko.base(), &spiko.ask(pairs)).send();
        assert_eq!(answer.status, 303, "before anybody signs in");
        let back = answer.header("location").unwrap();
        assert!(back.starts_with(spiko.app("redirect_uri")), "{back}");
        assert_eq!(parameter(back, "error").unwrap(), "invalid_state");
        assert!(parameter(back, "error_description").is_some());
    }
    for state in ["12345678", "ü&=+% \"<>'#/?;:@ é", "a+b%2Bc d%20e"] {
        let back = spiko.follow(&[("scope", "offline"), ("state", state)]);
        assert_eq!(parameter(&back, "state").unwrap(), state);
    }
}

#[test]
fn an_invalid_app_or_redirect_uri_gets_a_page_and_never_a_redirect() {
    let spiko = Spiko::new();
    let rest = "response_type=code&scope=offline&state=long-enough";
    let (id, redirect) = (spiko.app("client_id"), spiko.app("redirect_uri"));
    for (client, redirect) in [
        ("nobody", redirect),
        (id, "http://localhost:3000/callback/"),
        (id, "http://localhost:3000/callback#"),
        (id, "http://localhost:3000@evil.example/callback"),
        (id, "http://localhost:3000/callback/../x"),
        (id, "https://evil.example/callback"),
        (id, "HTTP://localhost:3000/Callback"),
    ] {
        let query = form(&[("client_id", client), ("redirect_uri", redirect)]);
        let page = get(spiko.base(), &format!("/oauth2/auth?{query}&{rest}")).send();
        assert_eq!((page.status, page.header("location")), (400, None), "{client} {redirect}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        assert!(!page.text().contains("evil.example/"), "{}", page.text());
        assert!(page.text().contains(page.request_id()), "support can look it up");
    }
}

#[test]
fn basic_parts_are_form_decoded_and_a_wrong_secret_is_401() {
    let spiko = Spiko::new();
    let (id, secret) = (spiko.app("client_id"), spiko.app("client_secret"));
    let code = spiko.code("offline");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", spiko.app("redirect_uri")),
    ];
    let wrong = post(spiko.base(), "/oauth2/token").basic(id, "wrong").form(&fields).send();
    refused(&wrong, 401, "invalid_client");
    // Each byte is escaped; decoded, it is the same.
    let every: fn(&str) -> String =
        |text| text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let authorization = format!("Basic {}", pair(&every(id), &every(secret)));
    let right = post(spiko.base(), "/oauth2/token").header("Authorization", authorization);
    right.form(&fields).send().expect(200);
}

#[test]
fn a_code_used_twice_revokes_the_chain() {
    let spiko = Spiko::new();
    let code = spiko.code("offline");
    let tokens = spiko.exchange(&code).expect(200).json();
    let next = spiko.refresh(text(&tokens, "refresh_token")).expect(200).json();
    let reported = refused(&spiko.exchange(&code), 400, "invalid_grant");
    assert!(reported.contains("used before"), "{reported}");
    for tokens in [&tokens, &next] {
        assert_eq!(spiko.investors(text(tokens, "access_token")), 401);
    }
    refused(&spiko.refresh(text(&next, "refresh_token")), 400, "invalid_grant");
}

#[test]
fn a_rotated_refresh_token_revokes_the_chain_once_its_successor_was_used() {
    let spiko = Spiko::new();
    let first = spiko.connected();
    let first_refresh = text(&first, "refresh_token");
    let second = spiko.refresh(first_refresh).expect(200).json();
    let again = spiko.refresh(first_refresh).expect(200).json();
    assert_eq!(second["refresh_token"], again["refresh_token"], "a retry: the same successor");
    let third = spiko.refresh(text(&second, "refresh_token")).expect(200).json();
    let reported = refused(&spiko.refresh(first_refresh), 400, "invalid_grant");
    assert!(reported.contains("used before"), "{reported}");
    refused(&spiko.refresh(text(&third, "refresh_token")), 400, "invalid_grant");
    for tokens in [&first, &second, &third] {
        assert_eq!(spiko.investors(text(tokens, "access_token")), 401);
    }
}

#[test]
fn a_redirect_uri_on_refresh_is_accepted_and_ignored() {
    let spiko = Spiko::new();
    let tokens = spiko.connected();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("redirect_uri", "https://nowhere.example/"),
    ];
    spiko.token(&fields).expect(200);
}

#[test]
fn descriptions_tell_the_cases_apart() {
    let spiko = Spiko::new();
    let redirect = spiko.app("redirect_uri");
    let code = spiko.code("offline");
    let grant = ("grant_type", "authorization_code");
    let used = spiko.code("offline");
    spiko.exchange(&used).expect(200);
    let reported = [
        refused(
            &spiko.token(&[grant, ("code", &used), ("redirect_uri", redirect)]),
            400,
            "invalid_grant",
        ),
        refused(
            &spiko.token(&[grant, ("code", &code), ("redirect_uri", "http://localhost:3000/x")]),
            400,
            "invalid_grant",
        ),
        refused(
            &spiko.token(&[grant, ("code", "nonsense"), ("redirect_uri", redirect)]),
            400,
            "invalid_grant",
        ),
        refused(&spiko.token(&[grant, ("redirect_uri", redirect)]), 400, "invalid_request"),
        refused(
            &spiko.token(&[("grant_type", "refresh_token"), ("refresh_token", "nonsense")]),
            400,
            "invalid_grant",
        ),
        refused(&spiko.token(&[("grant_type", "password")]), 400, "unsupported_grant_type"),
    ];
    let mut distinct = reported.to_vec();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() >= reported.len() - 1, "{reported:?}");
}

#[test]
fn a_challenge_may_be_plain_or_s256_and_is_then_held_to() {
    let spiko = Spiko::new();
    let verifier = "a-verifier-of-at-least-forty-three-characters-0";
    let s256 = oauth::pkce::s256(verifier);
    for (challenge, method) in [(verifier, Some("plain")), (verifier, None), (&*s256, Some("S256"))]
    {
        let mut pairs = vec![("scope", "offline"), ("state", STATE), ("code_challenge", challenge)];
        pairs.extend(method.map(|method| ("code_challenge_method", method)));
        let exchange = |verifier: Option<&str>| {
            let code = parameter(&spiko.follow(&pairs), "code").unwrap();
            let redirect = spiko.app("redirect_uri");
            let mut fields = vec![
                ("grant_type", "authorization_code"),
                ("code", &*code),
                ("redirect_uri", redirect),
            ];
            fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            spiko.token(&fields)
        };
        exchange(Some(verifier)).expect(200);
        let wrong = "another-verifier-of-at-least-forty-three-chars0";
        refused(&exchange(Some(wrong)), 400, "invalid_grant");
        refused(&exchange(None), 400, "invalid_grant");
    }
}

#[test]
fn a_revoked_refresh_token_ends_its_access_tokens() {
    let spiko = Spiko::new();
    let tokens = spiko.connected();
    let (id, secret) = (spiko.app("client_id"), spiko.app("client_secret"));
    let fields = [("token", text(&tokens, "refresh_token"))];
    post(spiko.base(), "/oauth2/revoke").basic(id, secret).form(&fields).send().expect(200);
    assert_eq!(spiko.investors(text(&tokens, "access_token")), 401);
    refused(&spiko.refresh(text(&tokens, "refresh_token")), 400, "invalid_grant");
    assert!(spiko.server.log().contains("spiko"));
}

#[test]
fn a_no_is_303_with_access_denied() {
    let spiko = Spiko::new();
    let asked = spiko.ask(&[("scope", "offline"), ("state", STATE)]);
    let back = Person::of(&spiko.demo).denying().follow(&asked);
    assert!(back.starts_with(spiko.app("redirect_uri")), "{back}");
    assert_eq!(parameter(&back, "error").unwrap(), "access_denied");
    assert!(parameter(&back, "error_description").is_some());
    assert_eq!(parameter(&back, "state").unwrap(), STATE);
}
