//! Spendesk's keys, exchanged by Basic for a JWT of an hour that names the company.

use serde_json::{Value, json};

use super::{is_private, members, text};
use crate::harness::http::{Answer, Ask, get, post};
use crate::harness::{Server, jwt};

const PREFIXES: [&str; 3] = ["", "/v0", "/v1"];

struct Spendesk {
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

    fn ask(&self, path: &str) -> Ask {
        let key = &self.demo["api_key"];
        post(self.base(), path).basic(text(key, "id"), text(key, "secret"))
    }

    fn token(&self) -> String {
        let answer = self.ask("/auth/token").send().expect(200);
        text(&answer.json(), "access_token").to_owned()
    }
}

fn refused(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(members(answer), ["errors"]);
    let body = answer.json();
    assert_eq!(body["errors"].as_array().unwrap().len(), 1);
    assert!(!text(&body["errors"][0], "code").is_empty());
    assert!(!text(&body["errors"][0], "detail").is_empty());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn a_key_is_exchanged_under_every_prefix_with_a_body_or_without() {
    let spendesk = Spendesk::new();
    for prefix in PREFIXES {
        let path = format!("{prefix}/auth/token");
        let asks = [
            spendesk.ask(&path),
            spendesk.ask(&path).json(&json!({"grant_type": "client_credentials"})),
            spendesk.ask(&path).json(&json!({
                "grant_type": "client_credentials",
                "scope": "settlement:read wallet-summary:read",
            })),
            spendesk.ask(&path).form(&[("grant_type", "client_credentials")]),
            spendesk.ask(&path).text("application/json", ""),
            spendesk.ask(&path).json(&json!({})),
        ];
        for ask in asks {
            let answer = ask.send().expect(200);
            is_private(&answer);
            assert_eq!(members(&answer), ["access_token", "expires_in", "scope", "token_type"]);
            let body = answer.json();
            assert_eq!(body["token_type"], "Bearer");
            assert_eq!(body["expires_in"], 3600);
        }
    }
}

#[test]
fn the_token_is_a_jwt_of_an_hour_with_the_id_of_the_company() {
    let spendesk = Spendesk::new();
    let token = spendesk.token();
    let (header, claims) = jwt::parts(&token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("JWT")));
    assert_eq!(claims["companyId"], spendesk.demo["companies"][0]["id"]);
    assert_eq!(claims["iss"], spendesk.base());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    jwt::check(spendesk.base(), &token, text(&claims, "aud"));
}

#[test]
fn keys_live_at_most_a_year() {
    let spendesk = Spendesk::new();
    let admin = spendesk.server.admin("spendesk");
    let company = &spendesk.demo["companies"][1]["id"];
    let key = admin.create("/api-keys", &json!({"organization": company, "label": "new"}));
    let at = |member: &str| text(&key, member).parse::<base::Timestamp>().unwrap();
    let lives = at("expires_at").since(at("created_at")).as_secs();
    assert!((364 * 86_400..=365 * 86_400).contains(&lives), "{lives}");
    let too_late = json!({
        "organization": company,
        "label": "new",
        "expires_at": "2199-01-01T00:00:00Z",
    });
    admin.call("POST", "/api-keys", Some(&too_late)).expect(400);
}

#[test]
fn a_wrong_key_is_401_whether_it_exists_or_not() {
    let spendesk = Spendesk::new();
    let key = &spendesk.demo["api_key"];
    let (id, secret) = (text(key, "id"), text(key, "secret"));
    let mut reported = Vec::new();
    for (id, secret) in [(id, "wrong"), ("nobody", secret), (id, ""), (secret, id)] {
        let answer = post(spendesk.base(), "/auth/token").basic(id, secret).send();
        refused(&answer, 401);
        reported.push(answer.json());
    }
    reported.dedup();
    assert_eq!(reported.len(), 1, "{reported:?}");
    refused(&post(spendesk.base(), "/auth/token").send(), 401);
}

#[test]
fn the_api_answers_under_every_prefix_with_its_limit_headers() {
    let spendesk = Spendesk::new();
    let token = spendesk.token();
    let mut remaining = Vec::new();
    for prefix in PREFIXES {
        for path in ["/settlements?page=1&pageSize=5", "/wallet-summaries", "/wallet/summary"] {
            let ask = get(spendesk.base(), &format!("{prefix}{path}")).bearer(&token);
            let answer = ask.send().expect(200);
            let number = |name: &str| answer.header(name).unwrap().parse::<u64>().unwrap();
            assert_eq!(number("x-ratelimit-limit"), 50);
            assert!((1..=60).contains(&number("x-ratelimit-reset")));
            remaining.push(number("x-ratelimit-remaining"));
            let body = answer.json();
            if path != "/wallet/summary" {
                let pagination = &body["meta"]["pagination"];
                assert!(pagination["page"].is_u64() && pagination["total"].is_u64(), "{body}");
                assert_eq!(pagination["pageSize"].is_u64(), body["data"].is_array());
            }
            assert!(body["data"].is_array() || body["data"].is_object());
        }
    }
    let expected: Vec<u64> = (41..50).rev().collect();
    assert!(remaining == expected || remaining.windows(2).any(|it| it[0] < it[1]), "{remaining:?}");
}

#[test]
fn past_the_limit_is_429_in_the_published_shape() {
    let spendesk = Spendesk::new();
    let token = spendesk.token();
    let ask = get(spendesk.base(), "/settlements").bearer(&token);
    let refusal = (0..110).map(|_| ask.send()).find(|answer| answer.status != 200).unwrap();
    refused(&refusal, 429);
    assert_eq!(refusal.header("x-ratelimit-remaining"), Some("0"));
    let retry: u64 = refusal.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&retry));
}

#[test]
fn after_its_hour_a_token_is_401() {
    let spendesk = Spendesk::new();
    let admin = spendesk.server.admin("spendesk");
    let shorter = json!({"tokens": {"lifetime": 1}});
    admin.call("PATCH", "/resource-servers/demo-api", Some(&shorter)).expect(200);
    let token = spendesk.token();
    let ask = get(spendesk.base(), "/settlements").bearer(&token);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    refused(&ask.send(), 401);
    refused(&get(spendesk.base(), "/settlements").send(), 401);
    refused(&get(spendesk.base(), "/settlements").bearer("x").send(), 401);
}
