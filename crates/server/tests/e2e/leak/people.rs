//! The flows with users: what a user types and a browser keeps, what an app gets for it, and each
//! of them where it does not belong.

use serde_json::{Value, json};

use super::flows::Flows;
use super::text;
use crate::dialects::person::{Person, parameter};
use crate::harness::admin::Admin;
use crate::harness::http::{Ask, escaped, form, get, post};

const VERIFIER: &str = "a-verifier-that-nobody-else-knows-of-43-or-so";

/// How an app of a realm requests and exchanges.
struct Way {
    authorize: String,
    exchange: Ask,
    refresh: fn(&Value, &str) -> Ask,
}

impl Flows<'_> {
    /// Signs a user in, connects an app twice, refreshes, and uses everything wrongly.
    pub(super) fn people(&mut self, realm: &str) {
        let demo = self.server.demo()["realms"][realm].clone();
        if demo["user"].is_null() {
            return;
        }
        let mut person = Person::of(&demo);
        person.organization = demo["companies"][0]["name"].as_str().map(ToOwned::to_owned);
        // A password may be any word, so it is searched for in the fields where users type it.
        self.mistype(&self.server.admin(realm), &mut person.clone(), &person.password);
        let mut secrets = Vec::new();
        for _ in 0..2 {
            secrets.extend(self.connect(&demo, realm, &mut person));
        }
        for (name, value) in person.cookies() {
            self.needles.add(&format!("{realm} cookie {name}"), value);
            secrets.push(value.clone());
        }
        let admin = self.server.admin(realm);
        for secret in &secrets {
            self.mistype(&admin, &mut person, secret);
            self.misdirect(&admin, &mut person, secret);
            self.misplace(&admin, secret);
        }
    }

    /// A code, its tokens, and their successors.
    fn connect(&mut self, demo: &Value, realm: &str, person: &mut Person) -> Vec<String> {
        let back = person.follow(&way(demo, realm, "").authorize);
        let code = parameter(&back, "code").or_else(|| parameter(&back, "access_code")).unwrap();
        let given = self.send(&way(demo, realm, &code).exchange);
        assert!(matches!(given.status, 200 | 201), "{realm}: {}", given.text());
        let mut found = vec![code];
        let mut tokens = given.json();
        for _ in 0..2 {
            let mut refresh = String::new();
            for member in ["access_token", "refresh_token", "token", "refreshToken"] {
                let Some(token) = tokens[member].as_str() else { continue };
                found.push(token.to_owned());
                if member.starts_with("refresh") {
                    refresh = token.to_owned();
                }
            }
            tokens = self.send(&(way(demo, realm, "").refresh)(demo, &refresh)).expect(200).json();
        }
        for (at, secret) in found.iter().enumerate() {
            self.needles.add(&format!("{realm} people's {at}"), secret);
        }
        found
    }

    /// A secret in each field of the forms for users.
    fn mistype(&mut self, admin: &Admin, person: &mut Person, secret: &str) {
        for (email, password) in [
            (secret, "x"),
            ("nobody@example.com", secret),
            (person.email.clone().as_str(), "wrong"),
        ] {
            let fields = form(&[("email", email), ("password", password), ("csrf", secret)]);
            let ask = post(&admin.base, "/sign-in").header("Origin", &admin.base);
            let answer = person.ask(ask.text("application/x-www-form-urlencoded", fields));
            self.requests.push(answer.request_id().to_owned());
        }
    }

    /// A secret in addresses that users open, and in calls.
    fn misdirect(&mut self, admin: &Admin, person: &mut Person, secret: &str) {
        let escaped = escaped(secret);
        for target in [
            format!("/sign-in?return_to=/{escaped}"),
            format!("/sign-in?password={escaped}"),
            format!("/oauth2/authorize?client_id={escaped}&redirect_uri=https://{escaped}.example"),
            format!("/oauth2/auth?client_id={escaped}&state={escaped}&code_challenge={escaped}"),
            format!("/authn/verify/{escaped}/{escaped}"),
            format!("/end-session?id_token_hint={escaped}&post_logout_redirect_uri={escaped}"),
            format!("/credentials/{escaped}"),
            format!("/account/v1/tokens/{escaped}"),
        ] {
            let answer = person.open(&target);
            self.requests.push(answer.request_id().to_owned());
            self.send(&get(&admin.base, &target).header("Cookie", format!("x={secret}")));
        }
        for path in ["/auth/logout", "/userinfo"] {
            self.send(&post(&admin.base, path).bearer(secret).json(&json!({"token": secret})));
        }
    }
}

fn way(demo: &Value, realm: &str, code: &str) -> Way {
    let (base, app) = (text(demo, "base"), &demo["app"]);
    let challenge = oauth::pkce::s256(VERIFIER);
    match realm {
        "speckle" => Way {
            authorize: format!("/authn/verify/{}/{VERIFIER}", text(app, "id")),
            exchange: post(&base, "/auth/token").json(&json!({
                "appId": app["id"], "appSecret": app["secret"],
                "accessCode": code, "challenge": VERIFIER,
            })),
            refresh: |demo, token| {
                post(&text(demo, "base"), "/auth/token").json(&json!({
                    "appId": demo["app"]["id"], "appSecret": demo["app"]["secret"],
                    "refreshToken": token,
                }))
            },
        },
        "spendesk" => Way {
            authorize: format!(
                "/oauth2/authorize?{}",
                form(&[
                    ("client_id", &text(app, "client_id")),
                    ("redirect_uri", &text(app, "redirect_uri")),
                    ("response_type", "code"),
                    ("scope", "settlement:read"),
                    ("code_challenge", &challenge),
                    ("code_challenge_method", "S256"),
                ])
            ),
            exchange: post(&base, "/oauth2/token/create").json(&json!({
                "client_id": app["client_id"], "client_secret": app["client_secret"],
                "grant_type": "authorization_code", "redirect_uri": app["redirect_uri"],
                "code": code, "code_verifier": VERIFIER,
            })),
            refresh: |demo, token| {
                let app = &demo["app"];
                post(&text(demo, "base"), "/oauth2/token/refresh").json(&json!({
                    "client_id": app["client_id"], "client_secret": app["client_secret"],
                    "grant_type": "refresh_token", "refresh_token": token,
                }))
            },
        },
        _ => Way {
            authorize: format!(
                "/oauth2/auth?{}",
                form(&[
                    ("client_id", &text(app, "client_id")),
                    ("redirect_uri", &text(app, "redirect_uri")),
                    ("response_type", "code"),
                    ("scope", "offline"),
                    ("state", "long-enough"),
                ])
            ),
            exchange: post(&base, "/oauth2/token")
                .basic(&text(app, "client_id"), &text(app, "client_secret"))
                .form(&[
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", &text(app, "redirect_uri")),
                ]),
            refresh: |demo, token| {
                let app = &demo["app"];
                post(&text(demo, "base"), "/oauth2/token")
                    .basic(&text(app, "client_id"), &text(app, "client_secret"))
                    .form(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            },
        },
    }
}
