//! The API as its callers see it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use serde_json::{Value, json};
use verify::{Claims, RequestInfo};

use super::{
    Accounts, AccountsError, App, AppFacts, Author, NewApp, NewToken, Profile, ServerFacts, Token,
};
use crate::testing::{Answer, Issuer, send};

/// One user, `ada`, with tokens and apps that she created and authorized.
#[derive(Debug, Default)]
struct Ada(Mutex<Vec<Token>>, Mutex<Vec<App>>);

#[async_trait]
impl Accounts for Ada {
    async fn profile(&self, user: &str) -> Result<Option<Profile>, AccountsError> {
        Ok((user == "ada").then(|| Profile {
            id: "ada".to_owned(),
            name: "Ada Almeida".to_owned(),
            email: "ada@example.com".to_owned(),
            bio: None,
            company: Some("Atelier Nord".to_owned()),
            avatar: None,
            verified: true,
            role: "server:user".to_owned(),
        }))
    }

    async fn tokens(&self, _user: &str) -> Result<Vec<Token>, AccountsError> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn create_token(
        &self,
        _user: &str,
        new: NewToken,
        _by: &RequestInfo,
    ) -> Result<String, AccountsError> {
        let token = Token {
            id: "0123456789".to_owned(),
            name: new.name,
            scopes: new.scopes,
            created_at: "2026-11-21T00:00:00Z".to_owned(),
            lifespan: new.lifespan,
            last_used: None,
        };
        self.0.lock().unwrap().push(token);
        Ok("0123456789abcdef".to_owned())
    }

    async fn revoke_token(
        &self,
        _user: &str,
        id: &str,
        _by: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let mut tokens = self.0.lock().unwrap();
        let before = tokens.len();
        tokens.retain(|token| token.id != id);
        Ok(tokens.len() < before)
    }

    async fn app(&self, id: &str) -> Result<Option<App>, AccountsError> {
        Ok(self.1.lock().unwrap().iter().find(|app| app.id == id).cloned())
    }

    async fn created_apps(&self, _user: &str) -> Result<Vec<App>, AccountsError> {
        Ok(self.1.lock().unwrap().clone())
    }

    async fn authorized_apps(&self, _user: &str) -> Result<Vec<App>, AccountsError> {
        Ok(self.1.lock().unwrap().clone())
    }

    async fn create_app(
        &self,
        user: &str,
        facts: AppFacts,
        _by: &RequestInfo,
    ) -> Result<NewApp, AccountsError> {
        let app = app(user, "app1", facts);
        self.1.lock().unwrap().push(app);
        Ok(NewApp { id: "app1".to_owned(), secret: Some("s3cret".to_owned()) })
    }

    async fn update_app(
        &self,
        user: &str,
        id: &str,
        facts: AppFacts,
        _by: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let mut apps = self.1.lock().unwrap();
        let Some(known) = apps.iter_mut().find(|it| it.id == id) else { return Ok(false) };
        *known = app(user, id, facts);
        Ok(true)
    }

    async fn delete_app(
        &self,
        _user: &str,
        id: &str,
        _by: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        let mut apps = self.1.lock().unwrap();
        let before = apps.len();
        apps.retain(|app| app.id != id);
        Ok(apps.len() < before)
    }

    async fn revoke_app(
        &self,
        _user: &str,
        id: &str,
        _by: &RequestInfo,
    ) -> Result<bool, AccountsError> {
        Ok(self.1.lock().unwrap().iter().any(|app| app.id == id))
    }
}

fn app(user: &str, id: &str, facts: AppFacts) -> App {
    App {
        id: id.to_owned(),
        name: facts.name,
        description: facts.description,
        logo: facts.logo,
        redirect_url: facts.redirect_url,
        scopes: facts.scopes,
        author: Some(Author { id: user.to_owned(), name: "Ada".to_owned(), avatar: None }),
        created_at: "2026-11-21T00:00:00Z".to_owned(),
    }
}

fn token(kind: &str, scopes: &str) -> Claims {
    Claims {
        subject: Some("ada".to_owned()),
        user: Some("ada".to_owned()),
        scopes: Some(scopes.parse().unwrap()),
        kind: Some(kind.to_owned()),
        ..Claims::default()
    }
}

fn api() -> Router {
    let pat = "personal_access_token";
    let issuer = Issuer::default()
        .stands_for("pat", token(pat, "profile:read profile:email tokens:read"))
        .stands_for("shy", token(pat, "profile:read"))
        .stands_for("bare", token(pat, "streams:read"))
        .stands_for("web", token("access_token", "tokens:write tokens:read profile:read"))
        .stands_for("maker", token("access_token", "apps:write apps:read profile:read"))
        .stands_for("reader", token("access_token", "apps:read profile:read"))
        .stands_for("refresh", token("refresh_token", "profile:read"));
    let facts = ServerFacts {
        name: "Demo".to_owned(),
        company: "Example".to_owned(),
        canonical_url: "http://127.0.0.1:8085".to_owned(),
    };
    super::router(issuer.verifier(), Arc::new(Ada::default()), facts)
}

async fn ask(api: &Router, authorization: &str, query: &str, variables: Value) -> Answer {
    let body = json!({"query": query, "variables": variables}).to_string();
    let json = ("content-type", "application/json");
    let headers = [json, ("authorization", authorization)];
    let headers = if authorization.is_empty() { &headers[..1] } else { &headers[..] };
    send(api, ("POST", "/graphql"), headers, &body).await
}

const PROFILE: &str = "{activeUser{id name email bio company avatar verified role}}";

#[tokio::test]
async fn a_token_reads_its_user_with_and_without_the_word_bearer() {
    let api = api();
    for authorization in ["Bearer pat", "pat"] {
        let answer = ask(&api, authorization, PROFILE, json!({})).await;
        assert_eq!(answer.status, 200);
        let user = &answer.body["data"]["activeUser"];
        assert_eq!((&user["id"], &user["email"]), (&json!("ada"), &json!("ada@example.com")));
        assert_eq!((&user["bio"], &user["verified"]), (&json!(null), &json!(true)));
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_403_and_none_is_nobody() {
    let api = api();
    for authorization in ["Bearer nobody", "nobody", "Bearer refresh", "Basic YTpi"] {
        let answer = ask(&api, authorization, PROFILE, json!({})).await;
        assert_eq!(answer.status, 403, "{authorization}");
        assert_eq!(answer.body, json!({"error": "Your token is not valid."}));
    }
    let anonymous = ask(&api, "", PROFILE, json!({})).await;
    assert_eq!(
        (anonymous.status.as_u16(), anonymous.body),
        (200, json!({"data": {"activeUser": null}}))
    );
}

#[tokio::test]
async fn a_missing_scope_is_a_graphql_error() {
    let api = api();
    let code = |answer: &Answer| answer.body["errors"][0]["extensions"]["code"].clone();
    let bare = ask(&api, "Bearer bare", PROFILE, json!({})).await;
    assert_eq!((bare.status.as_u16(), code(&bare)), (200, json!("FORBIDDEN")));
    assert_eq!(bare.body["data"], json!({"activeUser": null}));
    let shy = ask(&api, "Bearer shy", "{activeUser{id email}}", json!({})).await;
    assert_eq!(code(&shy), "FORBIDDEN");
    assert_eq!(shy.body["data"], json!({"activeUser": {"id": "ada", "email": null}}));
    let tokens = ask(&api, "Bearer shy", "{activeUser{apiTokens{id}}}", json!({})).await;
    assert_eq!(code(&tokens), "FORBIDDEN");
}

#[tokio::test]
async fn server_info_is_for_everybody() {
    let query = "{serverInfo{name company description adminContact canonicalUrl version \
        scopes{name description} authStrategies{id name icon} workspaces{workspacesEnabled}}}";
    let answer = ask(&api(), "", query, json!({})).await;
    let info = &answer.body["data"]["serverInfo"];
    assert_eq!(info["canonicalUrl"], "http://127.0.0.1:8085");
    assert_eq!(info["scopes"].as_array().unwrap().len(), super::SCOPES.len());
    assert!(info["version"].as_str().unwrap().split('.').all(|part| part.parse::<u32>().is_ok()));
}

const CREATE: &str = "mutation($token:ApiTokenCreateInput!){apiTokenCreate(token:$token)}";
const REVOKE: &str = "mutation($token:String!){apiTokenRevoke(token:$token)}";

#[tokio::test]
async fn tokens_are_made_listed_and_revoked() {
    let api = api();
    let new = json!({"token": {"name": "ci", "scopes": ["profile:read"], "lifespan": 86_400_000}});
    let made = ask(&api, "Bearer web", CREATE, new).await;
    let made = made.body["data"]["apiTokenCreate"].as_str().unwrap();
    let list = "{activeUser{apiTokens{id name scopes createdAt lifespan lastUsed}}}";
    let listed = ask(&api, "Bearer web", list, json!({})).await;
    let tokens = &listed.body["data"]["activeUser"]["apiTokens"];
    assert_eq!((&tokens[0]["name"], &tokens[0]["lifespan"]), (&json!("ci"), &json!(86_400_000)));
    let revoked = ask(&api, "Bearer web", REVOKE, json!({"token": made})).await;
    assert_eq!(revoked.body, json!({"data": {"apiTokenRevoke": true}}));
    let again = ask(&api, "Bearer web", REVOKE, json!({"token": made})).await;
    assert_eq!(again.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_new_token_never_has_more_than_its_maker() {
    let api = api();
    for (maker, token, code) in [
        ("Bearer web", json!({"name": "x", "scopes": ["tokens:write"]}), "FORBIDDEN"),
        ("Bearer web", json!({"name": "x", "scopes": ["streams:write"]}), "FORBIDDEN"),
        ("Bearer pat", json!({"name": "x", "scopes": ["profile:read"]}), "FORBIDDEN"),
        ("Bearer web", json!({"name": "x", "scopes": ["no:such"]}), "BAD_USER_INPUT"),
        ("Bearer web", json!({"name": "x", "scopes": []}), "BAD_USER_INPUT"),
        ("Bearer web", json!({"name": " ", "scopes": ["profile:read"]}), "BAD_USER_INPUT"),
        (
            "Bearer web",
            json!({"name": "x", "scopes": ["profile:read"], "lifespan": -1}),
            "BAD_USER_INPUT",
        ),
    ] {
        let answer = ask(&api, maker, CREATE, json!({"token": token})).await;
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], code, "{token}");
    }
    let anonymous = json!({"token": {"name": "x", "scopes": ["profile:read"]}});
    let anonymous = ask(&api, "", CREATE, anonymous).await;
    assert_eq!(anonymous.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn operations_that_do_not_fit_are_400_and_large_ones_are_not_run() {
    let api = api();
    let deep = format!("{{__schema{}name{}", "{types{fields{type".repeat(8), "}}}".repeat(8));
    let wide = (0..500)
        .fold("{".to_owned(), |query, n| query + &format!("a{n}:serverInfo{{name}} "))
        + "}";
    for query in ["{", "{nothing}", "", &deep, &wide] {
        let answer = ask(&api, "", query, json!({})).await;
        assert_eq!(answer.status, 400, "{}", query.get(..40).unwrap_or(query));
        assert!(answer.body["errors"][0]["message"].is_string());
    }
    let json = ("content-type", "application/json");
    for (headers, body, status) in [
        (&[json][..], "[{\"query\":\"{__typename}\"}]", 400),
        (&[json], "{", 400),
        (&[], "{\"query\":\"{__typename}\"}", 415),
        (&[json], &"x".repeat(70_000), 413),
    ] {
        assert_eq!(
            send(&api, ("POST", "/graphql"), headers, body).await.status,
            status,
            "{body:.30}"
        );
    }
}

#[tokio::test]
async fn nests_of_any_kind_do_not_end_the_process() {
    let api = api();
    let nest = |open: &str, close: &str| {
        [250, 260, 20_000]
            .map(|deep| format!("{{a(x:{}1{})}}", open.repeat(deep), close.repeat(deep)))
    };
    let selections = [250, 260, 20_000].map(|deep| "{a".repeat(deep) + &"}".repeat(deep));
    let types = [250, 260, 20_000]
        .map(|deep| format!("query($a:{}Int{}){{a}}", "[".repeat(deep), "]".repeat(deep)));
    // A string that looks as if it closed the brackets.
    let sly = [250, 260, 8_000].map(|deep| format!("{{a(x:{}1)}}", "[\"]\",".repeat(deep)));
    for query in [nest("[", "]"), nest("{b:", "}"), selections, types, sly].concat() {
        let answer = ask(&api, "", &query, json!({})).await;
        assert!([400, 413].contains(&answer.status.as_u16()), "{query:.40}");
        assert!(answer.body["errors"][0]["message"].is_string());
    }
}

#[tokio::test]
async fn fragments_that_spread_each_other_twice_cost_nothing() {
    let started = std::time::Instant::now();
    for levels in [6, 7, 60] {
        let level = |n| format!(" fragment f{n} on ServerInfo{{...f{m} ...f{m}}}", m = n + 1);
        let levels: String = (0..levels).map(level).chain([String::new()]).collect();
        let query = format!("{{serverInfo{{...f0}}}}{levels}");
        assert_eq!(ask(&api(), "", &query, json!({})).await.status, 400);
    }
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_usual_tools_can_read_the_schema() {
    let deep =
        (0..9).fold("name kind".to_owned(), |inner, _| format!("name kind ofType{{{inner}}}"));
    let query = format!("{{__schema{{types{{name fields{{name type{{{deep}}}}}}}}}}}");
    let answer = ask(&api(), "", &query, json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body["data"]["__schema"]["types"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn pages_of_other_origins_may_call() {
    let api = api();
    let origin = ("origin", "https://app.example");
    let preflight = send(&api, ("OPTIONS", "/graphql"), &[origin], "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.headers["access-control-allow-origin"], "*");
    let allowed = preflight.headers["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.contains("authorization") && allowed.contains("content-type"));
    let answer = ask(&api, "Bearer nobody", PROFILE, json!({})).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
}

const CREATE_APP: &str = "mutation($app: AppCreateInput!){appCreate(app: $app)}";
const UPDATE_APP: &str = "mutation($app: AppUpdateInput!){appUpdate(app: $app)}";

fn new_app(scopes: &[&str]) -> Value {
    json!({"app": {
        "name": "Checker", "description": "Checks", "redirectUrl": "http://localhost:3000/callback",
        "scopes": scopes,
    }})
}

#[tokio::test]
async fn an_app_is_made_shown_changed_and_deleted_and_its_secret_is_told_once() {
    let api = api();
    let made = ask(&api, "maker", CREATE_APP, new_app(&["profile:read"])).await;
    assert_eq!(made.body["data"]["appCreate"], "app1", "{:?}", made.body);
    let query = "{app(id: \"app1\"){id name secret redirectUrl scopes{name description} \
        trustByDefault author{id name}}}";
    let anonymous = ask(&api, "", query, json!({})).await.body["data"]["app"].clone();
    assert_eq!((&anonymous["secret"], &anonymous["author"]["id"]), (&json!(null), &json!("ada")));
    assert_eq!(anonymous["scopes"][0]["name"], "profile:read");
    let reader = ask(&api, "reader", query, json!({})).await;
    assert_eq!(reader.body["data"]["app"]["secret"], json!(null), "it may not manage apps");
    let first = ask(&api, "maker", query, json!({})).await;
    assert_eq!(first.body["data"]["app"]["secret"], "s3cret");
    let second = ask(&api, "maker", query, json!({})).await;
    assert_eq!(second.body["data"]["app"]["secret"], json!(null), "it is shown once");
    let mut change = new_app(&["profile:read", "profile:email"]);
    change["app"]["id"] = json!("app1");
    assert_eq!(ask(&api, "maker", UPDATE_APP, change).await.body["data"]["appUpdate"], true);
    let lists = "{activeUser{createdApps{id scopes{name}} authorizedApps{id name author{name}}}}";
    let user = ask(&api, "reader", lists, json!({})).await.body["data"]["activeUser"].clone();
    assert_eq!(user["createdApps"][0]["scopes"].as_array().unwrap().len(), 2, "{user}");
    assert_eq!(user["authorizedApps"][0]["id"], "app1");
    let revoke = "mutation{appRevokeAccess(appId: \"app1\")}";
    assert_eq!(ask(&api, "maker", revoke, json!({})).await.body["data"]["appRevokeAccess"], true);
    let delete = "mutation{appDelete(appId: \"app1\")}";
    assert_eq!(ask(&api, "maker", delete, json!({})).await.body["data"]["appDelete"], true);
    let again = ask(&api, "maker", delete, json!({})).await;
    assert_eq!(again.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let gone = ask(&api, "", query, json!({})).await;
    assert_eq!(gone.body["data"], json!({"app": null}));
}

#[tokio::test]
async fn apps_are_changed_and_listed_within_the_scopes_of_the_token() {
    let api = api();
    let code = |answer: &Answer| answer.body["errors"][0]["extensions"]["code"].clone();
    for token in ["reader", "shy", ""] {
        let refused = ask(&api, token, CREATE_APP, new_app(&["profile:read"])).await;
        assert_eq!((refused.status.as_u16(), code(&refused)), (200, json!("FORBIDDEN")), "{token}");
    }
    let lists = ask(&api, "shy", "{activeUser{id createdApps{id}}}", json!({})).await;
    assert_eq!(code(&lists), "FORBIDDEN");
    assert_eq!(lists.body["data"], json!({"activeUser": {"id": "ada", "createdApps": null}}));
    for scopes in [&["nothing"][..], &[]] {
        assert_eq!(code(&ask(&api, "maker", CREATE_APP, new_app(scopes)).await), "BAD_USER_INPUT");
    }
}
