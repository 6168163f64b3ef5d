//! The API as its callers see it.

use axum::Router;
use serde_json::{Value, json};

use super::Company;
use crate::testing::{Issuer, read, send};

const SCOPES: &str = "settlement:read wallet-summary:read";

fn api() -> Router {
    let issuer = Issuer::default()
        .knows("alpha", "access_token", "cmp_a", SCOPES)
        .knows("beta", "access_token", "cmp_b", SCOPES)
        .knows("narrow", "access_token", "cmp_a", "settlement:read")
        .knows("key", "api_key", "cmp_a", SCOPES);
    let company = |id: &str, name: &str| Company { id: id.to_owned(), name: name.to_owned() };
    let companies = vec![company("cmp_a", "Alpha SAS"), company("cmp_b", "Beta SAS")];
    super::router(issuer.verifier(), companies)
}

#[tokio::test]
async fn every_prefix_answers_with_the_data_of_the_company_in_the_token() {
    let api = api();
    for prefix in ["", "/v0", "/v1"] {
        let alpha = read(&api, &format!("{prefix}/wallet/summary"), "Bearer alpha").await;
        assert_eq!(alpha.status, 200);
        assert_eq!(alpha.body["data"]["name"], "Alpha SAS");
        let beta = read(&api, &format!("{prefix}/wallet/summary"), "Bearer beta").await;
        assert_eq!(beta.body["data"]["name"], "Beta SAS");
        let list = read(&api, &format!("{prefix}/wallet-summaries"), "Bearer beta").await;
        assert_eq!(list.body["data"], json!([beta.body["data"]]));
        assert_eq!(list.body["meta"]["pagination"]["total"], 1);
    }
}

#[tokio::test]
async fn settlements_come_in_pages() {
    let api = api();
    let page = async |query: &str| {
        read(&api, &format!("/v1/settlements?{query}"), "Bearer alpha").await.body
    };
    let first = page("pageSize=30").await;
    let second = page("page=2&pageSize=30").await;
    let pagination = json!({"page": 2, "pageSize": 30, "total": 36});
    assert_eq!(second["meta"]["pagination"], pagination);
    let count = |body: &Value| body["data"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (30, 6));
    assert_eq!(page("page=3&pageSize=30").await["data"], json!([]));
}

#[tokio::test]
async fn errors_have_the_published_shape() {
    let api = api();
    for (path, header, status, code) in [
        ("/settlements", "", 401, "unauthorized"),
        ("/settlements", "Bearer nobody", 401, "unauthorized"),
        ("/settlements", "Bearer key", 401, "unauthorized"),
        ("/settlements", "Basic a2V5OnNlY3JldA==", 401, "unauthorized"),
        ("/wallet/summary", "Bearer narrow", 403, "insufficient_scope"),
        ("/settlements?page=0", "Bearer alpha", 400, "invalid_parameter"),
    ] {
        let answer = read(&api, path, header).await;
        assert_eq!(answer.status, status, "{path} {header}");
        let errors = answer.body["errors"].as_array().unwrap();
        assert_eq!(errors[0]["code"], code);
        assert!(errors[0]["detail"].is_string());
    }
    let wrong = read(&api, "/settlements?pageSize=x", "Bearer alpha").await;
    assert_eq!(wrong.body["errors"][0]["source"], json!({"parameter": "pageSize"}));
    let post = send(&api, ("POST", "/settlements"), &[("authorization", "Bearer alpha")], "").await;
    assert_eq!(post.status, 405);
    assert_eq!(post.body["errors"][0]["code"], "method_not_allowed");
}

#[tokio::test]
async fn the_limit_of_a_company_is_told_and_kept_across_prefixes() {
    let api = api();
    for made in 1..=50 {
        let path = if made % 2 == 0 { "/settlements" } else { "/v0/wallet/summary" };
        let answer = read(&api, path, "Bearer alpha").await;
        assert_eq!(answer.status, 200, "{made}");
        let header = |name: &str| answer.headers[name].to_str().unwrap().parse::<u64>().unwrap();
        assert_eq!(header("x-ratelimit-limit"), 50);
        assert_eq!(header("x-ratelimit-remaining"), 50 - made);
        assert!((1..=60).contains(&header("x-ratelimit-reset")));
    }
    let refused = read(&api, "/settlements", "Bearer alpha").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.body["errors"][0]["code"], "too_many_requests");
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(read(&api, "/settlements", "Bearer beta").await.status, 200, "another company");
}
