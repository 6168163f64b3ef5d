//! A dialect that is written only in TOML and differs from the built-in ones, loaded by the
//! program.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::admin::Admin;
use crate::harness::http::{Answer, Ask, ask, post};
use crate::harness::realm::{Machine, Realm};
use crate::harness::{Server, postern};

const TOML: &str = include_str!("../../../dialect/tests/harbour.toml");
const QUAY: &str = "https://quay.example";

struct Harbour {
    _server: Server,
    admin: Admin,
    tenant: Machine,
}

impl Harbour {
    fn open() -> Self {
        let realm = realm(TOML);
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(QUAY, &["moor", "unload"]);
        let organization = admin.create("/organizations", &json!({"name": "Hanse"}));
        assert!(organization["id"].as_str().unwrap().starts_with("harbour-"));
        let new = json!({"name": "Cog", "organization": organization["id"]});
        let tenant = admin.machine(&new, QUAY);
        assert!(tenant.id.starts_with("berth-") && tenant.secret.starts_with("hbr_live_"));
        Self { _server: server, admin, tenant }
    }

    fn base(&self) -> &str {
        &self.admin.base
    }

    fn passes(&self, place: &str, key: &str) -> Ask {
        let target = format!("/{place}/{}/passes?{key}", self.tenant.id);
        ask(self.base(), "PUT", &target)
    }

    fn pass(&self) -> String {
        let key = format!("key={}", self.tenant.secret);
        let answer = self.passes("harbours", &key).json(&json!({})).send().expect(202).json();
        answer["pass"]["text"].as_str().unwrap().to_owned()
    }

    fn look(&self, pass: &str) -> Answer {
        let ask = post(self.base(), "/passes/look").json(&json!({"pass": pass}));
        ask.basic(&self.tenant.id, &self.tenant.secret).send()
    }
}

/// A realm of a dialect of this text.
fn realm(toml: &str) -> Realm {
    let realm = Realm::new("harbour.toml");
    fs::write(realm.folder.path().join("harbour.toml"), toml).unwrap();
    realm
}

#[test]
fn a_pass_is_asked_for_with_put_and_answered_nested() {
    let harbour = Harbour::open();
    let (id, secret) = (&harbour.tenant.id, &harbour.tenant.secret);
    for (place, key) in [("harbours", "key"), ("quays", "k")] {
        let asked = harbour.passes(place, &format!("{key}={secret}"));
        let answer = asked.json(&json!({"may": "moor"})).send().expect(202);
        assert_eq!(answer.header("x-berth"), Some(format!("{id}; harbour").as_str()));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        let pass = body["pass"]["text"].as_str().unwrap();
        assert!(pass.starts_with("hbr_pass_"), "{pass}");
        assert_eq!(
            (&body["pass"]["kind"], &body["pass"]["seconds"]),
            (&json!("Pass"), &json!(900))
        );
        assert_eq!(body["may"], json!(["moor"]));
        let holder = body["holder"].as_str().unwrap();
        assert!(holder.starts_with("harbour-") && holder.ends_with(&format!(" by {id}")));
        assert_eq!((&body["of"][0], &body["of"][3]), (&json!(id), &json!(true)));
    }
    let slash = format!("/harbours/{id}/passes/?key={secret}");
    assert_eq!(ask(harbour.base(), "PUT", &slash).send().status, 202);
    assert_eq!(ask(harbour.base(), "POST", &slash).send().status, 405);
}

#[test]
fn a_pass_is_looked_at_and_given_back() {
    let harbour = Harbour::open();
    let (pass, other) = (harbour.pass(), harbour.pass());
    let reported = harbour.look(&pass).expect(200).json();
    assert_eq!(reported["active"], true);
    assert_eq!(reported["may"], json!(["moor", "unload"]));
    assert_eq!(reported["holder"], harbour.tenant.id);
    assert!(reported["until"].is_i64());
    let mut members: Vec<&String> = reported.as_object().unwrap().keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["active", "holder", "may", "until"]);

    // It defines no revocation of its own, so the one of the RFCs applies.
    let revoke = post(harbour.base(), "/revoke").form(&[("token", &pass)]);
    revoke.basic(&harbour.tenant.id, &harbour.tenant.secret).send().expect(200);
    assert_eq!(harbour.look(&pass).expect(200).json(), json!({"active": false}));
    assert_eq!(harbour.look(&other).expect(200).json()["active"], true);
    harbour.admin.act(&format!("/clients/{}/suspend", harbour.tenant.id));
    assert_ne!(harbour.look(&other).status, 200, "who asks is suspended, too");
}

#[test]
fn each_endpoint_has_its_own_error_format() {
    let harbour = Harbour::open();
    let turned_away = harbour.passes("quays", "k=wrong").json(&json!({})).send();
    let shape = |answer: &Answer, status: u16, name: &str| -> Value {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("x-problem"), Some("true"));
        let problem = answer.json()["problem"].clone();
        assert_eq!(problem["name"], name);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["trace"], json!([answer.request_id()]));
        problem
    };
    let problem = shape(&turned_away, 403, "turned_away");
    assert_eq!(problem["text"], "No berth.");
    assert_eq!(harbour.admin.why(&turned_away), "secret_foreign");

    let look = post(harbour.base(), "/passes/look").json(&json!({"pass": "x"}));
    let nobody = look.basic("nobody", "x").send();
    shape(&nobody, 401, "turned_away");
    let challenge = format!("Harbour realm=\"{}\"", harbour.base());
    assert_eq!(nobody.header("www-authenticate"), Some(challenge.as_str()));

    let secret = &harbour.tenant.secret;
    let doubled = harbour.passes("quays", &format!("key={secret}&k={secret}")).send();
    shape(&doubled, 400, "invalid_request");
    let greedy = harbour.passes("quays", &format!("k={secret}")).json(&json!({"may": "rule"}));
    shape(&greedy.send(), 400, "invalid_scope");
    let nowhere = post(harbour.base(), "/no/such/place").send();
    assert_eq!((nowhere.status, nowhere.body.len()), (404, 0));
}

/// The program's message about a dialect that it refuses.
fn refused(toml: &str) -> String {
    let realm = realm(toml);
    let mut command = postern();
    let output = command.arg("serve").arg("--config").arg(realm.configuration()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!Path::new(&realm.folder.path().join("data.db")).exists(), "nothing was written");
    let reported = String::from_utf8(output.stderr).unwrap();
    assert_eq!(reported.lines().count(), 1, "{reported}");
    reported
}

#[test]
fn an_invalid_file_is_refused_with_position_and_expectation() {
    let line_of =
        |wanted: &str| 1 + TOML.lines().position(|line| line.starts_with(wanted)).unwrap();
    for (good, bad, expected) in [
        ("status = 202", "status = 402", "200"),
        ("methods = [\"PUT\"]", "methods = [\"FETCH\"]", "GET"),
        ("algorithm = \"EdDSA\"", "algorithm = \"none\"", "ES256"),
        ("lifetime = \"15m\"", "lifetime = \"soon\"", "expected"),
        ("number = \"{token_id}\"", "number = \"{token}\"", "{token_id}"),
        ("trailing_slash = true", "trailing_slashes = true", "trailing_slash"),
        ("body_limit = 16384", "body_limit = \"much\"", "number"),
    ] {
        let broken = TOML.replacen(good, bad, 1);
        assert_ne!(broken, TOML);
        let reported = refused(&broken);
        let place = format!("harbour.toml:{}", line_of(good));
        assert!(reported.contains(&place), "{bad}: no {place} in {reported}");
        assert!(reported.contains(expected), "{bad}: no {expected} in {reported}");
    }
    let reported = refused("name = \"harbour\"\n[[endpoint]\n");
    assert!(reported.contains("harbour.toml:2"), "{reported}");
}
