//! The partner's app of the demo, by plain HTTP: all three flows, and what it never shows.

use serde_json::Value;

use crate::dialects::person::Person;
use crate::harness::Server;
use crate::harness::http::{Answer, ask, get};

/// A visitor of the app, who is also a user at the provider.
struct Visitor {
    app: String,
    cookie: Option<String>,
}

impl Visitor {
    fn of(server: &Server) -> Self {
        let text = std::fs::read(server.folder().join("data/partner.json")).unwrap();
        let settings: Value = serde_json::from_slice(&text).unwrap();
        let base = settings["base"].as_str().unwrap();
        // By its IP address: the name could also resolve to IPv6.
        Self { app: base.replacen("localhost", "127.0.0.1", 1), cookie: None }
    }

    fn send(&mut self, method: &str, path: &str) -> Answer {
        let mut request = ask(&self.app, method, path);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        let answer = request.send();
        if let Some(set) = answer.header("set-cookie") {
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        answer
    }

    fn page(&mut self) -> String {
        self.send("GET", "/").expect(200).text().to_owned()
    }

    /// Connects as `person`.
    fn connect(&mut self, provider: &str, person: &mut Person) {
        let away = self.send("POST", &format!("/connect/{provider}")).expect(303);
        let away = away.header("location").unwrap();
        let back = person.follow(away.strip_prefix(&person.base).unwrap());
        let (_, path) = back.split_once("/callback").unwrap();
        self.send("GET", &format!("/callback{path}")).expect(303);
    }

    /// Presses the button of the newest connection.
    fn press(&mut self, button: &str) -> String {
        let page = self.page();
        let rest = page.split("action=\"/connections/").skip(1);
        let mut actions = rest.map(|rest| rest.split('"').next().unwrap());
        let action = actions.find(|action| action.ends_with(button)).unwrap();
        self.send("POST", &format!("/connections/{action}")).expect(303);
        self.page()
    }
}

#[test]
fn the_app_walks_every_flow_calls_refreshes_and_lets_go() {
    let server = Server::dev();
    let realms = server.demo()["realms"].clone();
    let mut visitor = Visitor::of(&server);
    for (provider, scope) in
        [("spendesk", "settlement:read"), ("spiko", "offline"), ("speckle", "registered for")]
    {
        let demo = &realms[provider];
        let mut person = Person::of(demo);
        if let Some(company) = demo["companies"][1]["name"].as_str() {
            person = person.choosing(company);
        }
        visitor.connect(provider, &mut person);
        let page = visitor.page();
        assert!(page.contains(&format!("data-provider=\"{provider}\"")), "{page}");
        assert!(page.contains(scope), "{page}");
        let page = visitor.press("call");
        assert!(page.contains("<span class=\"tag\">200</span>"), "{page}");
        let page = visitor.press("refresh");
        assert!(page.contains("new tokens") && page.contains("1 time"), "{page}");
        let page = visitor.press("disconnect");
        assert!(page.contains("is gone") && !page.contains("data-provider"), "{page}");
    }
}

#[test]
fn a_connection_that_the_provider_closed_says_so_and_asks_to_connect_again() {
    let server = Server::dev();
    let demo = server.demo()["realms"]["spiko"].clone();
    let mut visitor = Visitor::of(&server);
    visitor.connect("spiko", &mut Person::of(&demo));
    server.admin("spiko").act("/clients/demo-partner/suspend");
    let page = visitor.press("refresh");
    assert!(page.contains("Connect again.") && page.contains(">ended<"), "{page}");
    server.admin("spiko").act("/clients/demo-partner/activate");
    visitor.connect("spiko", &mut Person::of(&demo));
    let page = visitor.page();
    assert!(page.contains(">connected<"), "{page}");
}

#[test]
fn no_page_of_the_app_has_a_whole_token_or_its_secret() {
    let server = Server::dev();
    let demo = server.demo()["realms"]["speckle"].clone();
    let mut visitor = Visitor::of(&server);
    visitor.connect("speckle", &mut Person::of(&demo));
    let page = visitor.press("call");
    let long: Vec<&str> = page
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .filter(|word| word.len() >= 32)
        .collect();
    assert!(long.is_empty(), "{long:?}");
    let text = std::fs::read_to_string(server.folder().join("data/partner.json")).unwrap();
    let settings: Value = serde_json::from_str(&text).unwrap();
    for at in settings["registrations"].as_array().unwrap() {
        let secret = at["client_secret"].as_str().unwrap();
        assert!(!page.contains(secret) && !server.log().contains(secret));
    }
}

#[test]
fn the_portal_shows_the_app_and_its_users_but_no_password() {
    let server = Server::dev();
    let page = get(&server.base, "/").send().expect(200).text().to_owned();
    let demo = server.demo();
    for realm in ["spendesk", "spiko", "speckle"] {
        let user = &demo["realms"][realm]["user"];
        assert!(page.contains(user["email"].as_str().unwrap()), "{page}");
        assert!(!page.contains(user["password"].as_str().unwrap()));
        let base = demo["realms"][realm]["base"].as_str().unwrap();
        assert!(page.contains(&format!("{base}/sign-in")), "{page}");
    }
    assert!(page.contains("Demo partner"), "{page}");
    assert!(server.printed().contains("An app of a partner"));
}
