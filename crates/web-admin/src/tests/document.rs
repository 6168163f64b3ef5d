//! The OpenAPI document.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::Fixture;

#[tokio::test]
async fn it_is_served_and_every_schema_that_is_referred_to_is_defined() {
    let fixture = Fixture::open().await;
    let request = fixture.request(Method::GET, "/admin/openapi.json", None);
    let document = fixture.send(request).await;
    assert_eq!(document.status, StatusCode::OK);
    let text = document.body.to_string();
    let references = text.split("\"#/components/schemas/").skip(1);
    let mut count = 0;
    for name in references.map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.body["components"]["schemas"][name].is_object(), "{name}");
        count += 1;
    }
    assert!(count > 100, "{count} references");
    let schemas = document.body["components"]["schemas"].as_object().unwrap();
    assert!(!schemas.keys().any(|name| name.contains("View")), "{:?}", schemas.keys());
}

/// Both come from one table. The test finds a row that is missing in one, or whose path the router reads differently.
#[tokio::test]
async fn every_operation_of_the_document_is_a_route_and_has_its_parts() {
    let fixture = Fixture::open().await;
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (name, operation) in item.as_object().unwrap() {
            let method: Method = name.to_uppercase().parse().unwrap();
            let answer = fixture.send(fixture.request(method, path, None)).await;
            let unrouted = [StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status)
                || answer.body["error_description"] == "There is nothing at this path.";
            assert!(!unrouted, "{name} {path}: {answer:?}");
            assert!(answer.status.as_u16() < 500, "{name} {path}: {answer:?}");
            assert!(operation["summary"].is_string() && operation["tags"][0].is_string());
            let placeholders = path.matches('{').count();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = |it: &&Value| it["in"] == "path";
            assert_eq!(parameters.iter().filter(in_path).count(), placeholders, "{path}");
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
    assert!(count > 60, "{count} operations");
}

#[test]
fn each_list_is_a_list_of_its_own() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let answer = |path: &str| {
        let ok = &document["paths"][path]["get"]["responses"]["200"];
        let schema = ok["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
        schema.rsplit('/').next().unwrap().to_owned()
    };
    assert_eq!(answer("/admin/v1/clients"), "ClientList");
    assert_eq!(answer("/admin/v1/api-keys"), "CredentialList");
    let rows = &document["components"]["schemas"]["ClientList"]["properties"]["data"]["items"];
    assert_eq!(rows["$ref"], "#/components/schemas/Client");
}

/// The page of the docs has every route and every scope, and no others.
#[test]
fn the_page_about_the_admin_api_is_complete() {
    let page = include_str!("../../../../docs/admin-api.md");
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/admin/v1").unwrap();
        routes.extend(
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| format!("`{} {path}`", method.to_uppercase())),
        );
    }
    for route in &routes {
        assert!(page.contains(route.as_str()), "{route} is missing");
    }
    let listed = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').nth(1).unwrap().trim().to_owned());
    for listed in listed.filter(|it| it.contains(" /")) {
        assert!(routes.contains(&listed), "{listed} is no route");
    }
    for (scope, _) in engine::admin::scopes::ALL {
        assert!(page.contains(&format!("`{scope}`")), "{scope} is missing");
    }
}
