//! Access requests end to end: a form, a queue, a mail to a real socket, a link, a secret that
//! works.

mod abuse;
mod answers;
mod post_office;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::dialects::person::Person;
use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, form, post};
use crate::harness::realm::Realm;
use post_office::{Letter, PostOffice};

const AUDIENCE: &str = "https://cameras.example";
/// The time limit for a mail.
const PATIENCE: Duration = Duration::from_secs(20);

/// A realm that accepts access requests, and its mail server.
struct Fixture {
    server: Server,
    admin: Admin,
    office: PostOffice,
}

impl Fixture {
    fn open() -> Self {
        Self::with(PostOffice::open())
    }

    fn with(office: PostOffice) -> Self {
        Self::configured(office, "")
    }

    /// Behind a proxy on this machine: a request says from which address it comes.
    fn behind_a_proxy() -> Self {
        Self::configured(PostOffice::open(), "trusted_proxies = [\"127.0.0.1\"]\n")
    }

    fn configured(office: PostOffice, first: &str) -> Self {
        let realm = Realm::new("fyma");
        let configuration = fs::read_to_string(realm.configuration()).unwrap();
        let mut configuration = format!("{first}{configuration}");
        configuration.push_str(&format!(
            "\n[mail]\nfrom = \"API access <api@postern.example>\"\nhost = \"127.0.0.1\"\n\
             port = {}\nencryption = \"none\"\ntimeout = \"2s\"\n",
            office.port
        ));
        fs::write(realm.configuration(), configuration).unwrap();
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(AUDIENCE, &["cameras:read", "cameras:write"]);
        Self { server, admin, office }
    }

    fn visitor(&self) -> Visitor {
        Visitor::at(&self.admin.base)
    }

    /// The requests in a state.
    fn queue(&self, state: &str) -> Vec<Value> {
        let list = self.admin.read(&format!("/access-requests?state={state}"));
        list["data"].as_array().unwrap().clone()
    }

    /// Sends a request. Returns its id.
    fn submit_request(&self) -> String {
        self.visitor().ask(&wish()).expect(303);
        self.queue("pending").last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    fn decide(&self, id: &str, how: &str, body: &Value) -> Value {
        let path = format!("/access-requests/{id}/{how}");
        self.admin.call("POST", &path, Some(body)).expect(200).json()
    }

    /// Waits until a request's answer was mailed.
    fn mailed(&self, id: &str) {
        let started = Instant::now();
        while self.admin.read(&format!("/access-requests/{id}"))["mailed"] != true {
            assert!(started.elapsed() < PATIENCE, "not mailed:\n{}", self.server.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn path_in(&self, letter: &Letter) -> String {
        let line = letter.text.lines().find(|line| line.starts_with(&self.admin.base));
        let link = line.unwrap_or_else(|| panic!("no link in {letter:?}"));
        link.strip_prefix(&self.admin.base).unwrap().to_owned()
    }
}

/// The fields of the form.
fn wish() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Ada Lovelace"),
        ("organization", "Analytical Engines"),
        ("use_case", "Count the ships.\r\nAt night, too."),
        ("contact", "ada@example.com"),
    ]
}

/// Sends the form of the realm at `base`.
pub(crate) fn ask(base: &str) {
    Visitor::at(base).ask(&wish()).expect(303);
}

/// A person without an account, and their browser.
struct Visitor(Person);

impl Visitor {
    fn at(base: &str) -> Self {
        Self(Person::of(&json!({"base": base, "user": {"email": "", "password": ""}})))
    }

    fn open(&mut self, path: &str) -> Answer {
        self.0.open(path)
    }

    /// Opens a page with a form, and submits it with these fields.
    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open(path).expect(200);
        let csrf = hidden(&page);
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = post(&self.0.base, path).header("Origin", &self.0.base);
        self.0.ask(ask.text("application/x-www-form-urlencoded", form(fields)))
    }

    fn ask(&mut self, wish: &[(&str, &str)]) -> Answer {
        self.send("/access-request", wish)
    }
}

/// The token in a page's form.
fn hidden(page: &Answer) -> String {
    between(page.text(), "name=\"csrf\" value=\"", "\"")
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

/// The credentials on the page that shows them.
fn shown(page: &Answer) -> (String, String, String) {
    let member = |id: &str| between(page.text(), &format!("<code id=\"{id}\">"), "</code>");
    let audience = between(page.text(), "<code class=\"audience\">", "</code>");
    (member("client_id"), member("client_secret"), audience)
}

fn is_private(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let policy = answer.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!answer.text().contains("<script"));
}

#[test]
fn from_the_form_to_a_token_the_secret_is_in_no_mail_and_no_log() {
    let fixture = Fixture::open();
    let mut ada = fixture.visitor();
    is_private(&ada.open("/access-request").expect(200));
    let sent = ada.ask(&wish()).expect(303);
    assert_eq!(sent.header("location"), Some("/access-request/sent"));
    is_private(&ada.open("/access-request/sent").expect(200));
    let queue = fixture.queue("pending");
    assert_eq!(queue[0]["use_case"], "Count the ships.\nAt night, too.");
    let id = queue[0]["id"].as_str().unwrap();
    let approval = json!({"scopes": ["cameras:read"], "budget": {"per_day": 3}});
    fixture.decide(id, "approve", &approval);

    let letter = fixture.office.next();
    assert_eq!(letter.to, ["ada@example.com"]);
    assert_eq!(letter.header("From"), "\"API access\" <api@postern.example>");
    assert_eq!(letter.header("To"), "ada@example.com");
    assert_eq!(letter.header("Subject"), "Your API access");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert!(letter.text.contains("Hello Ada Lovelace,"), "{letter:?}");
    let link = fixture.path_in(&letter);
    fixture.mailed(id);

    for _ in 0..2 {
        let page = ada.open(&link).expect(200);
        is_private(&page);
        assert_eq!(page.header("referrer-policy"), Some("strict-origin"));
    }
    let scanner = fixture.visitor().post(&link, &[]).expect(400);
    assert!(scanner.text().contains("Show my credentials"), "nothing was spent");
    let page = ada.send(&link, &[]).expect(200);
    is_private(&page);
    assert_eq!(page.header("referrer-policy"), Some("strict-origin"));
    let (client, secret, audience) = shown(&page);
    assert_eq!(audience, AUDIENCE);
    let endpoint = between(page.text(), "<code id=\"token_endpoint\">", "</code>");
    assert_eq!(endpoint, format!("{}/oauth/token", fixture.admin.base));
    let token = post(&fixture.admin.base, "/oauth/token").json(&json!({
        "grant_type": "client_credentials",
        "audience": audience,
        "client_id": client,
        "client_secret": secret,
    }));
    let token = token.send().expect(200).json();
    assert_eq!(token["scope"], "cameras:read");
    assert_eq!(token["expires_in"], 86_400);

    let used = ada.open(&link).expect(404);
    assert!(used.text().contains("This link does not work any more"), "{}", used.text());
    assert_eq!(used.header("referrer-policy"), Some("strict-origin"));
    assert_eq!(fixture.admin.why(&used), "link_used");
    fixture.visitor().post(&link, &[("csrf", "x")]).expect(404);
    let reported = fixture.admin.read(&format!("/events?target={id}")).to_string();
    for action in ["created", "approved", "mailed", "fetched"] {
        assert!(reported.contains(&format!("access_request.{action}")), "{action} in {reported}");
    }
    let log = fixture.server.log();
    let sealed = link.strip_prefix("/credentials/").unwrap();
    for hidden in [sealed, secret.as_str(), "Count the ships"] {
        assert!(!log.contains(hidden), "{hidden} is in the log");
        assert!(!reported.contains(hidden), "{hidden} is in the events");
    }
    assert!(!letter.raw.contains(&secret));
}

#[test]
fn two_concurrent_uses_of_a_link_get_one_secret() {
    let fixture = Fixture::open();
    let id = fixture.submit_request();
    fixture.decide(&id, "approve", &json!({}));
    let link = fixture.path_in(&fixture.office.next());
    let posts = std::thread::scope(|scope| {
        let one = || {
            let mut other_visitor = fixture.visitor();
            other_visitor.send(&link, &[]).status
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        threads.into_iter().filter_map(|it| it.join().ok()).collect::<Vec<_>>()
    });
    assert_eq!(posts.iter().filter(|status| **status == 200).count(), 1, "{posts:?}");
    let request = fixture.admin.read(&format!("/access-requests/{id}"));
    let client = request["client"].as_str().unwrap();
    let secrets = fixture.admin.read(&format!("/clients/{client}/secrets"));
    assert_eq!(secrets["data"].as_array().unwrap().len(), 1);
}

#[test]
fn the_portal_of_the_demo_shows_what_was_mailed() {
    let server = Server::dev();
    let admin = server.admin("fyma");
    let mut ada = Visitor::at(&admin.base);
    ada.ask(&[
        ("name", "<b>Ada</b>"),
        ("organization", "A & B"),
        ("use_case", "x"),
        ("contact", "ada@example.com"),
    ])
    .expect(303);
    let id = admin.read("/access-requests?state=pending")["data"][0]["id"].clone();
    admin.act(&format!("/access-requests/{}/approve", id.as_str().unwrap()));
    let started = Instant::now();
    let page = loop {
        let page = Visitor::at(&server.base).open("/mail").expect(200);
        if page.text().contains("/credentials/") {
            break page;
        }
        assert!(started.elapsed() < PATIENCE, "{}", page.text());
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(page.text().contains("Hello &#60;b&#62;Ada&#60;/b&#62;,"), "{}", page.text());
    let link = between(page.text(), &format!("href=\"{}", admin.base), "\"");
    let (client, secret, audience) = shown(&ada.send(&link, &[]).expect(200));
    let token = post(&admin.base, "/oauth/token").json(&json!({
        "grant_type": "client_credentials",
        "audience": audience,
        "client_id": client,
        "client_secret": secret,
    }));
    token.send().expect(200);
}
