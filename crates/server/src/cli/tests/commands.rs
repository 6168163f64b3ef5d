//! Which request each command line becomes.

use clap::Parser as _;
use serde_json::{Value, json};

use crate::arguments::{Arguments, Command};
use crate::cli::plan::{Plan, Planned as _};

fn parse(line: &str) -> Result<crate::cli::Command, clap::Error> {
    let words = std::iter::once("postern").chain(line.split(' '));
    Arguments::try_parse_from(words).map(|arguments| match arguments.command {
        Command::Administer(command) => command,
        other => panic!("{other:?}"),
    })
}

fn plan(line: &str) -> Plan {
    use crate::cli::Command as C;
    match parse(line).unwrap_or_else(|error| panic!("{line}: {error}")) {
        C::Org(it) => it.command.plan(),
        C::User(it) => it.command.plan(),
        C::Api(it) => it.command.plan(),
        C::Client(it) => it.command.plan(),
        C::Secret(it) => it.command.plan(),
        C::Grant(it) => it.command.plan(),
        C::Key(it) => it.command.plan(),
        C::Budget(it) => it.command.plan(),
        C::SigningKey(it) => it.command.plan(),
        C::Event(it) => it.command.plan(),
        C::Refusal(it) => it.command.plan(),
        C::Token(crate::cli::token::Command::Pat(it)) => it.command.plan(),
        C::Token(crate::cli::token::Command::Refresh(it)) => it.command.plan(),
        C::Token(crate::cli::token::Command::Legacy(it)) => it.command.plan(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_command_is_a_route_of_the_admin_api_and_its_members_are_known_there() {
    let document = serde_json::to_value(web::admin::openapi()).unwrap();
    for line in [
        "org create Acme --per-day 9",
        "org list",
        "org show o",
        "org rename o New",
        "org suspend o",
        "org activate o",
        "user create a@example.com --name A --role x --verified",
        "user list",
        "user show u",
        "user update u --company C",
        "user suspend u",
        "user activate u",
        "user remove u",
        "user set-password u",
        "user sessions u",
        "user sign-out u",
        "user sign-out u --session s",
        "user join u o --role r",
        "user leave u o",
        "api create urn:x --name X --scope a --format jwt --algorithm ES256 --lifetime 60",
        "api list",
        "api show a",
        "api suspend a",
        "api activate a",
        "api add-scope a s",
        "api remove-scope a s",
        "client create M --organization o --auth-method none --grant-type refresh_token --per-hour 1",
        "client list",
        "client show c",
        "client update c --name N --default-audience a",
        "client create A --app --app-type native --redirect-uri com.example.app:/cb --scope s",
        "client create A --app --redirect-domain a.example --post-logout-redirect-uri https://a.example/",
        "client update c --description D --client-uri https://a.example/ --logo-uri https://a.example/l",
        "client update c --scope s --redirect-uri https://a.example/cb",
        "client drop-connections c",
        "client suspend c",
        "client activate c",
        "secret create --client c --label l",
        "secret list --client c",
        "secret show --client c s",
        "secret revoke --client c s",
        "secret create --api a",
        "secret list --api a",
        "secret show --api a s",
        "secret revoke --api a s --reason r",
        "grant create c --audience a --scope s --default-scope s",
        "grant list --client c",
        "grant show g",
        "grant scopes g --scope s",
        "grant revoke g",
        "key create o --label l --scope s",
        "key list --organization o",
        "key show k",
        "key revoke k",
        "token pat create u --name n --scope s",
        "token pat list --user u",
        "token pat show t",
        "token pat revoke t",
        "token refresh create c --label l",
        "token refresh list",
        "token refresh show t",
        "token refresh revoke t",
        "token legacy list",
        "token legacy show t",
        "token legacy revoke t",
        "budget show --client c",
        "budget set --organization o --per-hour 3",
        "budget show --organization o",
        "budget set --client c",
        "signing-key list",
        "signing-key show k",
        "signing-key rotate --immediately",
        "signing-key retire k",
        "signing-key revoke k",
        "event list --target x",
        "refusal list",
    ] {
        let plan = plan(line);
        let operation = operation(&document, &plan);
        assert!(operation.is_object(), "{line}: {} {} is no route", plan.method, plan.path);
        for (name, _) in &plan.query {
            let known = operation["parameters"].as_array().unwrap();
            assert!(known.iter().any(|it| it["name"] == *name), "{line}: query {name}");
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let Some(name) = schema.as_str().and_then(|it| it.rsplit('/').next()) else { continue };
        let known = &document["components"]["schemas"][name]["properties"];
        for member in plan.body.iter().filter_map(Value::as_object).flat_map(|it| it.keys()) {
            assert!(known[member].is_object(), "{line}: {name} has no {member}");
        }
    }
}

/// The operation whose path matches; a literal segment takes precedence over a placeholder.
fn operation(document: &Value, plan: &Plan) -> Value {
    let path = format!("/admin/v1{}", plan.path);
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<_>, Vec<_>) =
            (pattern.split('/').collect(), path.split('/').collect());
        pattern.len() == path.len()
            && pattern.iter().zip(&path).all(|(p, s)| p.starts_with('{') || p == s)
    };
    let method = plan.method.as_str().to_lowercase();
    let mut found: Vec<_> =
        document["paths"].as_object().unwrap().iter().filter(|(path, _)| fits(path)).collect();
    found.sort_by_key(|(path, _)| path.matches('{').count());
    found.first().map_or(Value::Null, |(_, item)| item[&method].clone())
}

#[test]
fn an_option_that_is_not_given_is_not_sent() {
    let created = plan("client create M");
    assert_eq!(created.body, Some(json!({"name": "M"})));
    let app = plan("client create A --app --redirect-uri https://a.example/cb");
    let expected = json!({"name": "A", "kind": "app", "redirect_uris": ["https://a.example/cb"]});
    assert_eq!(app.body, Some(expected));
    let set = plan("budget set --client c --per-day 5");
    assert_eq!((set.path.as_str(), set.body), ("/clients/c/budget", Some(json!({"per_day": 5}))));
}

#[test]
fn an_id_stays_inside_its_segment() {
    assert_eq!(plan("org show a/../b?x").path, "/organizations/a%2F..%2Fb%3Fx");
}

#[test]
fn usage_errors_and_failures_have_different_exit_codes() {
    for line in [
        "org",
        "org create",
        "secret list",
        "secret list --client c --api a",
        "budget show",
        "org list --limit x",
        "org list --after x --all",
        "token pat create u --name n",
        "why",
        "org list --url http://x --demo fyma",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
    for line in ["org list --url http://x --json", "org --demo fyma list", "why x --demo fyma"] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn the_command_line_definition_is_valid() {
    use clap::CommandFactory as _;
    Arguments::command().debug_assert();
}

#[test]
fn a_key_on_the_command_line_is_not_shown() {
    let command = parse("org list --url http://x --admin-key hunter2").unwrap();
    assert!(!format!("{command:?}").contains("hunter2"));
    let inspect = parse("token inspect hunter2").unwrap();
    assert!(!format!("{inspect:?}").contains("hunter2"));
}

#[test]
fn a_signing_key_whose_name_begins_with_a_hyphen_is_named_as_it_is() {
    for name in ["-hVu9", "--2O8cXd-V9u", "-_", "--help-"] {
        for action in ["show", "retire", "revoke"] {
            assert!(plan(&format!("signing-key {action} {name}")).path.contains(name), "{name}");
        }
    }
}
