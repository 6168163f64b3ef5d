//! Apps by GraphQL, with tokens that an app got for its user: the complete flow, in the demo.

use serde_json::{Value, json};

use super::{CALLBACK, CHALLENGE, text};
use crate::dialects::person::{Person, parameter};
use crate::harness::Server;
use crate::harness::http::{Answer, ask, post};

struct Demo {
    server: Server,
    realm: Value,
}

impl Demo {
    fn new() -> Self {
        let server = Server::dev();
        let realm = server.demo()["realms"]["speckle"].clone();
        Self { server, realm }
    }

    fn base(&self) -> &str {
        text(&self.realm, "base")
    }

    fn ask(&self, token: &str, query: &str, variables: &Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        post(self.base(), "/graphql").bearer(token).json(&body).send().expect(200).json()
    }

    fn data(&self, token: &str, query: &str, variables: &Value) -> Value {
        let body = self.ask(token, query, variables);
        assert_eq!(body.get("errors"), None, "{body}");
        body["data"].clone()
    }

    /// An app that staff registered, with these scopes. Returns the token that it got.
    fn through(&self, scopes: &[&str]) -> String {
        let new = json!({"name": "Manager", "kind": "app", "redirect_uris": [CALLBACK],
            "scopes": scopes});
        let made = self.server.admin("speckle").create("/clients", &new);
        text(&self.connect(text(&made, "id"), text(&made, "secret")).json(), "token").to_owned()
    }

    fn connect(&self, app: &str, secret: &str) -> Answer {
        let back = Person::of(&self.realm).follow(&format!("/authn/verify/{app}/{CHALLENGE}"));
        let code = parameter(&back, "access_code").unwrap_or_else(|| panic!("{back}"));
        let body = json!({"appId": app, "appSecret": secret, "accessCode": code,
            "challenge": CHALLENGE});
        post(self.base(), "/auth/token").json(&body).send().expect(200)
    }

    /// Whether a token can read its user's profile.
    fn opens(&self, token: &str) -> bool {
        let body = json!({"query": "{ activeUser { id } }"});
        post(self.base(), "/graphql").bearer(token).json(&body).send().status == 200
    }
}

fn facts(scopes: &[&str]) -> Value {
    json!({"name": "Checker", "description": "Checks", "redirectUrl": CALLBACK, "scopes": scopes})
}

#[test]
fn an_app_is_made_connected_changed_and_given_up_with_an_apps_token() {
    let demo = Demo::new();
    let manager = demo.through(&["profile:read", "apps:read", "apps:write"]);
    let create = "mutation($app: AppCreateInput!) { appCreate(app: $app) }";
    let made = demo.data(&manager, create, &json!({"app": facts(&["profile:read"])}));
    let id = text(&made, "appCreate").to_owned();
    let query = format!("{{ app(id: \"{id}\") {{ name redirectUrl secret author {{ name }} }} }}");
    let shown = demo.data(&manager, &query, &json!({}))["app"].clone();
    assert_eq!((text(&shown, "name"), text(&shown, "redirectUrl")), ("Checker", CALLBACK));
    let secret = text(&shown, "secret").to_owned();
    let again = demo.data(&manager, &query, &json!({}))["app"].clone();
    assert_eq!(again["secret"], Value::Null, "it was shown once");

    let tokens = demo.connect(&id, &secret).json();
    let token = text(&tokens, "token");
    assert!(demo.opens(token));
    let lists = "{ activeUser { createdApps { id } authorizedApps { id name } } }";
    let user = demo.data(&manager, lists, &json!({}))["activeUser"].clone();
    assert_eq!(user["createdApps"], json!([{"id": id}]));
    assert!(
        user["authorizedApps"].as_array().unwrap().contains(&json!({"id": id, "name": "Checker"}))
    );

    let mut other = facts(&["profile:read", "streams:read"]);
    other["id"] = json!(id);
    let update = "mutation($app: AppUpdateInput!) { appUpdate(app: $app) }";
    assert_eq!(demo.data(&manager, update, &json!({"app": other}))["appUpdate"], true);
    assert!(!demo.opens(token), "another scope: people authorize again");
    let token = demo.connect(&id, &secret).json();
    let revoke = format!("mutation {{ appRevokeAccess(appId: \"{id}\") }}");
    assert_eq!(demo.data(&manager, &revoke, &json!({}))["appRevokeAccess"], true);
    assert!(!demo.opens(text(&token, "token")));
    let delete = format!("mutation {{ appDelete(appId: \"{id}\") }}");
    assert_eq!(demo.data(&manager, &delete, &json!({}))["appDelete"], true);
    assert_eq!(demo.data(&manager, &query, &json!({}))["app"], Value::Null);
}

#[test]
fn an_apps_token_is_limited_to_its_users_consent() {
    let demo = Demo::new();
    let reader = demo.through(&["profile:read", "apps:read"]);
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    let create = "mutation($app: AppCreateInput!) { appCreate(app: $app) }";
    let refused = demo.ask(&reader, create, &json!({"app": facts(&["profile:read"])}));
    assert_eq!(code(&refused), "FORBIDDEN", "{refused}");
    let bare = demo.through(&["profile:read"]);
    let refused = demo.ask(&bare, "{ activeUser { createdApps { id } } }", &json!({}));
    assert_eq!(code(&refused), "FORBIDDEN", "{refused}");
    let seeds = text(&demo.realm["app"], "id");
    let delete = format!("mutation {{ appDelete(appId: \"{seeds}\") }}");
    let manager = demo.through(&["profile:read", "apps:write"]);
    let refused = demo.ask(&manager, &delete, &json!({}));
    assert_eq!(code(&refused), "BAD_USER_INPUT", "not theirs: {refused}");
}

#[test]
fn pages_of_any_origin_may_ask_by_graphql_after_a_preflight() {
    let demo = Demo::new();
    let preflight = ask(demo.base(), "OPTIONS", "/graphql")
        .header("Origin", "https://viewer.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .send();
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"), "{allowed}");
    let body = json!({"query": "{ serverInfo { name } }"});
    let asked = post(demo.base(), "/graphql").header("Origin", "https://viewer.example");
    let answer = asked.json(&body).send().expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}
