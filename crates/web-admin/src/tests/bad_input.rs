//! Malformed bodies, paths and methods.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::json;

use super::{Answer, Fixture};

async fn post_raw(fixture: &Fixture, path: &str, body: impl Into<Body>) -> Answer {
    let mut request = fixture.request(Method::POST, &format!("/admin/v1{path}"), None);
    *request.body_mut() = body.into();
    fixture.send(request).await
}

fn description(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert_eq!(answer.body["error"], "invalid_request");
    answer.body["error_description"].as_str().unwrap()
}

#[tokio::test]
async fn an_error_names_the_wrong_member_but_not_its_value() {
    let fixture = Fixture::open().await;
    for (body, member) in [
        (r#"{"name":"x","colour":"hunter2"}"#, "colour: expected no such member"),
        (r#"{}"#, "name: expected a value; it is missing"),
        (r#"{"name":"a","name":"b"}"#, "name: expected one value; it is repeated"),
        (r#"{"name":7}"#, "name: expected a string"),
        (
            r#"{"name":"x","budget":{"per_day":"hunter2"}}"#,
            "budget.per_day: expected a whole number of at least 0",
        ),
        (r#"{"name":"x","budget":{"per_year":1}}"#, "budget.per_year: expected no such member"),
        (
            r#"{"name":"x","budget":{"per_day":-1}}"#,
            "budget.per_day: expected a whole number of at least 0",
        ),
        (r#"{"name":""}"#, "name: expected a text that is not empty"),
        (r#"{"name":"a\nb"}"#, "name: expected one line of at most 200 characters"),
    ] {
        let answer = post_raw(&fixture, "/organizations", body).await;
        let text = description(&answer);
        assert!(text.starts_with(member), "{body}: {text}");
        assert!(!answer.body.to_string().contains("hunter2"), "{text}");
    }
    let long = json!({"name": "x".repeat(201)}).to_string();
    description(&post_raw(&fixture, "/organizations", long).await);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_with_the_position() {
    let fixture = Fixture::open().await;
    for body in ["{", "[]x", r#"{"name":}"#, "{\"name\":\"\u{1}\"}", r#"{"name":"x"} trailing"#] {
        let answer = post_raw(&fixture, "/organizations", body).await;
        let error_description = description(&answer);
        assert!(
            error_description.contains("not JSON")
                || error_description.contains("not a JSON object"),
            "{body}: {error_description}"
        );
    }
    let not_utf8 = post_raw(&fixture, "/organizations", vec![b'{', b'"', 0xff, b'"', b'}']).await;
    assert_eq!(not_utf8.status, StatusCode::BAD_REQUEST);
    let wrong = post_raw(&fixture, "/organizations", r#"["x"]"#).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(post_raw(&fixture, "/organizations", deep).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn rfc9110_15_5_14_and_15_5_16_a_large_body_or_another_type_is_refused() {
    let fixture = Fixture::open().await;
    let large = json!({"name": "x".repeat(70_000)}).to_string();
    assert_eq!(
        post_raw(&fixture, "/organizations", large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let mut form = fixture.request(Method::POST, "/admin/v1/organizations", None);
    form.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    *form.body_mut() = Body::from(r#"{"name":"x"}"#);
    assert_eq!(fixture.send(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused() {
    let fixture = Fixture::open().await;
    let nowhere = fixture.get("/nothing").await;
    assert_eq!(
        (nowhere.status, &nowhere.body["error"]),
        (StatusCode::NOT_FOUND, &json!("not_found"))
    );
    let method = fixture.delete("/organizations").await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.header("allow").contains("GET") && method.header("allow").contains("POST"));
    let missing = fixture.get("/organizations/org_nobody").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(fixture.get("/grants/nonsense").await.status, StatusCode::NOT_FOUND);
    assert_eq!(fixture.get("/organizations/%ff").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_error_says_what_is_expected_in_words_of_json() {
    let fixture = Fixture::open().await;
    for (path, body, expected) in [
        (
            "/clients",
            r#"{"name":"x","default_audience":"https://nobody.example"}"#,
            "default_audience: expected a resource",
        ),
        ("/clients", r#"{"name":"x","scopes":"read"}"#, "scopes: expected an array"),
        ("/clients", r#"{"name":"x","budget":7}"#, "budget: expected an object"),
        ("/clients", r#"{"name":"x","require_pkce":"yes"}"#, "require_pkce: expected a boolean"),
        (
            "/users",
            r#"{"name":"x","email":"a@example.com","memberships":{}}"#,
            "memberships: expected an array",
        ),
    ] {
        let answer = post_raw(&fixture, path, body).await;
        let text = description(&answer);
        assert!(text.starts_with(expected), "{body}: {text}");
    }
    for (query, expected) in [
        ("limit=x", "The query does not fit: limit: expected a whole number of at least 0."),
        ("limit=", "The query does not fit: limit: expected a whole number of at least 0."),
        (
            "limit=99999999999999999999999",
            "The query does not fit: limit: the number is too large.",
        ),
    ] {
        let request = fixture.request(Method::GET, &format!("/admin/v1/clients?{query}"), None);
        let answer = fixture.send(request).await;
        assert_eq!(description(&answer), expected, "{query}");
    }
}
