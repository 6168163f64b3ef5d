//! Faults of what an app presents: codes, verifiers, refresh tokens.

use std::time::Duration;

use oauth::{Operation, Problem as P};
use serde_json::{Value as Json, json};

use super::draft::{Draft, Value};
use super::judge::{Expect, judge, must};
use super::person::{App, People, VERIFIER, is_open, text};
use super::realm::AUDIENCE;
use super::table::{Location, Spot};

pub(super) fn check_all<'a>(people: &People<'a>, spots: &'a [Spot<'a>], foreign: &str) -> usize {
    let mut walked = 0;
    for at in spots {
        if at.endpoint.operation() == Operation::Token && at.reads("code") {
            let exchange = Exchange {
                people,
                at,
                app: people.app("brings codes", is_open(at)),
                other: people.app("brings others' codes", is_open(at)),
                api: api(people),
            };
            exchange.twice();
            exchange.not_its_own(foreign);
            exchange.unproven();
            exchange.parameters();
            exchange.renewed();
            exchange.meanwhile();
            walked += 1;
        }
    }
    walked
}

fn api(people: &People<'_>) -> (String, String) {
    let servers = people.realm.admin.read("/resource-servers");
    let servers = servers["data"].as_array().unwrap();
    let server = servers.iter().find(|it| it["identifier"] == AUDIENCE).unwrap();
    let id = text(server, "id");
    let secrets = format!("/resource-servers/{id}/secrets");
    let secret = people.realm.admin.create(&secrets, &json!({"label": "introspects"}));
    (id, text(&secret, "secret"))
}

struct Exchange<'p, 'a> {
    people: &'p People<'a>,
    at: &'a Spot<'a>,
    app: App,
    other: App,
    /// The credentials with which the API introspects.
    api: (String, String),
}

impl<'a> Exchange<'_, 'a> {
    fn good(&self) -> Draft<'a> {
        let code = self.people.code(&self.app, self.at);
        self.people.brings(&self.app, self.at, &code)
    }

    fn judge(&self, what: &str, draft: &Draft<'_>, expect: &Expect) -> Json {
        let path = &self.at.endpoint.paths()[0];
        let what = format!("{} {path}: {what}", self.people.realm.name);
        let answer = judge(self.at, &what, &draft.ask(), expect);
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    fn fails(&self, what: &str, draft: &Draft<'_>, problems: &[P]) {
        self.judge(what, draft, &Expect::one_of(problems));
    }

    /// Whether a failed attempt leaves the code usable.
    fn goes_on(&self, draft: &Draft<'_>) {
        if self.people.realm.dialect.authorization().code_single_attempt {
            self.fails("after one attempt", draft, &[P::InvalidGrant]);
        } else {
            self.judge("after failed attempts", draft, &Expect::fine());
        }
    }

    /// RFC 6749 §4.1.2: a second use of a code revokes the tokens of the first.
    fn twice(&self) {
        let good = self.good();
        let given = self.judge("a good code", &good, &Expect::fine());
        let token = access_token(&given);
        let before = self.is_active(&token);
        self.fails("the code again", &good, &[P::InvalidGrant]);
        must(!self.is_active(&token), || {
            format!("{}: a token of a code used twice lives on", self.people.realm.name)
        });
        must(before, || format!("{}: its token was never good", self.people.realm.name));
        if let Some(renewal) = refresh_token(&given) {
            self.fails("its refresh token", &self.renews(&self.app, &renewal), &[P::InvalidGrant]);
        }
        self.fails("the code a third time", &good, &[P::InvalidGrant]);
    }

    fn is_active(&self, token: &str) -> bool {
        let people = self.people;
        let spots = super::machines(people.realm);
        let spot = spots.iter().find(|it| it.endpoint.operation() == Operation::Introspection);
        let spot = spot.unwrap();
        let mut draft = Draft::good(people.realm, spot, spot.accepts[0]);
        let (id, secret) = &self.api;
        assert!(draft.set("token", token) && draft.set("client_id", id));
        assert!(draft.set("client_secret", secret));
        draft.ask().send().expect(200).json()["active"] == json!(true)
    }

    /// Another client, another redirect URI, invalid codes.
    fn not_its_own(&self, foreign: &str) {
        let good = self.good();
        let code = value(&good, "code");
        let mut others = self.people.brings(&self.other, self.at, &code);
        self.fails("another client's code", &others, &[P::InvalidGrant]);
        others.set("code", foreign);
        self.fails("another realm's code", &others, &[P::InvalidGrant]);
        if self.at.reads("redirect_uri") {
            for uri in ["https://app.example/cb", "https://evil.example/", "x", "\u{1F511}"] {
                let mut draft = self.good();
                draft.set("redirect_uri", uri);
                self.fails("another redirect URI", &draft, &[P::InvalidGrant]);
            }
            let mut draft = self.good();
            draft.fields.retain(|it| it.named.parameter != "redirect_uri");
            self.fails("no redirect URI", &draft, &[P::InvalidGrant, P::InvalidRequest]);
        }
        let mut changed = code.clone();
        let last = changed.pop().unwrap();
        changed.push(if last == 'A' { 'B' } else { 'A' });
        for bad in [
            changed.as_str(),
            &code[..code.len() / 2],
            &format!("{code}A"),
            &format!(" {code}"),
            &format!("{code}\n"),
            "x",
            "\u{1F511}\0",
            &"A".repeat(8_000),
            &self.app.id,
        ] {
            let mut draft = good.clone();
            draft.set("code", bad);
            self.fails("a code that is none", &draft, &[P::InvalidGrant]);
        }
        self.goes_on(&self.good_after_failure());
    }

    fn good_after_failure(&self) -> Draft<'a> {
        let good = self.good();
        let mut wrong = good.clone();
        wrong.set("code_verifier", &"w".repeat(50));
        self.fails("a wrong verifier", &wrong, &[P::InvalidGrant]);
        good
    }

    /// RFC 7636 §4.1, §4.6.
    fn unproven(&self) {
        let malformed = [P::InvalidGrant, P::InvalidRequest];
        for (what, verifier) in [
            ("short", "v".repeat(42)),
            ("long", "v".repeat(129)),
            ("with a space", format!("{VERIFIER} ")),
            ("of another alphabet", "\u{e9}".repeat(43)),
            ("with NUL", format!("{VERIFIER}\0")),
            ("another one", "v".repeat(43)),
            ("the challenge itself", oauth::pkce::s256(VERIFIER)),
        ] {
            let mut draft = self.good();
            draft.set("code_verifier", &verifier);
            self.fails(&format!("a verifier {what}"), &draft, &malformed);
        }
        let mut draft = self.good();
        draft.fields.retain(|it| it.named.parameter != "code_verifier");
        self.fails("no verifier", &draft, &malformed);
    }

    /// Every parameter doubled, malformed or missing.
    fn parameters(&self) {
        let good = self.good();
        for (index, field) in good.fields.iter().enumerate() {
            let parameter = &field.named.parameter;
            if matches!(field.named.location, Location::Body(_) | Location::Query(_)) {
                let mut twice = good.clone();
                twice.fields.push(field.clone());
                let invalid = [P::InvalidRequest];
                self.fails(&format!("{parameter} doubled"), &twice, &invalid);
                let mut long = good.clone();
                long.fields[index].value = Value::Text("x".repeat(9 * 1024));
                self.fails(&format!("{parameter} too long"), &long, &invalid);
            }
            if parameter.starts_with("client_") {
                let mut wrong = good.clone();
                wrong.fields[index].value = Value::Text("nobody".to_owned());
                self.fails(&format!("{parameter} wrong"), &wrong, &[P::InvalidClient]);
            }
            let mut without = good.clone();
            without.fields.remove(index);
            if matches!(parameter.as_str(), "code" | "client_id" | "client_secret" | "grant_type") {
                let problems = [P::InvalidRequest, P::InvalidClient];
                self.fails(&format!("{parameter} missing"), &without, &problems);
            }
        }
        let machine = &self.people.realm.machine;
        let machine = App { id: machine.id.clone(), secret: Some(machine.secret.clone()) };
        if !is_open(self.at) {
            let draft = self.people.brings(&machine, self.at, &value(&good, "code"));
            let problems = [P::UnauthorizedClient, P::InvalidClient, P::InvalidGrant];
            self.fails("a machine with a code", &draft, &problems);
        }
    }

    fn renews(&self, app: &App, token: &str) -> Draft<'a> {
        let mut draft = self.people.brings(app, self.at, "");
        draft.fields.retain(|it| {
            !matches!(it.named.parameter.as_str(), "code" | "code_verifier" | "redirect_uri")
        });
        draft.set("grant_type", "refresh_token");
        let named = self.at.named.iter().find(|it| it.parameter == "refresh_token");
        if let Some(named) = named {
            let value = Value::Text(token.to_owned());
            draft.fields.push(super::draft::Field { named: named.clone(), value });
        }
        draft
    }

    /// Refresh tokens: another client's, mistyped, doubled, and the valid one at the end.
    fn renewed(&self) {
        if !self.at.reads("refresh_token") {
            return;
        }
        let given = self.judge("a good code", &self.good(), &Expect::fine());
        let Some(token) = refresh_token(&given) else {
            must(false, || format!("{}: no refresh token: {given}", self.people.realm.name));
            return;
        };
        let grant = [P::InvalidGrant];
        self.fails("another client's", &self.renews(&self.other, &token), &grant);
        let mut typo = token.clone();
        let last = typo.pop().unwrap();
        typo.push(if last == 'a' { 'b' } else { 'a' });
        for bad in [typo.as_str(), &token[1..], &format!("{token} "), "x", "\u{1F511}"] {
            self.fails("no refresh token of ours", &self.renews(&self.app, bad), &grant);
        }
        let good = self.renews(&self.app, &token);
        let mut twice = good.clone();
        twice.fields.push(good.fields.last().unwrap().clone());
        self.fails("a doubled refresh token", &twice, &[P::InvalidRequest]);
        self.judge("a good refresh token", &good, &Expect::fine());
    }

    /// Changes between the code and its exchange.
    fn meanwhile(&self) {
        let (people, admin) = (self.people, &self.people.realm.admin);
        let good = self.good();
        admin.act(&format!("/clients/{}/suspend", self.app.id));
        let suspended = [P::ClientSuspended, P::InvalidClient, P::InvalidGrant];
        self.fails("the app was suspended", &good, &suspended);
        admin.act(&format!("/clients/{}/activate", self.app.id));

        let connected = self.judge("a connection", &self.good(), &Expect::fine());
        let renewal = refresh_token(&connected).filter(|_| self.at.reads("refresh_token"));
        let good = self.good();
        let of = format!("/users/{}/memberships/{}", people.user, people.organization);
        let never =
            people.realm.dialect.authorization().organization == dialect::OrganizationChoice::Never;
        if !never {
            admin.call("DELETE", &of, Some(&json!({}))).expect(200);
            self.fails("the person left", &good, &[P::InvalidGrant]);
            if let Some(token) = &renewal {
                self.fails("renewed since", &self.renews(&self.app, token), &[P::InvalidGrant]);
            }
            let token = access_token(&connected);
            must(!self.is_active(&token), || {
                format!("{}: a removed member's token lives on", people.realm.name)
            });
            admin.call("PUT", &of, Some(&json!({}))).expect(200);
        }
        let lifetime = people.realm.dialect.lifetimes().code;
        if lifetime <= Duration::from_secs(5) {
            let late = self.good();
            std::thread::sleep(lifetime + Duration::from_millis(1_100));
            self.fails("too late", &late, &[P::InvalidGrant]);
        }
    }
}

fn value(draft: &Draft<'_>, parameter: &str) -> String {
    let field = draft.fields.iter().find(|it| it.named.parameter == parameter).unwrap();
    match &field.value {
        Value::Text(text) => text.clone(),
        Value::Literal(_) => unreachable!(),
    }
}

fn access_token(given: &Json) -> String {
    let found = ["access_token", "token", "pass"].iter().find_map(|name| given[*name].as_str());
    found.unwrap_or_default().to_owned()
}

fn refresh_token(given: &Json) -> Option<String> {
    let names = ["refresh_token", "refreshToken", "renewal"];
    names.iter().find_map(|name| given[*name].as_str()).map(str::to_owned)
}
