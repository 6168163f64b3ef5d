//! Partners' apps at Spendesk: a user chooses a company, and the app gets and refreshes tokens for
//! it.

use serde_json::{Value, json};

use super::person::{Person, parameter, parameters};
use super::{members, text};
use crate::harness::Server;
use crate::harness::http::{Answer, escaped, form, get, post};
use crate::harness::jwt;

const VERIFIER: &str = "spendesk-verifier-of-at-least-forty-three-characters";

pub(super) struct Spendesk {
    server: Server,
    demo: Value,
}

impl Spendesk {
    fn new() -> Self {
        let server = Server::dev();
        let demo = server.demo()["realms"]["spendesk"].clone();
        Self { server, demo }
    }

    fn base(&self) -> &str {
        text(&self.demo, "base")
    }

    fn app(&self, member: &str) -> &str {
        text(&self.demo["app"], member)
    }

    fn company(&self, at: usize) -> (&str, &str) {
        let company = &self.demo["companies"][at];
        (text(company, "id"), text(company, "name"))
    }

    fn ask(&self, prefix: &str, extra: &[(&str, &str)]) -> String {
        let challenge = oauth::pkce::s256(VERIFIER);
        let mut query = vec![
            ("client_id", self.app("client_id")),
            ("response_type", "code"),
            ("redirect_uri", self.app("redirect_uri")),
            ("scope", "settlement:read wallet-summary:read"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        query.extend_from_slice(extra);
        format!("{prefix}/oauth2/authorize?{}", form(&query))
    }

    fn person(&self, company: usize) -> Person {
        Person::of(&self.demo).choosing(self.company(company).1)
    }

    /// A code for a company.
    fn code(&self, company: usize) -> String {
        let back = self.person(company).follow(&self.ask("", &[("state", "s")]));
        parameter(&back, "code").unwrap_or_else(|| panic!("{back}"))
    }

    fn exchange_body(&self, code: &str) -> Value {
        json!({
            "client_id": self.app("client_id"),
            "client_secret": self.app("client_secret"),
            "code": code,
            "code_verifier": VERIFIER,
            "grant_type": "authorization_code",
            "redirect_uri": self.app("redirect_uri"),
        })
    }

    fn exchange(&self, code: &str) -> Answer {
        post(self.base(), "/oauth2/token/create").json(&self.exchange_body(code)).send()
    }

    fn connected(&self, company: usize) -> Value {
        self.exchange(&self.code(company)).expect(201).json()
    }

    fn refresh(&self, token: &str) -> Answer {
        let body = json!({
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.app("client_id"),
            "client_secret": self.app("client_secret"),
        });
        post(self.base(), "/oauth2/token/refresh").json(&body).send()
    }

    fn wallet(&self, token: &str) -> Answer {
        get(self.base(), "/v1/wallet/summary").bearer(token).send()
    }
}

/// Errors are a list, and none is a redirect.
fn refused(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(members(answer), ["errors"]);
    let error = answer.json()["errors"][0].clone();
    assert!(error["code"].is_string() && error["detail"].is_string(), "{error}");
    error
}

#[test]
fn a_person_signs_in_picks_a_company_and_the_app_gets_201_with_tokens_for_it() {
    let spendesk = Spendesk::new();
    let mut person = spendesk.person(1);
    let first = person.open(&spendesk.ask("", &[("state", "s-1")]));
    assert!(matches!(first.status, 302 | 303), "{}", first.status);
    assert!(first.header("location").unwrap().contains("/sign-in?"));
    let back = person.follow(&spendesk.ask("", &[("state", "s-1")]));
    assert_eq!(person.seen, ["sign-in", "picker", "consent"]);
    assert!(back.starts_with(&format!("{}?code=", spendesk.app("redirect_uri"))), "{back}");
    assert_eq!(parameters(&back), ["code", "state", "iss"]);
    assert_eq!(parameter(&back, "state").unwrap(), "s-1");
    assert_eq!(parameter(&back, "iss").unwrap(), spendesk.base());

    let answer = spendesk.exchange(&parameter(&back, "code").unwrap());
    assert_eq!(answer.status, 201, "{}", answer.text());
    let names = members(&answer);
    for name in ["access_token", "refresh_token", "scope", "token_type"] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    let (header, claims) = jwt::parts(text(&body, "access_token"));
    assert_eq!(header["typ"], "JWT");
    assert_eq!(claims["companyId"], spendesk.company(1).0);
    let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lives, 3_600);
    let wallet = spendesk.wallet(text(&body, "access_token")).expect(200).json();
    assert_eq!(wallet["data"]["id"], spendesk.company(1).0, "its data are the company's");
}

#[test]
fn without_a_state_none_is_returned_and_every_prefix_serves_the_flow() {
    let spendesk = Spendesk::new();
    for prefix in ["/v0", "/v1"] {
        let back = spendesk.person(0).follow(&spendesk.ask(prefix, &[]));
        assert_eq!(parameter(&back, "state"), None);
        let code = parameter(&back, "code").unwrap();
        let path = format!("{prefix}/oauth2/token/create");
        let made = post(spendesk.base(), &path).json(&spendesk.exchange_body(&code)).send();
        assert_eq!(made.status, 201, "{}", made.text());
        let body = json!({
            "grant_type": "refresh_token",
            "refresh_token": made.json()["refresh_token"],
            "client_id": spendesk.app("client_id"),
            "client_secret": spendesk.app("client_secret"),
        });
        post(spendesk.base(), &format!("{prefix}/oauth2/token/refresh"))
            .json(&body)
            .send()
            .expect(200);
    }
}

#[test]
fn a_refresh_gives_a_new_pair_in_each_published_shape_and_the_old_one_is_over() {
    let spendesk = Spendesk::new();
    let (id, secret) = (spendesk.app("client_id"), spendesk.app("client_secret"));
    let mut token = text(&spendesk.connected(0), "refresh_token").to_owned();
    let query = format!("client_id={}&client_secret={}", escaped(id), escaped(secret));
    let paths = [
        ("/oauth2/token/refresh".to_owned(), true, 200),
        (format!("/oauth2/token/refresh?{query}"), false, 200),
        ("/oauth2/token/create".to_owned(), true, 201),
    ];
    let mut old = Vec::new();
    for (path, in_body, status) in paths {
        let mut body = json!({"grant_type": "refresh_token", "refresh_token": token});
        if in_body {
            body["client_id"] = json!(id);
            body["client_secret"] = json!(secret);
        }
        let answer = post(spendesk.base(), &path).json(&body).send();
        assert_eq!(answer.status, status, "{path} {}", answer.text());
        let next = text(&answer.json(), "refresh_token").to_owned();
        assert_ne!(next, token);
        spendesk.wallet(text(&answer.json(), "access_token")).expect(200);
        old.push(std::mem::replace(&mut token, next));
    }
    refused(&spendesk.refresh("nonsense"), 401);
    // The token before the last one was replaced by a used one, so its presenter is not the app.
    let replayed = spendesk.refresh(&old[1]);
    refused(&replayed, 401);
    assert_eq!(spendesk.server.admin("spendesk").why(&replayed), "refresh_replayed");
    refused(&spendesk.refresh(&token), 401);
}

#[test]
fn a_retry_inside_the_window_gets_the_same_successor() {
    let spendesk = Spendesk::new();
    let first = text(&spendesk.connected(0), "refresh_token").to_owned();
    let once = spendesk.refresh(&first).expect(200).json();
    let again = spendesk.refresh(&first).expect(200).json();
    assert_eq!(once["refresh_token"], again["refresh_token"]);
    spendesk.refresh(text(&again, "refresh_token")).expect(200);
}

#[test]
fn a_connection_per_company_each_independent_of_the_others() {
    let spendesk = Spendesk::new();
    let (one, other) = (spendesk.connected(0), spendesk.connected(1));
    let company = |tokens: &Value| jwt::parts(text(tokens, "access_token")).1["companyId"].clone();
    assert_eq!(company(&one), spendesk.company(0).0);
    assert_eq!(company(&other), spendesk.company(1).0);
    let gone = post(spendesk.base(), "/revoke")
        .basic(spendesk.app("client_id"), spendesk.app("client_secret"))
        .form(&[("token", text(&one, "refresh_token"))]);
    gone.send().expect(200);
    refused(&spendesk.refresh(text(&one, "refresh_token")), 401);
    assert_eq!(spendesk.wallet(text(&one, "access_token")).status, 401);
    let next = spendesk.refresh(text(&other, "refresh_token")).expect(200).json();
    assert_eq!(company(&next), spendesk.company(1).0);
    assert_eq!(spendesk.wallet(text(&other, "access_token")).status, 200);
}

#[test]
fn a_code_is_valid_once_for_its_app_redirect_and_verifier() {
    let spendesk = Spendesk::new();
    let code = spendesk.code(0);
    for (member, value) in [
        ("code_verifier", "another-verifier-of-at-least-forty-three-characters"),
        ("redirect_uri", "https://localhost:3000/elsewhere"),
        ("client_secret", "wrong"),
    ] {
        let mut body = spendesk.exchange_body(&code);
        body[member] = json!(value);
        refused(&post(spendesk.base(), "/oauth2/token/create").json(&body).send(), 401);
    }
    let tokens = spendesk.exchange(&code).expect(201).json();
    refused(&spendesk.exchange(&code), 401);
    // RFC 6749 §4.1.2: a second use revokes the tokens of the first.
    assert_eq!(spendesk.wallet(text(&tokens, "access_token")).status, 401);
    refused(&spendesk.refresh(text(&tokens, "refresh_token")), 401);
}

#[test]
fn redirects_are_https_on_the_partners_domain_or_localhost() {
    let spendesk = Spendesk::new();
    let admin = spendesk.server.admin("spendesk");
    let new = |uris: Value| {
        let app = json!({"name": "Partner", "kind": "app", "redirect_uris": uris,
            "redirect_domain": "partner.example", "scopes": ["settlement:read"]});
        admin.call("POST", "/clients", Some(&app))
    };
    for good in
        ["https://partner.example/cb", "https://app.partner.example/cb", "http://localhost:3000/cb"]
    {
        assert_eq!(new(json!([good])).status, 201, "{good}");
    }
    for bad in
        ["http://partner.example/cb", "https://evil.example/cb", "https://notpartner.example/cb"]
    {
        assert_eq!(new(json!([bad])).status, 400, "{bad}");
    }
    let mut person = spendesk.person(0);
    for bad in ["https://localhost:3000/elsewhere", "https://evil.example/callback"] {
        let asked =
            spendesk.ask("", &[]).replace(&escaped(spendesk.app("redirect_uri")), &escaped(bad));
        let page = person.open(&asked);
        assert_eq!((page.status, page.header("location")), (400, None), "{bad}");
    }
}

#[test]
fn a_challenge_is_required_and_only_s256() {
    let spendesk = Spendesk::new();
    let asked = spendesk.ask("", &[("state", "s")]);
    let without = asked.split("&code_challenge=").next().unwrap().to_owned() + "&state=s";
    let plain = asked.replace("code_challenge_method=S256", "code_challenge_method=plain");
    for asked in [without, plain] {
        let back = spendesk.person(0).follow(&asked);
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    }
}

#[test]
fn a_denied_consent_is_reported_to_the_app() {
    let spendesk = Spendesk::new();
    let back = spendesk.person(0).denying().follow(&spendesk.ask("", &[("state", "s")]));
    assert!(back.starts_with(spendesk.app("redirect_uri")), "{back}");
    assert_eq!(parameter(&back, "error").unwrap(), "access_denied");
    assert_eq!(parameter(&back, "state").unwrap(), "s");
    assert_eq!(parameter(&back, "code"), None);
}
