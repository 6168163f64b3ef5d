//! Reading the issuer's answer.

use super::*;

fn read(body: &str) -> Result<Introspection, Unavailable> {
    Introspection::from_json(body.as_bytes(), &ClaimNames::default())
}

#[test]
fn rfc7662_2_2_active_members_are_read() {
    let body = r#"{"active":true,"scope":"a b","client_id":"c","sub":"s","aud":["x","y"],
        "iss":"i","exp":2,"iat":1,"nbf":1,"organization":"o","user":"u",
        "credential_kind":"api_key","username":"ada"}"#;
    let Introspection::Active(claims) = read(body).unwrap() else { panic!("active") };
    assert!(claims.scopes.unwrap().contains("b"));
    assert_eq!(claims.audience, ["x", "y"]);
    assert_eq!(claims.organization.as_deref(), Some("o"));
    assert_eq!(claims.kind.as_deref(), Some("api_key"));
    assert_eq!(claims.extra.get("username"), Some(&Value::from("ada")));
    assert!(!claims.extra.contains_key("active"));
}

#[test]
fn rfc7662_2_2_inactive_is_inactive_whatever_else_is_said() {
    let unspecified = Introspection::Inactive(InactiveReason::Unspecified);
    assert_eq!(read(r#"{"active":false}"#), Ok(unspecified.clone()));
    assert_eq!(read(r#"{"active":false,"sub":7,"inactive_reason":"asleep"}"#), Ok(unspecified));
    let suspended = Introspection::Inactive(InactiveReason::Suspended);
    assert_eq!(read(r#"{"active":false,"inactive_reason":"suspended"}"#), Ok(suspended));
}

#[test]
fn an_unreadable_answer_is_unavailable_rather_than_inactive() {
    for body in [
        "",
        "[]",
        "{}",
        r#"{"active":"true"}"#,
        r#"{"active":1}"#,
        r#"{"active":true,"active":false}"#,
        r#"{"active":true,"exp":"soon"}"#,
        "<html>",
    ] {
        assert!(read(body).is_err(), "{body}");
    }
}

#[test]
fn the_issuers_own_type_and_its_json_are_equivalent() {
    let answers = [
        oauth::Introspection {
            active: true,
            scope: Some("b a".to_owned()),
            client_id: Some("c".to_owned()),
            username: Some("ada".to_owned()),
            token_type: Some("Bearer".to_owned()),
            exp: Some(2),
            iat: Some(1),
            nbf: Some(1),
            sub: Some("s".to_owned()),
            aud: Some("x".to_owned()),
            iss: Some("i".to_owned()),
            jti: Some("j".to_owned()),
            organization: Some("o".to_owned()),
            user: Some("u".to_owned()),
            credential_kind: Some("access_token".to_owned()),
            inactive_reason: None,
        },
        oauth::Introspection { active: true, ..Default::default() },
        oauth::Introspection::default(),
        oauth::Introspection {
            inactive_reason: Some("suspended".to_owned()),
            ..Default::default()
        },
    ];
    for answer in answers {
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(read(&json).unwrap(), Introspection::from(answer), "{json}");
    }
}
