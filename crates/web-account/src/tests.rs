//! The OpenAPI document of the account API, and the page of the docs about it. The end-to-end tests of the server test
//! the routes.

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(super::openapi()).unwrap()
}

/// Every route, as the page writes it, with its operation.
fn routes(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let routes = paths.flat_map(|(path, item)| {
        let path = path.strip_prefix("/account/v1").unwrap();
        let operations = item.as_object().unwrap().iter();
        operations
            .map(move |(method, it)| (format!("{} {path}", method.to_uppercase()), it.clone()))
    });
    routes.collect()
}

#[test]
fn every_schema_that_is_referred_to_is_defined() {
    let document = document();
    let text = document.to_string();
    for rest in text.split("\"#/components/schemas/").skip(1) {
        let name = rest.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
        assert!(!name.contains("View"), "{name}");
    }
}

#[test]
fn routes_that_need_a_session_accept_no_token() {
    let document = document();
    for (route, operation) in routes(&document) {
        let ways = operation["security"].as_array().unwrap();
        let by_token = ways.iter().any(|way| way.get("personal_access_token").is_some());
        assert!(ways.iter().any(|way| way.get("session").is_some()), "{route}");
        let private = ["/sessions", "/access-log", "/uses"].iter().any(|it| route.contains(it));
        assert_eq!(by_token, !private, "{route}");
    }
}

/// The page of the docs has every route with its scope, and no others.
#[test]
fn the_page_about_the_account_api_is_complete() {
    let page = include_str!("../../../docs/account-api.md");
    let document = document();
    let routes = routes(&document);
    for (route, operation) in &routes {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{route}` |")));
        let row = row.unwrap_or_else(|| panic!("{route} is missing"));
        assert!(row.contains(operation["summary"].as_str().unwrap()), "{row}");
        let needs = operation["description"].as_str().unwrap();
        let scope = needs.split('`').nth(1).map_or("a session".to_owned(), |it| format!("`{it}`"));
        assert!(row.ends_with(&format!("| {scope} |")), "{row}: {needs}");
    }
    let listed = page.lines().filter(|line| line.starts_with("| `") && line.contains(" /"));
    assert_eq!(listed.count(), routes.len());
}
