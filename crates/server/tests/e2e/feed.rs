//! The change feed and the status lists end to end: read by hand, verified by an independent
//! library, and compared with what a token says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use base::encoding::parse_base64url;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, authority, get, post};
use crate::harness::jwt::parts;
use crate::harness::realm::{Machine, Realm};

const API: &str = "https://api.example";
/// A revocation must be published within this time.
const PROMISE: Duration = Duration::from_secs(1);

struct Site {
    server: Server,
    admin: Admin,
    machine: Machine,
    organization: String,
}

impl Site {
    fn open() -> Self {
        let realm = Realm::new("rfc");
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(API, &["things:read"]);
        let organization = admin.create("/organizations", &json!({"name": "Acme"}));
        let organization = organization["id"].as_str().unwrap().to_owned();
        let machine = admin.machine(&json!({"name": "m", "organization": organization}), API);
        Self { server, admin, machine, organization }
    }

    fn base(&self) -> &str {
        &self.admin.base
    }

    fn token(&self) -> String {
        let form = [("grant_type", "client_credentials"), ("audience", API)];
        let ask = post(self.base(), "/token").basic(&self.machine.id, &self.machine.secret);
        let reply = ask.form(&form).send().expect(200).json();
        reply["access_token"].as_str().unwrap().to_owned()
    }

    fn is_active(&self, token: &str) -> bool {
        let ask = post(self.base(), "/introspect").basic(&self.machine.id, &self.machine.secret);
        let answer = ask.form(&[("token", token)]).send();
        // A suspended client may not even introspect.
        answer.status == 200 && answer.json()["active"] == true
    }

    /// The answer of the feed, after the node has started.
    fn read(&self, target: &str) -> Answer {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = get(self.base(), target).send();
            if answer.status != 503 || Instant::now() > until {
                return answer.expect(200);
            }
            assert_eq!(answer.header("retry-after"), Some("1"));
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn poll(&self, query: &str) -> Vec<Value> {
        let answer = self.read(&format!("/feed?{query}")).json();
        let updates = answer["updates"].as_array().unwrap().iter();
        updates.map(|it| message(self.base(), it.as_str().unwrap(), "feed+jwt")).collect()
    }

    fn snapshot(&self) -> Value {
        message(self.base(), self.read("/feed/snapshot").text(), "feed-snapshot+jwt")
    }

    /// Whether the bit of a token is set in its list.
    fn bit(&self, token: &str) -> bool {
        let list = &parts(token).1["status"]["status_list"];
        let index = usize::try_from(list["idx"].as_u64().unwrap()).unwrap();
        let uri = list["uri"].as_str().unwrap();
        let target = uri.strip_prefix(self.base()).unwrap();
        let answer = self.read(target);
        assert_eq!(answer.header("content-type"), Some("application/statuslist+jwt"));
        let claims = message(self.base(), answer.text(), "statuslist+jwt");
        assert_eq!(claims["sub"], *uri);
        let list: status::StatusList =
            serde_json::from_value(claims["status_list"].clone()).unwrap();
        list.read().unwrap().is_revoked(u32::try_from(index).unwrap()).unwrap()
    }
}

/// Verifies a message with the keys that the issuer publishes.
fn message(base: &str, text: &str, typ: &str) -> Value {
    let keys = get(base, "/jwks.json").send().expect(200);
    let keys: JwkSet = serde_json::from_slice(&keys.body).unwrap();
    let header = decode_header(text).unwrap();
    assert_eq!(header.typ.as_deref(), Some(typ));
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.set_issuer(&[base]);
    validation.validate_aud = false;
    decode::<Value>(text, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
}

/// The marks that a token names, and its own.
fn marks(token: &str) -> Vec<String> {
    let claims = parts(token).1;
    let bytes = parse_base64url(claims["status"]["marks"].as_str().unwrap().as_bytes()).unwrap();
    bytes.chunks(8).map(base::encoding::base64url).collect()
}

/// An open event stream, read on its own thread.
struct Stream {
    messages: Receiver<(Instant, String, String)>,
    socket: TcpStream,
    base: String,
}

impl Stream {
    fn open(base: &str, after: u64, last: Option<&str>) -> Self {
        let mut socket = TcpStream::connect(authority(base)).unwrap();
        let last = last.map(|it| format!("Last-Event-ID: {it}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /feed?after={after} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n{last}\r\n",
            authority(base)
        );
        socket.write_all(head.as_bytes()).unwrap();
        let (send, messages) = channel();
        let read = BufReader::new(socket.try_clone().unwrap());
        thread::spawn(move || {
            let mut id = String::new();
            // Chunks begin and end with their own lines, and no chunk is cut within an event.
            for line in read.lines().map_while(Result::ok) {
                if let Some(reported) = line.strip_prefix("id: ") {
                    id = reported.to_owned();
                } else if let Some(data) = line.strip_prefix("data: ")
                    && send.send((Instant::now(), id.clone(), data.to_owned())).is_err()
                {
                    return;
                }
            }
        });
        Self { messages, socket, base: base.to_owned() }
    }

    /// The next message with changes: when it came, its number, and its content.
    fn change(&self) -> (Instant, String, Value) {
        loop {
            let (at, id, text) = self.messages.recv_timeout(Duration::from_secs(10)).unwrap();
            let reported = message(&self.base, &text, "feed+jwt");
            assert_eq!(id, reported["sequence"].to_string());
            if ["gone", "back", "keys", "reset"].iter().any(|it| reported.get(it).is_some()) {
                return (at, id, reported);
            }
        }
    }

    /// The next message in which `mark` was revoked. Earlier changes may be repeated.
    fn gone(&self, mark: &str) -> (Instant, String, Value) {
        loop {
            let change = self.change();
            if reported(&change.2).iter().any(|it| it == mark) {
                return change;
            }
        }
    }

    /// Whether it ends within this time.
    fn ends_within(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(_) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return true,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

fn reported(update: &Value) -> Vec<String> {
    let none = Vec::new();
    let gone = update["gone"].as_array().unwrap_or(&none).iter();
    gone.map(|it| it["mark"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_revocation_is_published_at_once_with_one_of_the_tokens_marks() {
    let site = Site::open();
    let (client, organization) = (site.machine.id.clone(), site.organization.clone());
    let start = site.snapshot()["sequence"].as_u64().unwrap();
    let stream = Stream::open(site.base(), start, None);
    let mut slowest = Duration::ZERO;
    let servers = site.admin.read("/resource-servers");
    let server = servers["data"][0]["id"].as_str().unwrap().to_owned();
    // Entities that are suspended and activated again.
    for path in [
        format!("/clients/{client}"),
        format!("/organizations/{organization}"),
        format!("/resource-servers/{server}"),
    ] {
        let token = site.token();
        let mut marks = marks(&token);
        marks.push(mark_of_audience());
        assert!(site.is_active(&token));
        let before = Instant::now();
        site.admin.act(&format!("{path}/suspend"));
        let (at, _, update) = stream.change();
        slowest = slowest.max(at.saturating_duration_since(before));
        let reported = reported(&update);
        let gone = reported.iter().find(|it| marks.contains(it));
        let gone = gone.unwrap_or_else(|| panic!("{path}: {update} has none of {marks:?}"));
        assert!(site.bit(&token), "{path}");
        site.admin.act(&format!("{path}/activate"));
        let again = |update: &Value| {
            update["back"].as_array().is_some_and(|back| back.contains(&json!(gone)))
        };
        while !again(&stream.change().2) {}
        assert!(site.is_active(&token), "{path}");
    }
    // A single token.
    let token = site.token();
    let own = ask_revocation(&site, &token);
    let jti: base::Id<()> = parts(&token).1["jti"].as_str().unwrap().parse().unwrap();
    let mark = base::encoding::base64url((jti.as_u128() as u64 | 1 << 63).to_be_bytes());
    let (at, _, update) = stream.gone(&mark);
    slowest = slowest.max(at.saturating_duration_since(own));
    let until = update["gone"][0]["until"].as_i64().unwrap();
    assert!((until - parts(&token).1["exp"].as_i64().unwrap()).abs() <= 1);
    // The credential that it was minted from, revoked.
    let token = site.token();
    assert!(!site.bit(&token));
    let secrets = site.admin.read(&format!("/clients/{client}/secrets"));
    let secret = secrets["data"][0]["id"].as_str().unwrap();
    let before = Instant::now();
    site.admin.act(&format!("/clients/{client}/secrets/{secret}/revoke"));
    let (at, ..) = stream.gone(&marks(&token)[0]);
    slowest = slowest.max(at.saturating_duration_since(before));
    // And the grant.
    let grants = site.admin.read("/grants");
    let grant = grants["data"][0]["id"].as_str().unwrap();
    site.admin.act(&format!("/grants/{grant}/revoke"));
    let (_, id, _) = stream.gone(&marks(&token)[1]);
    eventually(|| site.bit(&token));
    // The signing keys changed.
    let new = json!({"algorithm": "ES256"});
    site.admin.create("/signing-keys", &new);
    let keys = loop {
        let (.., update) = stream.change();
        if update.get("keys").is_some() {
            break update;
        }
    };
    assert!(keys["sequence"].as_u64().unwrap() > id.parse().unwrap());
    println!("from before the request of the admin API to the message: at most {slowest:?}");
    assert!(slowest < PROMISE, "{slowest:?}");
}

/// As on the page of the wire format: `audience` and the identifier, each after its length.
fn mark_of_audience() -> String {
    let mut text = Vec::new();
    for part in [&b"audience"[..], API.as_bytes()] {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    let mut hash = base::digest::sha256(&text)[..8].to_vec();
    hash[0] |= 0x80;
    base::encoding::base64url(hash)
}

fn ask_revocation(site: &Site, token: &str) -> Instant {
    let before = Instant::now();
    let ask = post(site.base(), "/revoke").basic(&site.machine.id, &site.machine.secret);
    ask.form(&[("token", token)]).send().expect(200);
    before
}

fn eventually(holds: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "it never came to hold");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn an_expired_suspension_has_its_own_sequence_number_so_that_polls_see_it() {
    let site = Site::open();
    let ends = base::Clock::now(&base::SystemClock).plus(Duration::from_secs(4)).to_string();
    let secrets = format!("/clients/{}/secrets", site.machine.id);
    site.admin.create(&secrets, &json!({"expires_at": ends}));
    // So that nothing else is published meanwhile.
    thread::sleep(Duration::from_secs(2));
    let has = site.poll("")[0]["sequence"].as_u64().unwrap();
    let reported = || {
        let updates = site.poll(&format!("after={has}"));
        updates.iter().any(|it| it["sequence"].as_u64() > Some(has) && !it["gone"].is_null())
    };
    assert!(!reported(), "it ended already");
    eventually(reported);
}

#[test]
fn a_follower_continues_after_a_restart_or_is_reset() {
    let site = Site::open();
    let start = site.snapshot()["sequence"].as_u64().unwrap();
    let stream = Stream::open(site.base(), start, None);
    let token = site.token();
    ask_revocation(&site, &token);
    let (_, id, _) = stream.change();
    let base = site.base().to_owned();
    let began = Instant::now();
    let folder = site.server.end();
    assert!(began.elapsed() < Duration::from_secs(3), "readers kept it: {:?}", began.elapsed());
    assert!(stream.ends_within(Duration::from_secs(1)));
    let site = Site { server: Server::serve(folder, &base), ..site };
    site.read("/feed");
    // Nothing happened meanwhile, so the followers have everything.
    let resumed = Stream::open(&base, 0, Some(&id));
    let second = site.token();
    ask_revocation(&site, &second);
    let (.., update) = resumed.change();
    assert_eq!((update.get("reset"), reported(&update).len()), (None, 1));
    // A follower from before the start of the node is told so, and finds everything in the
    // snapshot.
    let [reset] = &site.poll(&format!("after={start}&wait=1"))[..] else { panic!() };
    assert_eq!(reset["reset"], true);
    let snapshot: status::Snapshot = serde_json::from_value(site.snapshot()).unwrap();
    let known = snapshot.marks().unwrap();
    for token in [&token, &second] {
        let jti: base::Id<()> = parts(token).1["jti"].as_str().unwrap().parse().unwrap();
        assert!(known.contains(status::Mark::id(jti.as_u128())));
    }
    assert_eq!(known.len(), 2);
}

#[test]
fn a_long_poll_waits_for_changes_and_gets_heartbeats() {
    let site = Site::open();
    let start = site.snapshot()["sequence"].as_u64().unwrap();
    let began = Instant::now();
    let [heartbeat] = &site.poll(&format!("after={start}&wait=2"))[..] else { panic!() };
    assert!(began.elapsed() >= Duration::from_secs(2));
    let age = base::Clock::now(&base::SystemClock).millis() - heartbeat["as_of"].as_i64().unwrap();
    assert!((0..2_500).contains(&age), "{age} ms old");
    let token = site.token();
    let (waited, revoked) = thread::scope(|scope| {
        let polling =
            scope.spawn(|| (site.poll(&format!("after={start}&wait=20")), Instant::now()));
        thread::sleep(Duration::from_millis(300));
        let revoked = ask_revocation(&site, &token);
        (polling.join().unwrap(), revoked)
    });
    let (updates, came) = waited;
    assert_eq!(reported(&updates[0]).len(), 1);
    assert!(came.saturating_duration_since(revoked) < PROMISE);
    let metadata = get(site.base(), "/.well-known/oauth-authorization-server").send().json();
    assert_eq!(metadata["feed_endpoint"], format!("{}/feed", site.base()));
    let lists = metadata["status_list_aggregation_endpoint"].as_str().unwrap();
    let lists = get(site.base(), lists.strip_prefix(site.base()).unwrap()).send().expect(200);
    assert_eq!(lists.json(), json!({"status_lists": [format!("{}/status-lists/0", site.base())]}));
}

/// The example of `docs/feed.md` reads the messages without any of our code. The test needs Python.
#[test]
fn the_documented_example_reads_the_feed() {
    let page = include_str!("../../../../docs/feed.md");
    let example = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let site = Site::open();
    let first = site.snapshot();
    let (good, of_secret, alone) = (site.token(), site.token(), site.token());
    ask_revocation(&site, &alone);
    let after = first["sequence"].as_u64().unwrap();
    let updates = site.poll(&format!("after={after}&wait=5"));
    let claims = [&good, &of_secret, &alone].map(|token| parts(token).1);
    // An index is used again for some seconds.
    eventually(|| site.snapshot()["marks"] != first["marks"]);
    let second = site.snapshot();
    let secrets = site.admin.read(&format!("/clients/{}/secrets", site.machine.id));
    let secret = secrets["data"][0]["id"].as_str().unwrap();
    site.admin.act(&format!("/clients/{}/secrets/{secret}/revoke", site.machine.id));
    eventually(|| site.snapshot()["lists"] != second["lists"]);
    let given = json!({
        "first": first, "updates": updates, "claims": claims, "second": second,
        "third": site.snapshot(),
    });
    let folder = site.server.folder();
    std::fs::write(folder.join("given.json"), given.to_string()).unwrap();
    let asks = "import json, sys\n\
        given = json.load(open(sys.argv[1]))\n\
        bad = of_snapshot(given['first'])\n\
        for update in given['updates']: apply(bad, update)\n\
        for known in bad, of_snapshot(given['second']), of_snapshot(given['third']):\n    \
            print(*[is_revoked(known, claims) for claims in given['claims']])\n";
    std::fs::write(folder.join("example.py"), format!("{example}\n{asks}")).unwrap();
    let mut python = std::process::Command::new("python3");
    let run = python.arg(folder.join("example.py")).arg(folder.join("given.json")).output();
    let Ok(run) = run else { return };
    let reported = String::from_utf8_lossy(&run.stderr);
    assert_eq!(
        String::from_utf8_lossy(&run.stdout),
        "False False True\nFalse False True\nTrue True True\n",
        "{reported}"
    );
}
