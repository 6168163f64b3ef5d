//! Users for the fault tests: in every realm with an authorization endpoint, a user in a browser,
//! their organizations, and the apps that request access.

use std::cell::RefCell;
use std::collections::BTreeMap;

use oauth::{ClientAuthMethod, GrantType, Operation};
use serde_json::{Value, json};

use super::draft::Draft;
use super::realm::{AUDIENCE, Realm};
use super::table::{Encoding, Spot, spots};
use crate::harness::http::{Answer, Ask, form, post};

/// The registered redirect URI of every app. It has a query of its own, which must stay.
pub(super) const BACK: &str = "https://app.example/cb?own=1";
pub(super) const STATE: &str = "state &=#%\u{e9}\n\u{1F511}";
pub(super) const VERIFIER: &str = "verifier-of-more-than-forty-three-characters_~.";
pub(super) const PASSWORD: &str = "correct horse battery staple";

/// A user's browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Browser(RefCell<BTreeMap<String, String>>);

impl Browser {
    /// The request with its cookies.
    pub(super) fn with(&self, ask: Ask) -> Ask {
        let cookies = self.0.borrow();
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { ask } else { ask.header("Cookie", pairs.join("; ")) }
    }

    pub(super) fn send(&self, ask: Ask) -> Answer {
        let answer = self.with(ask).send();
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.0.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// The cookie whose name starts with this.
    pub(super) fn cookie(&self, stem: &str) -> (String, String) {
        let cookies = self.0.borrow();
        let found = cookies.iter().find(|(name, _)| name.starts_with(stem));
        found.map(|(name, value)| (name.clone(), value.clone())).unwrap()
    }
}

/// A registered app.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

/// A realm and its users.
pub(super) struct People<'a> {
    pub(super) realm: &'a Realm,
    /// The authorization endpoint.
    pub(super) asking: &'a Spot<'a>,
    /// The user's own organization, and one that the user does not belong to.
    pub(super) organization: String,
    pub(super) foreign: String,
    pub(super) user: String,
    pub(super) browser: Browser,
}

/// Every authorization endpoint of a realm; `None` where there is none.
pub(super) fn authorization_endpoints(realm: &Realm) -> Option<Vec<Spot<'_>>> {
    let asks = realm.dialect.grant_types().contains(&GrantType::AuthorizationCode);
    asks.then(|| spots(&realm.dialect, realm.toml))
}

pub(super) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

impl<'a> People<'a> {
    /// A new user in a new organization, signed in.
    pub(super) fn of(realm: &'a Realm, spots: &'a [Spot<'a>], email: &str) -> Self {
        let admin = &realm.admin;
        let made = |name: &str| text(&admin.create("/organizations", &json!({"name": name})), "id");
        let (organization, foreign) = (made("Their company"), made("Another company"));
        let new = json!({"email": email, "name": "Ada", "password": PASSWORD});
        let user = text(&admin.create("/users", &new), "id");
        let membership = format!("/users/{user}/memberships/{organization}");
        admin.call("PUT", &membership, Some(&json!({}))).expect(200);
        let asking = spots.iter().find(|it| it.endpoint.operation() == Operation::Authorization);
        let people = Self {
            realm,
            asking: asking.unwrap(),
            organization,
            foreign,
            user,
            browser: Browser::default(),
        };
        people.sign_in(&people.browser, email);
        people
    }

    pub(super) fn sign_in(&self, browser: &Browser, email: &str) {
        self.sign_in_with(browser, email, PASSWORD);
    }

    pub(super) fn sign_in_with(&self, browser: &Browser, email: &str, password: &str) {
        let target = format!("{}/sign-in", self.realm.prefix);
        let page = browser.send(crate::harness::http::get(&self.realm.base, &target)).expect(200);
        let csrf = csrf(&page).unwrap();
        let fields = [("csrf", &*csrf), ("email", email), ("password", password)];
        browser.send(self.form(&target, &fields)).expect(303);
        browser.cookie("postern_session");
    }

    /// A form as a browser sends it.
    pub(super) fn form(&self, target: &str, fields: &[(&str, &str)]) -> Ask {
        let origin = self.realm.base.clone();
        let body = form(fields);
        post(&self.realm.base, target)
            .header("Origin", origin)
            .text("application/x-www-form-urlencoded", body)
    }

    /// An app that is registered for [`BACK`] alone.
    pub(super) fn app(&self, name: &str, public: bool) -> App {
        let dialect = &self.realm.dialect;
        let mut scopes = vec!["read"];
        if dialect.endpoint(Operation::UserInfo).is_some() {
            scopes.push("openid");
        }
        scopes.push("offline");
        let mut new = json!({
            "kind": "app",
            "name": name,
            "redirect_uris": [BACK],
            "default_audience": AUDIENCE,
            "scopes": scopes,
        });
        if dialect.redirect_rule().matching == dialect::RedirectMatch::Domain {
            new["redirect_domain"] = json!("app.example");
        }
        if public {
            new["auth_methods"] = json!(["none"]);
        }
        let made = self.realm.admin.create("/clients", &new);
        App { id: text(&made, "id"), secret: made["secret"].as_str().map(str::to_owned) }
    }

    /// A native app without a secret.
    pub(super) fn native_app(&self, back: &str) -> App {
        let new = json!({
            "kind": "app",
            "name": "on a device",
            "app_type": "native",
            "redirect_uris": [back],
            "default_audience": AUDIENCE,
            "scopes": ["read", "openid", "offline"],
            "auth_methods": ["none"],
        });
        App { id: text(&self.realm.admin.create("/clients", &new), "id"), secret: None }
    }

    /// The valid request of an app.
    pub(super) fn asks(&self, app: &App) -> Draft<'a> {
        let challenge = oauth::pkce::s256(VERIFIER);
        self.asks_with(app, &challenge)
    }

    pub(super) fn asks_with(&self, app: &App, challenge: &str) -> Draft<'a> {
        let tells = self.realm.dialect.endpoint(Operation::UserInfo).is_some();
        let scope = if tells { "openid offline read" } else { "offline read" };
        let values = BTreeMap::from([
            ("client_id", app.id.clone()),
            ("redirect_uri", BACK.to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", scope.to_owned()),
            ("state", STATE.to_owned()),
            ("code_challenge", challenge.to_owned()),
            ("code_challenge_method", "S256".to_owned()),
            ("nonce", "nonce-1".to_owned()),
            ("audience", AUDIENCE.to_owned()),
        ]);
        Draft::of(self.realm, self.asking, Encoding::Form, &values)
    }

    /// The result of a request with this browser, after the user consented where a page asks.
    pub(super) fn allows(&self, draft: &Draft<'_>) -> Answer {
        let ask = draft.ask();
        let page = self.browser.send(ask.clone());
        if page.status != 200 {
            return page;
        }
        let csrf = csrf(&page).unwrap_or_else(|| panic!("{}", page.text()));
        let fields = [("csrf", &*csrf), ("decision", "allow")];
        self.browser.send(self.form(&ask.target, &fields))
    }

    /// A new code for the endpoint `at`.
    pub(super) fn code(&self, app: &App, at: &Spot<'_>) -> String {
        let plain = at.fixed.get("code_challenge_method").is_some_and(|it| it == "plain");
        let challenge = if plain { VERIFIER.to_owned() } else { oauth::pkce::s256(VERIFIER) };
        let answer = self.allows(&self.asks_with(app, &challenge));
        let location = answer.header("location").unwrap_or_else(|| panic!("{}", answer.text()));
        super::ways::code(self, location).unwrap_or_else(|| panic!("no code in {location}"))
    }

    /// The exchange of a code.
    pub(super) fn brings(&self, app: &App, at: &'a Spot<'a>, code: &str) -> Draft<'a> {
        let mut values = BTreeMap::from([
            ("client_id", app.id.clone()),
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
            ("redirect_uri", BACK.to_owned()),
        ]);
        if let Some(secret) = &app.secret {
            values.insert("client_secret", secret.clone());
        }
        Draft::of(self.realm, at, at.accepts[0], &values)
    }
}

/// Whether an endpoint accepts only public apps.
pub(super) fn is_open(spot: &Spot<'_>) -> bool {
    spot.endpoint.client_auth_methods() == [ClientAuthMethod::None]
}

/// The hidden field of a page.
pub(super) fn csrf(page: &Answer) -> Option<String> {
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let (_, rest) = text.split_once("name=\"csrf\" value=\"")?;
    Some(rest.split('"').next()?.to_owned())
}
