//! A partner's app and users who connect it, through pages and endpoints as browsers and apps use
//! them.

use base::digest::sha256;
use base::encoding::base64url;
use serde_json::json;

use super::admin::text;
use super::browser::{self, Browser};
use super::rfc::{JWT_API, Pair, Rfc};
use crate::load::answer::Answer;
use crate::load::request::Request;

/// How many users connect the app.
const PASSWORD: &str = "correct horse battery staple";
/// The scopes that the app requests, as in a query.
const SCOPE: &str = "contacts.read+contacts.write";
/// Not on this machine and with TLS, so that consent is remembered (RFC 8252 §8.6).
const REDIRECT: &str = "https://app.example/callback";
/// The code verifier of the challenges (RFC 7636 §4.1).
const VERIFIER: &str = "bench-bench-bench-bench-bench-bench-bench-bench";

/// The S256 challenge of every code in the load.
pub(crate) fn challenge() -> String {
    base64url(sha256(VERIFIER.as_bytes()))
}

/// A connected app.
#[derive(Debug)]
pub(crate) struct Partner {
    port: u16,
    app: Pair,
    /// The cookies of the users who connected it.
    people: Vec<String>,
}

impl Partner {
    /// Creates the app and its users, signs them in and lets each of them consent.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn connect(realm: &Rfc, users: usize) -> Result<Self, String> {
        let mut admin = realm.admin()?;
        let organization = text(&admin.create("organizations", &json!({"name": "Bench"}))?, "/id")?;
        let app = admin.create(
            "clients",
            &json!({
                "name": "Partner app",
                "kind": "app",
                "redirect_uris": [REDIRECT],
                "scopes": ["contacts.read", "contacts.write"],
                "default_audience": JWT_API,
            }),
        )?;
        let app = (text(&app, "/id")?, text(&app, "/secret")?);
        let mut partner = Self { port: realm.port, app, people: Vec::new() };
        for number in 0..users {
            let email = format!("person{number}@bench.example");
            let person = json!({
                "email": email,
                "name": format!("Person {number}"),
                "memberships": [{"organization": organization, "role": "member"}],
                "password": PASSWORD,
            });
            admin.create("users", &person)?;
            let cookies = partner.sign_in_and_consent(&email)?;
            partner.people.push(cookies);
        }
        Ok(partner)
    }

    /// Signs in at the app's authorization request and allows it. Returns the cookies afterwards.
    fn sign_in_and_consent(&self, email: &str) -> Result<String, String> {
        let mut browser = Browser::open(self.port)?;
        let (at, page) = browser.follow(&self.visit("connect", ""))?;
        let form = browser::form(&page, &[("email", email), ("password", PASSWORD)])?;
        let (at, page) = browser.submit(&at, &form)?;
        let form = browser::form(&page, &[("decision", "allow")])?;
        let (at, _) = browser.submit(&at, &form)?;
        code(&at).map(|_| browser.cookies())
    }

    /// The path of an authorization request.
    fn visit(&self, state: &str, more: &str) -> String {
        let (id, _) = &self.app;
        let redirect: String = form_urlencoded::byte_serialize(REDIRECT.as_bytes()).collect();
        let challenge = challenge();
        format!(
            "/authorize?response_type=code&client_id={id}&redirect_uri={redirect}&scope={SCOPE}\
             &state={state}&code_challenge={challenge}&code_challenge_method=S256{more}"
        )
    }

    /// A request that is answered with a code, because consent is remembered. The users take turns.
    pub(crate) fn ask_code(&self, number: usize) -> Request {
        let path = self.visit(&format!("state{number}"), "");
        let cookies = self.people.get(number % self.people.len().max(1));
        Request::new("GET", self.port, &path).header("Cookie", cookies.map_or("", String::as_str))
    }

    /// Requests that are answered with a consent page, although consent is remembered.
    pub(crate) fn ask_pages(&self) -> Vec<Request> {
        let page = |cookies: &String| {
            let path = self.visit("page", "&prompt=consent");
            Request::new("GET", self.port, &path).header("Cookie", cookies)
        };
        self.people.iter().map(page).collect()
    }

    /// Exchanges a code (RFC 6749 §4.1.3).
    pub(crate) fn exchange(&self, code: &str) -> Request {
        exchange(self.port, "/token", &self.app, code)
    }

    /// Its client id and secret.
    pub(crate) const fn app(&self) -> &Pair {
        &self.app
    }

    /// Sign-ins of unknown users with a wrong password, from a page that was opened before. The
    /// number selects the user.
    ///
    /// # Errors
    /// When there is no such page.
    /// When there is no such page.
    pub(crate) fn strangers(&self) -> Result<impl Fn(u32) -> Request + Sync + use<>, String> {
        let mut browser = Browser::open(self.port)?;
        let (at, page) = browser.follow(&self.visit("flood", ""))?;
        let csrf = browser::hidden(&page, "csrf").ok_or("no form to sign in with")?;
        let (port, cookies) = (self.port, browser.cookies());
        Ok(move |number| {
            let email = format!("stranger{number}@bench.example");
            let fields = [("csrf", &*csrf), ("email", &*email), ("password", "wrong password")];
            Request::new("POST", port, &at).header("Cookie", &cookies).form(&fields)
        })
    }
}

/// Exchanges a code at the token endpoint of a server, ours or the probe.
pub(crate) fn exchange(port: u16, path: &str, (id, secret): &Pair, code: &str) -> Request {
    Request::new("POST", port, path).basic(id, secret).form(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ])
}

/// Presents a refresh token to a server, ours or the probe.
pub(crate) fn refresh(port: u16, path: &str, (id, secret): &Pair, token: &str) -> Request {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    Request::new("POST", port, path).basic(id, secret).form(&form)
}

/// The code in a redirect to the app.
///
/// # Errors
/// When the answer has none.
pub(crate) fn code_of(answer: &Answer) -> Result<String, String> {
    match answer.field("location") {
        Some(location) if matches!(answer.status, 302 | 303) => code(location),
        _ => Err(format!("no code: {}", answer.in_words())),
    }
}

fn code(location: &str) -> Result<String, String> {
    let query = location.strip_prefix(REDIRECT).and_then(|rest| rest.strip_prefix('?'));
    let mut fields = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let code = fields.find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
    code.ok_or_else(|| format!("no code in {location}"))
}
