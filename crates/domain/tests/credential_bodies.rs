//! Credentials stay readable: bodies that an earlier program wrote are read, and written back as they
//! were.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is test code")]

use std::collections::BTreeSet;

use postern_domain::{Credential, CredentialKind, EntityRecord as _};
use serde_json::{Map, Value, json};

/// Bodies of every kind, taken from a database of the program before [`CredentialDetail`] came to be.
///
/// [`CredentialDetail`]: postern_domain::CredentialDetail
const BODIES: &str = include_str!("fixtures/credentials.jsonl");

fn a_body(kind: CredentialKind) -> Map<String, Value> {
    let mut bodies = BODIES.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = bodies.find(|body| body["kind"] == kind.as_str());
    found.and_then(|body| body.as_object().cloned()).unwrap()
}

fn read(body: &Map<String, Value>) -> Result<Credential, String> {
    serde_json::from_str(&serde_json::to_string(body).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn stored_bodies_are_read_and_written_back_byte_by_byte() {
    let mut kinds = BTreeSet::new();
    for line in BODIES.lines() {
        let credential: Credential = serde_json::from_str(line).unwrap();
        kinds.insert(credential.kind());
        assert_eq!(serde_json::to_string(&credential).unwrap(), line);
    }
    assert_eq!(kinds.len(), CredentialKind::ALL.len(), "the fixture has every kind");
}

#[test]
fn owners_are_those_of_the_body() {
    for line in BODIES.lines() {
        let body: Value = serde_json::from_str(line).unwrap();
        let credential: Credential = serde_json::from_str(line).unwrap();
        let owners = credential.owners();
        assert_eq!(body["kind"], owners.variety.unwrap());
        for (member, owner) in [
            ("grant", owners.grant),
            ("client", owners.client),
            ("resource_server", owners.resource_server),
            ("organization", owners.organization),
            ("user", owners.user),
        ] {
            let owner = owner.map(|bits| base::Id::<()>::from_u128(bits).to_string());
            assert_eq!(body[member], json!(owner), "{member} of {line}");
        }
    }
}

#[test]
fn members_that_came_later_may_be_missing() {
    for kind in CredentialKind::ALL.into_iter().filter(|it| *it != CredentialKind::AccessToken) {
        let mut body = a_body(kind);
        for member in ["rotated", "minted", "authenticated_at", "place"] {
            body.remove(member);
        }
        let credential = read(&body).unwrap();
        assert_eq!(credential.kind(), kind);
        assert_eq!(credential.status_index(), None);
        assert_eq!(serde_json::to_value(&credential).unwrap(), Value::Object(body));
    }
}

#[test]
fn a_body_without_what_its_kind_needs_is_an_error_that_names_id_and_member() {
    use CredentialKind as K;
    for (kind, needs) in [
        (K::ClientSecret, &["client"][..]),
        (K::ApiKey, &["grant", "organization"]),
        (K::PersonalAccessToken, &["grant", "user"]),
        (K::RefreshToken, &["grant", "client"]),
        (K::LegacyToken, &["grant", "organization", "scopes"]),
        (K::AdminKey, &["scopes"]),
        (K::ResourceServerSecret, &["resource_server"]),
        (K::AccessToken, &["grant", "minted", "scopes"]),
        (K::Consent, &["grant", "client"]),
    ] {
        for member in needs {
            let mut body = a_body(kind);
            body.insert((*member).to_owned(), Value::Null);
            let (id, kind) = (body["id"].as_str().unwrap().to_owned(), kind.as_str());
            let error = read(&body).unwrap_err();
            assert_eq!(error, format!("credential {id}: {kind}: \"{member}\" is missing"));
        }
    }
}

#[test]
fn scopes_that_do_not_belong_to_a_kind_are_not_dropped_in_silence() {
    for kind in CredentialKind::ALL {
        let mut body = a_body(kind);
        if body["scopes"].is_null() && kind != CredentialKind::RefreshToken {
            body.insert("scopes".to_owned(), json!(["read"]));
            let error = read(&body).unwrap_err();
            assert!(error.ends_with("\"scopes\" does not belong to it"), "{error}");
        }
    }
}

#[test]
fn other_members_that_do_not_belong_to_a_kind_are_ignored() {
    let mut body = a_body(CredentialKind::ApiKey);
    let written = Value::Object(body.clone());
    for member in ["client", "resource_server", "user"] {
        body.insert(member.to_owned(), body["id"].clone());
    }
    body.insert("authenticated_at".to_owned(), json!(7));
    assert_eq!(serde_json::to_value(read(&body).unwrap()).unwrap(), written);
}

#[test]
fn what_is_left_of_a_removed_credential_needs_no_member_and_has_no_owner() {
    for kind in CredentialKind::ALL {
        for until in [json!(null), json!(1_796_058_334_640_i64)] {
            let mut body = a_body(kind);
            for member in ["grant", "client", "resource_server", "organization", "user", "scopes"] {
                body.insert(member.to_owned(), Value::Null);
            }
            body.insert("removed".to_owned(), json!({"until": until}));
            body.insert("place".to_owned(), json!(7));
            let credential = read(&body).unwrap();
            let removed = credential.removed().unwrap();
            assert_eq!((removed.kind, credential.kind()), (kind, kind));
            assert_eq!(credential.status_index(), Some(7));
            assert_eq!(credential.owners(), postern_domain::Owners::default(), "no list has it");
            let written = serde_json::to_value(&credential).unwrap();
            assert_eq!(written["removed"], json!({"until": until}));
            assert_eq!(read(written.as_object().unwrap()).unwrap().detail, credential.detail);
        }
    }
}
