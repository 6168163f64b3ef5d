//! Speculo's API: contacts in pages, scopes, and credentials that are not access tokens.

use std::collections::BTreeSet;

use base::encoding::base64url;
use serde_json::{Value, json};

use super::{members, text};
use crate::harness::Server;
use crate::harness::http::{Ask, get, post};

fn token(demo: &Value, scope: &str) -> String {
    let mut body = json!({"clientId": demo["client_id"], "refreshToken": demo["refresh_token"]});
    if !scope.is_empty() {
        body["scope"] = json!(scope);
    }
    let answer = post(text(demo, "base"), "/token").json(&body).send().expect(200);
    text(&answer.json(), "accessToken").to_owned()
}

#[test]
fn contacts_come_in_pages_of_the_size_asked_for() {
    let server = Server::dev();
    let demo = server.demo()["realms"]["speculo"].clone();
    let (base, token) = (text(&demo, "base"), token(&demo, ""));
    let page = |query: &str| {
        let answer = get(base, &format!("/v1/contacts?{query}")).bearer(&token).send();
        answer.expect(200).json()
    };
    let documented = page("pageSize=50");
    assert_eq!(documented["pageSize"], 50);
    let everything: Vec<String> = ids(&page("pageSize=200"));
    assert!(everything.len() > 50, "the sample data fills more than a page");
    assert_eq!(ids(&documented), everything[..50]);
    let mut walked = Vec::new();
    let mut query = "pageSize=7".to_owned();
    loop {
        let found = page(&query);
        assert!(ids(&found).len() <= 7);
        walked.extend(ids(&found));
        let Some(cursor) = found["nextCursor"].as_str() else { break };
        query = format!("pageSize=7&cursor={cursor}");
    }
    assert_eq!(walked, everything);
    assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len());
}

fn ids(page: &Value) -> Vec<String> {
    let contacts = page["contacts"].as_array().unwrap();
    contacts.iter().map(|contact| text(contact, "id").to_owned()).collect()
}

#[test]
fn scopes_are_enforced_and_narrowed_on_request() {
    let server = Server::dev();
    let demo = server.demo()["realms"]["speculo"].clone();
    let base = text(&demo, "base");
    let contact = json!({"firstName": "Ada", "lastName": "Byron", "email": "ada@example.com"});
    let create = |token: &str| post(base, "/v1/contacts").bearer(token).json(&contact).send();
    let list = |token: &str| get(base, "/v1/contacts").bearer(token).send().status;
    let (read, write) = (token(&demo, "contacts.read"), token(&demo, "contacts.write"));
    assert_eq!((list(&read), list(&write)), (200, 403));
    let refused = create(&read).expect(403);
    assert_eq!(members(&refused), ["error", "message", "requestId"]);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("contacts.write"));
    assert_eq!(create(&write).expect(201).json()["firstName"], "Ada");
    let body = json!({
        "clientId": demo["client_id"],
        "refreshToken": demo["refresh_token"],
        "scope": "contacts.read contacts.delete",
    });
    let answer = post(base, "/token").json(&body).send().expect(400);
    assert_eq!(answer.json()["error"], "invalid_scope");
}

#[test]
fn whatever_was_not_minted_by_the_token_endpoint_is_401() {
    let server = Server::dev();
    let demo = server.demo()["realms"]["speculo"].clone();
    let base = text(&demo, "base");
    let good = token(&demo, "");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let payload = signed.split_once('.').unwrap().1;
    let none = base64url(r#"{"alg":"none","typ":"JWT"}"#);
    let list = || get(base, "/v1/contacts");
    let tries: Vec<Ask> = vec![
        list(),
        list().header("Authorization", ""),
        list().header("Authorization", "Bearer"),
        list().header("Authorization", &good),
        list().basic("x", "y"),
        list().bearer(text(&demo, "refresh_token")),
        list().bearer(text(&demo, "admin_key")),
        list().bearer(&format!("{signed}.{}", signature.chars().rev().collect::<String>())),
        list().bearer(&format!("{none}.{payload}.")),
        list().bearer(&format!("{none}.{payload}.{signature}")),
    ];
    for ask in tries {
        let answer = ask.send();
        assert_eq!(answer.status, 401, "{ask:?}");
        assert_eq!(members(&answer), ["error", "message", "requestId"]);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(list().bearer(&good).send().status, 200);
}
