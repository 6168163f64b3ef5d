//! Apps at Speckle: an access code for a challenge, tokens of 42 characters, calls from browsers.

use serde_json::{Value, json};

use super::person::{Person, parameter, parameters};
use super::speckle::Speckle;
use super::{members, text};
use crate::harness::http::{Answer, ask, post};

const CHALLENGE: &str = "a-challenge-that-the-app-made-up-of-43-or-so";

impl Speckle {
    fn app(&self, member: &str) -> &str {
        text(&self.demo["app"], member)
    }

    fn follow(&self, segment: &str) -> String {
        Person::of(&self.demo).follow(&format!("/authn/verify/{}/{segment}", self.app("id")))
    }

    fn code(&self, segment: &str) -> String {
        let back = self.follow(segment);
        parameter(&back, "access_code").unwrap_or_else(|| panic!("{back}"))
    }

    fn plain(&self, code: &str, challenge: &str) -> Answer {
        self.auth_token(&json!({"accessCode": code, "challenge": challenge}))
    }

    fn auth_token(&self, rest: &Value) -> Answer {
        let mut body = json!({"appId": self.app("id"), "appSecret": self.app("secret")});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        post(self.base(), "/auth/token").json(&body).send()
    }

    fn connected(&self) -> Value {
        self.plain(&self.code(CHALLENGE), CHALLENGE).expect(200).json()
    }
}

fn refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(members(answer), ["err"]);
    assert!(answer.json()["err"].is_string());
}

#[test]
fn a_person_says_yes_and_the_code_is_the_last_parameter() {
    let speckle = Speckle::new();
    let mut person = Person::of(&speckle.demo);
    let back = person.follow(&format!("/authn/verify/{}/{CHALLENGE}", speckle.app("id")));
    assert_eq!(person.seen, ["sign-in", "consent"]);
    assert!(back.starts_with(speckle.app("redirect_uri")), "{back}");
    assert_eq!(parameters(&back).last(), Some(&"access_code"));
    let answer = speckle.plain(&parameter(&back, "access_code").unwrap(), CHALLENGE);
    assert_eq!(
        (answer.status, members(&answer)),
        (200, vec!["refreshToken".to_owned(), "token".to_owned()])
    );
    let body = answer.json();
    assert_eq!((text(&body, "token").len(), text(&body, "refreshToken").len()), (42, 42));
    let reported = speckle.data(text(&body, "token"), "{ activeUser { email } }");
    assert_eq!(reported["activeUser"]["email"], speckle.demo["user"]["email"]);
}

#[test]
fn a_token_is_limited_to_the_apps_registered_scopes() {
    let speckle = Speckle::new();
    let tokens = speckle.connected();
    let query = "{ activeUser { apiTokens { id } } }";
    let body = speckle.ask(query).bearer(text(&tokens, "token")).send().json();
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
}

#[test]
fn a_no_is_denied_true() {
    let speckle = Speckle::new();
    let target = format!("/authn/verify/{}/{CHALLENGE}", speckle.app("id"));
    let back = Person::of(&speckle.demo).denying().follow(&target);
    assert_eq!(back, format!("{}?denied=true", speckle.app("redirect_uri")));
}

#[test]
fn an_unknown_app_gets_a_page() {
    let speckle = Speckle::new();
    let page = ask(speckle.base(), "GET", &format!("/authn/verify/nobody/{CHALLENGE}")).send();
    assert_eq!((page.status, page.header("location")), (400, None));
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
}

#[test]
fn a_code_has_one_attempt_even_if_it_fails() {
    let speckle = Speckle::new();
    let code = speckle.code(CHALLENGE);
    refused(&speckle.plain(&code, "another-challenge-of-at-least-forty-three-c"));
    refused(&speckle.plain(&code, CHALLENGE));
    let code = speckle.code(CHALLENGE);
    let tokens = speckle.plain(&code, CHALLENGE).expect(200).json();
    refused(&speckle.plain(&code, CHALLENGE));
    assert!(!speckle.opens(text(&tokens, "token")), "used twice, it revokes what it gave");
}

#[test]
fn the_path_with_a_slash_takes_the_same() {
    let speckle = Speckle::new();
    let body = json!({"appId": speckle.app("id"), "appSecret": speckle.app("secret"),
        "accessCode": speckle.code(CHALLENGE), "challenge": CHALLENGE});
    post(speckle.base(), "/auth/token/").json(&body).send().expect(200);
}

/// An app without a secret.
fn public_app(speckle: &Speckle) -> String {
    let new = json!({
        "name": "In the browser", "kind": "app", "auth_methods": ["none"],
        "redirect_uris": ["http://localhost:3000/callback"],
        "scopes": ["profile:read", "profile:email"],
    });
    text(&speckle.server.admin("speckle").create("/clients", &new), "id").to_owned()
}

#[test]
fn an_app_without_a_secret_proves_itself_by_s256_also_as_the_published_sample_puts_it() {
    let speckle = Speckle::new();
    let app = public_app(&speckle);
    let verifier = "a-verifier-of-at-least-forty-three-characters-1";
    let challenge = oauth::pkce::s256(verifier);
    for suffix in ["", "&code_challenge_method=S256"] {
        let target = format!("/authn/verify/{app}/{challenge}{suffix}");
        let exchange = |verifier: &str| {
            let back = Person::of(&speckle.demo).follow(&target);
            let code = parameter(&back, "access_code").unwrap_or_else(|| panic!("{back}"));
            let body = json!({"appId": app, "accessCode": code, "codeVerifier": verifier});
            post(speckle.base(), "/oauth/token").json(&body).send()
        };
        let tokens = exchange(verifier).expect(200).json();
        assert_eq!(text(&tokens, "token").len(), 42);
        assert!(speckle.opens(text(&tokens, "token")));
        refused(&exchange("another-verifier-of-at-least-forty-three-chars1"));
    }
}

#[test]
fn a_refresh_token_is_kept_and_gives_tokens_again() {
    let speckle = Speckle::new();
    let tokens = speckle.connected();
    let refresh = text(&tokens, "refreshToken");
    let mut all = vec![text(&tokens, "token").to_owned()];
    for _ in 0..2 {
        let next = speckle.auth_token(&json!({"refreshToken": refresh})).expect(200).json();
        assert_eq!(next["refreshToken"], refresh, "it is not rotated");
        all.push(text(&next, "token").to_owned());
    }
    all.dedup();
    assert_eq!(all.len(), 3);
    assert!(speckle.opens(all.last().unwrap()));
    refused(&speckle.auth_token(&json!({"refreshToken": "0".repeat(42)})));
}

#[test]
fn logging_out_ends_both_tokens() {
    let speckle = Speckle::new();
    let tokens = speckle.connected();
    let logout = |body: &Value| post(speckle.base(), "/auth/logout").json(body).send();
    let body = json!({"token": tokens["token"], "refreshToken": tokens["refreshToken"]});
    let answer = logout(&body).expect(200);
    assert_eq!(members(&answer), ["message"]);
    assert!(!speckle.opens(text(&tokens, "token")));
    refused(&speckle.auth_token(&json!({"refreshToken": tokens["refreshToken"]})));
    let none = logout(&json!({}));
    assert_eq!((none.status, members(&none)), (400, vec!["err".to_owned()]));
}

#[test]
fn a_page_of_another_origin_may_call_after_a_preflight() {
    let speckle = Speckle::new();
    let origin = ("Origin", "https://app.example");
    for path in ["/auth/token", "/auth/token/", "/oauth/token", "/auth/logout"] {
        let asked = ask(speckle.base(), "OPTIONS", path)
            .header(origin.0, origin.1)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "content-type");
        let answer = asked.send();
        assert!(matches!(answer.status, 200 | 204), "{path} {}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        let allowed = |name| answer.header(name).unwrap_or_default().to_lowercase();
        assert!(allowed("access-control-allow-methods").contains("post"), "{path}");
        assert!(allowed("access-control-allow-headers").contains("content-type"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let refused = post(speckle.base(), path).header(origin.0, origin.1).json(&json!({})).send();
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"), "{path}");
    }
}

#[test]
fn changing_the_scopes_of_an_app_revokes_its_grants() {
    let speckle = Speckle::new();
    let tokens = speckle.connected();
    let admin = speckle.server.admin("speckle");
    let path = format!("/clients/{}", speckle.app("id"));
    let change = json!({"scopes": ["profile:read", "profile:email"]});
    admin.call("PATCH", &path, Some(&change)).expect(200);
    assert!(!speckle.opens(text(&tokens, "token")));
    refused(&speckle.auth_token(&json!({"refreshToken": tokens["refreshToken"]})));
    let mut person = Person::of(&speckle.demo);
    person.follow(&format!("/authn/verify/{}/{CHALLENGE}", speckle.app("id")));
    assert_eq!(person.seen, ["sign-in", "consent"], "people are asked again");
}
