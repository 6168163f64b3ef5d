//! The command line against a running demo: commands and their output.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::harness::http::get;
use crate::harness::{Server, postern, run};

/// A demo and one of its realms.
struct Fixture {
    server: Server,
    realm: &'static str,
}

impl Fixture {
    fn at(realm: &'static str) -> Self {
        Self { server: Server::dev(), realm }
    }

    fn run(&self, line: &[&str]) -> Output {
        let mut command = postern();
        command.args(line).args(["--demo", self.realm, "--data"]);
        command.arg(self.server.folder().join("data")).output().unwrap()
    }

    /// The output of a command, which must succeed.
    fn say(&self, line: &[&str]) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, line: &[&str]) -> Value {
        let text = self.say(&[line, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn base(&self) -> String {
        self.server.demo()["realms"][self.realm]["base"].as_str().unwrap().to_owned()
    }
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[test]
fn a_customer_is_set_up_looked_at_and_suspended_by_hand() {
    let fixture = Fixture::at("fyma");
    let org = fixture.json(&["org", "create", "Acme"]);
    let client = fixture.json(&["client", "create", "Machine", "--organization", id(&org)]);
    let (client, secret) = (id(&client).to_owned(), client["secret"].as_str().unwrap().to_owned());
    let grant = fixture.json(&["grant", "create", &client]);
    assert!(!grant["scopes"].as_array().unwrap().is_empty());
    let second = fixture.json(&["secret", "create", "--client", &client, "--label", "second"]);
    let listed = fixture.say(&["secret", "list", "--client", &client]);
    assert!(listed.contains("second") && !listed.contains(&secret), "{listed}");
    fixture.say(&["secret", "revoke", "--client", &client, id(&second), "--reason", "not needed"]);
    fixture.say(&["budget", "set", "--client", &client, "--per-day", "7"]);
    let budget = fixture.json(&["budget", "show", "--client", &client]);
    assert_eq!(budget["day"]["remaining"], 7);
    fixture.say(&["client", "suspend", &client]);
    let why = fixture.say(&["why", &client]);
    assert!(why.contains("NOT active") && why.contains("the client is suspended"), "{why}");
    assert!(why.contains("client.suspended"), "{why}");
    let everything = fixture.json(&["event", "list", "--all"]);
    assert!(everything["next"].is_null());
    assert!(!everything.to_string().contains(&secret));
    let kept = fixture.server.log();
    assert!(!kept.contains(&secret) && !kept.contains(second["secret"].as_str().unwrap()));
}

#[test]
fn legacy_tokens_are_imported_distinct_and_work() {
    let fixture = Fixture::at("fyma");
    let org = fixture.json(&["org", "list"])["data"][0]["id"].as_str().unwrap().to_owned();
    let file = fixture.server.folder().join("tokens.csv");
    let secret = |n: usize| base::encoding::base64url(base::digest::sha256(&n.to_be_bytes()));
    let mut rows: String = (0..2_000).map(|n| format!("old-{n},{},{org}\n", secret(n))).collect();
    rows.push_str("bad one,s3cret,nobody\nold-x,s3cret,nobody\n");
    fs::write(&file, format!("id,secret,organization\n{rows}")).unwrap();
    let import = || fixture.run(&["token", "import", file.to_str().unwrap()]);
    let reported = import();
    let text = String::from_utf8_lossy(&reported.stderr).into_owned();
    assert_eq!(reported.status.code(), Some(1), "two rows were refused: {text}");
    assert!(text.contains("2000 imported, 0 unchanged, 2 refused"), "{text}");
    assert!(
        text.contains("tokens.csv:2002: bad one: ") && text.contains("tokens.csv:2003: "),
        "{text}"
    );
    assert!(!text.contains("s3cret") && !text.contains(&secret(7)), "{text}");
    let again = String::from_utf8_lossy(&import().stderr).into_owned();
    assert!(again.contains("0 imported, 2000 unchanged, 2 refused"), "{again}");
    let weak = fixture.server.folder().join("weak.csv");
    fs::write(&weak, format!("id,secret,organization\nold-w,004213,{org}\n")).unwrap();
    let refused = fixture.run(&["token", "import", weak.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("0 imported") && text.contains("allow_weak"), "{text}");
    let told = fixture.run(&["token", "import", weak.to_str().unwrap(), "--allow-weak"]);
    let text = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert!(text.contains("1 imported") && text.contains("can be guessed"), "{text}");
    let answer = get(&fixture.base(), "/tracking-cameras").basic("old-1999", &secret(1_999)).send();
    assert_eq!(answer.status, 200);
    fixture.say(&["token", "legacy", "revoke", "old-1999", "--reason", "leaked"]);
    let answer = get(&fixture.base(), "/tracking-cameras").basic("old-1999", &secret(1_999)).send();
    assert_eq!(answer.status, 401);
    let why = fixture.say(&["why", "old-1999"]);
    assert!(why.contains("leaked"), "{why}");
}

#[test]
fn a_narrow_key_is_limited_to_its_scopes() {
    let fixture = Fixture::at("speculo");
    let issue = ["admin-key", "issue", "--label", "reader", "--scope", "clients:read"];
    let key = fixture.json(&issue);
    let file = fixture.server.folder().join("key");
    fs::write(&file, format!("{}\n", key["secret"].as_str().unwrap())).unwrap();
    let with = |line: &[&str]| {
        let mut command = postern();
        command.args(line).args(["--url", &fixture.base(), "--admin-key-file"]);
        command.arg(&file).output().unwrap()
    };
    assert_eq!(with(&["client", "list"]).status.code(), Some(0));
    let refused = with(&["org", "list"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(text.contains("organizations:read") && text.contains("request "), "{text}");
    fixture.say(&["admin-key", "revoke", id(&key)]);
    assert_eq!(with(&["client", "list"]).status.code(), Some(1));
    let listed = fixture.say(&["admin-key", "list"]);
    assert!(listed.contains("reader"), "{listed}");
}

#[test]
fn a_rotated_key_signs_and_the_old_one_is_retired() {
    let fixture = Fixture::at("fyma");
    let listed = fixture.json(&["signing-key", "list"]);
    let mut keys = listed["data"].as_array().unwrap().iter();
    let old = id(keys.find(|it| it["state"] == "active").unwrap()).to_owned();
    assert_eq!(
        fixture.run(&["signing-key", "retire", &old]).status.code(),
        Some(1),
        "the last one"
    );
    let new = fixture.json(&["signing-key", "rotate", "--immediately"]);
    assert_eq!(new["state"], "active");
    fixture.say(&["signing-key", "retire", &old]);
    let published = get(&fixture.base(), "/jwks.json").send();
    let text = published.json().to_string();
    assert!(text.contains(&old) && text.contains(id(&new)), "{text}");
}

#[test]
fn helpers_need_no_server_and_have_their_exit_codes() {
    let pkce = run(&["pkce", "--verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"]);
    let text = String::from_utf8(pkce.stdout).unwrap();
    assert!(text.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "{text}");
    assert_eq!(run(&["pkce", "--verifier", "short"]).status.code(), Some(2));
    assert_eq!(run(&["token", "inspect", "nonsense"]).status.code(), Some(1));
    assert_eq!(run(&["token", "inspect", "-"]).status.code(), Some(1), "standard input is empty");
    let verify = ["jose", "verify", "--jwk", "/nowhere", "--jws", "/nowhere"];
    assert_eq!(run(&verify).status.code(), Some(2));
    assert_eq!(run(&["org", "list"]).status.code(), Some(2), "no realm is named");
    let nobody = run(&["org", "list", "--url", "http://127.0.0.1:9", "--admin-key", "x"]);
    assert_eq!(nobody.status.code(), Some(1));
    let text = String::from_utf8(nobody.stderr).unwrap();
    assert!(text.starts_with("postern: http://127.0.0.1:9 does not answer: "), "{text}");
}
