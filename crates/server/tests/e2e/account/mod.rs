//! The account API end to end: two users, an app, and the data that neither user may see of the
//! other.

mod apps;
mod forged;
mod graphql;
mod means;
mod operations;
mod ownership;
mod rows;
mod staff;
mod tokens;

use serde_json::{Value, json};

use crate::dialects::person::{Person, parameter};
use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, Ask, ask, post};
use crate::harness::realm::Realm;

const SCOPES: [&str; 7] = [
    "streams:read",
    "profile:read",
    "profile:email",
    "tokens:read",
    "tokens:write",
    "apps:read",
    "apps:write",
];
const PASSWORD: &str = "correct horse battery";
const CALLBACK: &str = "http://localhost:3000/callback";
/// Of 43 characters or more, used as a plain challenge.
const CHALLENGE: &str = "a-challenge-that-the-app-made-up-of-43-or-so";

/// A realm with two users.
struct Fixture {
    server: Server,
    admin: Admin,
}

/// A user in a browser.
struct SignedIn {
    id: String,
    browser: Person,
}

/// An app and its secret.
#[derive(Clone)]
struct App {
    id: String,
    secret: String,
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no text {member} in {value}"))
}

impl Fixture {
    fn new() -> Self {
        Self::of(Realm::new("speckle"))
    }

    fn of(realm: Realm) -> Self {
        let admin = realm.admin();
        let server = realm.serve();
        admin.api("https://models.example", &SCOPES);
        Self { server, admin }
    }

    fn base(&self) -> &str {
        &self.admin.base
    }

    /// A new user, who signs in with the password that staff set, and grants `app` nothing.
    fn sign_in(&self, name: &str, app: &App) -> SignedIn {
        let id = self.person(name);
        let browser = self.browser(name, app, "deny").0;
        SignedIn { id, browser }
    }

    fn person(&self, name: &str) -> String {
        let new = json!({
            "email": format!("{name}@example.com"), "name": name, "password": PASSWORD,
        });
        text(&self.admin.create("/users", &new), "id").to_owned()
    }

    /// A browser in which a user signed in to answer `app`, and where that led.
    fn browser(&self, name: &str, app: &App, decision: &'static str) -> (Person, String) {
        let demo = json!({
            "base": self.base(),
            "user": {"email": format!("{name}@example.com"), "password": PASSWORD},
        });
        let mut browser = Person::of(&demo);
        browser.decision = decision;
        let back = browser.follow(&format!("/authn/verify/{}/{CHALLENGE}", app.id));
        (browser, back)
    }

    /// An app that staff registered.
    fn app(&self) -> App {
        let new = json!({
            "name": "Checker", "kind": "app", "redirect_uris": [CALLBACK],
            "scopes": ["profile:read", "streams:read"],
        });
        app(&self.admin.create("/clients", &new))
    }

    /// A personal access token that staff created.
    fn pat(&self, user: &str, scopes: &[&str]) -> (String, String) {
        let new = json!({"user": user, "name": "from staff", "scopes": scopes});
        let made = self.admin.create("/personal-access-tokens", &new);
        (text(&made, "id").to_owned(), text(&made, "secret").to_owned())
    }

    /// A call with a token.
    fn with(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let ask = ask(self.base(), method, &format!("/account/v1{path}")).bearer(token);
        if method == "GET" { ask.send() } else { ask.json(body).send() }
    }

    /// Exchanges the code that the browser returned.
    fn exchange(&self, app: &App, back: &str) -> Answer {
        let code = parameter(back, "access_code").unwrap_or_else(|| panic!("{back}"));
        let body = json!({"appId": app.id, "appSecret": app.secret, "accessCode": code,
            "challenge": CHALLENGE});
        post(self.base(), "/auth/token").json(&body).send()
    }

    /// Lets `person` connect `app`. Returns its token.
    fn connect(&self, person: &mut SignedIn, app: &App) -> Value {
        person.browser.decision = "allow";
        let back = person.browser.follow(&format!("/authn/verify/{}/{CHALLENGE}", app.id));
        self.exchange(app, &back).expect(200).json()
    }

    fn refresh(&self, app: &App, tokens: &Value) -> Answer {
        let body = json!({"appId": app.id, "appSecret": app.secret,
            "refreshToken": tokens["refreshToken"]});
        post(self.base(), "/auth/token").json(&body).send()
    }

    /// Whether a token is active now, according to introspection.
    fn is_good(&self, token: &str) -> bool {
        let form = [("token", token)];
        let ask = post(self.base(), "/introspect").bearer(&self.admin.key).form(&form);
        ask.send().expect(200).json()["active"].as_bool().unwrap()
    }
}

fn app(made: &Value) -> App {
    App { id: text(made, "id").to_owned(), secret: text(made, "secret").to_owned() }
}

impl SignedIn {
    /// A call as one of our own pages makes it.
    fn call(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let base = self.browser.base.clone();
        let ask = ask(&base, method, &format!("/account/v1{path}"));
        let ask = if method == "GET" { ask } else { ask.header("Origin", &base).json(body) };
        self.send(ask)
    }

    /// Any call, with the cookie.
    fn send(&mut self, ask: Ask) -> Answer {
        self.browser.ask(ask)
    }

    fn read(&mut self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).expect(200).json()
    }

    fn act(&mut self, method: &str, path: &str, body: Value) -> Value {
        self.call(method, path, &body).expect(200).json()
    }

    fn make(&mut self, path: &str, body: Value) -> Value {
        self.call("POST", path, &body).expect(201).json()
    }
}

fn new_app(scopes: &[&str]) -> Value {
    json!({"name": "Mine", "redirect_uris": [CALLBACK], "scopes": scopes})
}
