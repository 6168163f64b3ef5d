//! Fyma's legacy tokens: presented by Basic at the API, imported, never created, never exchanged.

use serde_json::json;

use super::fyma::Fyma;
use super::text;
use crate::harness::http::{get, post};

/// The beginning of a secret that cannot be guessed.
const SECRET: &str = "JBSWY3DPEHPK3PXPKRUGS4ZA";

fn cameras(fyma: &Fyma, id: &str, secret: &str) -> u16 {
    get(fyma.base(), "/tracking-cameras").basic(id, secret).send().status
}

#[test]
fn a_legacy_pair_opens_the_api_until_it_is_revoked() {
    let fyma = Fyma::new();
    let token = &fyma.demo["legacy_token"];
    let (id, secret) = (text(token, "id"), text(token, "secret"));
    assert_eq!(cameras(&fyma, id, secret), 200);
    assert_eq!((cameras(&fyma, id, "wrong"), cameras(&fyma, "nobody", secret)), (401, 401));
    fyma.server.admin("fyma").act(&format!("/legacy-tokens/{id}/revoke"));
    assert_eq!(cameras(&fyma, id, secret), 401);
}

#[test]
fn a_legacy_pair_is_not_exchanged_and_a_clients_pair_is_not_presented() {
    let fyma = Fyma::new();
    let token = &fyma.demo["legacy_token"];
    let request = fyma.request(text(token, "id"), text(token, "secret"));
    assert_eq!(fyma.send(&request).status, 401);
    let basic = post(fyma.base(), "/oauth/token").basic(text(token, "id"), text(token, "secret"));
    assert_eq!(basic.form(&[("grant_type", "client_credentials")]).send().status, 401);
    let (id, secret) = (text(&fyma.demo, "client_id"), text(&fyma.demo, "client_secret"));
    assert_eq!(cameras(&fyma, id, secret), 401);
}

#[test]
fn legacy_tokens_are_imported_and_cannot_be_made() {
    let fyma = Fyma::new();
    let admin = fyma.server.admin("fyma");
    let organization = admin.create("/organizations", &json!({"name": "Old customer"}));
    let new = json!({"organization": organization["id"], "label": "new"});
    assert!(matches!(admin.call("POST", "/legacy-tokens", Some(&new)).status, 404 | 405));
    let rows: Vec<_> = (0..50)
        .map(|n| {
            let (id, secret) = (format!("old-{n}"), format!("{SECRET}:{n}+%41/="));
            json!({"id": id, "secret": secret, "organization": organization["id"]})
        })
        .collect();
    let import = json!({"tokens": rows});
    let reported = admin.call("POST", "/legacy-tokens/import", Some(&import)).expect(200).json();
    assert_eq!((&reported["imported"], &reported["refused"]), (&json!(50), &json!(0)));
    assert_eq!(
        cameras(&fyma, "old-7", &format!("{SECRET}:7+%41/=")),
        200,
        "a secret is taken as it is"
    );
    assert_eq!(cameras(&fyma, "old-7", &format!("{SECRET}:8+%41/=")), 401);
    let again = admin.call("POST", "/legacy-tokens/import", Some(&import)).expect(200).json();
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(50)));
}
