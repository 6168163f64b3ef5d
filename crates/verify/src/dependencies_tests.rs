//! Which marks a token depends on.

use serde_json::{Map, json};

use super::*;

fn rules() -> Rules {
    Rules {
        issuer: None,
        audiences: Some(["https://api".to_owned()].into()),
        leeway: 0,
        never_expiring: false,
    }
}

fn dependencies(extra: Value, audience: &[&str]) -> Result<Dependencies, Rejection> {
    let Value::Object(extra) = extra else { return Err(Rejection::NoCredentials) };
    let audience = audience.iter().map(|one| (*one).to_owned()).collect();
    Dependencies::of(&Claims { extra, audience, ..Claims::default() }, &rules())
}

#[test]
fn its_jti_and_this_api_are_marks_too() {
    let jti = base::Id::<()>::from_u128(77).to_string();
    let found = dependencies(json!({"jti": jti}), &["https://api", "https://other"]).unwrap();
    assert_eq!(*found.marks, [Mark::audience("https://api"), Mark::id(77)]);
    assert!(!found.names_marks && found.list.is_none());
    for foreign in [json!("t1"), json!(7), json!("!".repeat(22)), json!("z".repeat(22))] {
        assert_eq!(dependencies(json!({"jti": foreign}), &[]).unwrap().marks.len(), 0);
    }
    let any = Rules { audiences: None, ..rules() };
    let claims = Claims { audience: vec!["x".to_owned()], extra: Map::new(), ..Claims::default() };
    assert_eq!(*Dependencies::of(&claims, &any).unwrap().marks, [Mark::audience("x")]);
}

#[test]
fn status_list_6_1_marks_and_index_are_read_and_malformed_ones_refused() {
    let mut text = String::new();
    let status =
        TokenStatus { status_index: Some(9), marks: vec![Mark::id(1), Mark::status_index(9)] };
    status.write("https://i/status-lists/", &mut text);
    let value: Value = serde_json::from_str(&text).unwrap();
    let found = dependencies(json!({"status": value}), &[]).unwrap();
    assert!(found.names_marks);
    assert_eq!(*found.marks, [Mark::id(1), Mark::status_index(9)]);
    let entry = ListEntry { uri: "https://i/status-lists/0".into(), index: 9 };
    assert_eq!(found.list, Some(entry));
    for bad in [json!("x"), json!({"marks": "AA"}), json!({"status_list": {"idx": -1, "uri": ""}})]
    {
        let refused = dependencies(json!({"status": bad}), &[]).unwrap_err();
        assert_eq!(refused, Rejection::MalformedClaim("status"));
    }
    assert!(!dependencies(json!({"status": {"marks": ""}}), &[]).unwrap().names_marks);
}

#[cfg(feature = "http-client")]
#[test]
fn an_unchanged_version_is_checked_once() {
    let dependencies = dependencies(json!({}), &["https://api"]).unwrap();
    assert!(dependencies.any(1, |_| true), "what is bad is never remembered as good");
    assert!(dependencies.any(1, |_| true));
    assert!(!dependencies.any(1, |_| false));
    assert!(!dependencies.any(1, |_| true), "the same version, so the same answer");
    assert!(dependencies.any(2, |_| true));
}
