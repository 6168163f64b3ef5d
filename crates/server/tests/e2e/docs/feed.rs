//! What `docs/feed.md` prints of tokens and requests. Its Python is run by `crate::feed`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::blocks::of;
use crate::harness::http::{authority, get, post};
use crate::harness::jwt::parts;
use crate::harness::realm::Realm;

const PAGE: &str = "docs/feed.md";
const API: &str = "https://api.example";

/// The type of every value.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), shape(value))).collect()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("bool"),
        Value::Null => json!("null"),
    }
}

#[test]
fn the_json_of_the_page_has_the_shape_of_what_is_real() {
    let printed = |block: usize| -> Value {
        serde_json::from_str(&format!("{{{}}}", of(PAGE, "json")[block].text)).unwrap()
    };
    let printed_keys = printed(1);
    let printed = printed(0);
    let realm = Realm::new("rfc");
    let admin = realm.admin();
    let _server = realm.serve();
    admin.api(API, &["things:read"]);
    let organization = admin.create("/organizations", &json!({"name": "Acme"}));
    let machine = admin.machine(&json!({"name": "m", "organization": organization["id"]}), API);
    let form = [("grant_type", "client_credentials"), ("audience", API)];
    let ask = post(&admin.base, "/token").basic(&machine.id, &machine.secret).form(&form);
    let (_, claims) = parts(ask.send().expect(200).json()["access_token"].as_str().unwrap());
    assert_eq!(shape(&printed["status"]), shape(&claims["status"]), "{claims}");
    // The first mark that the page prints is the one of its index.
    let marks = printed["status"]["marks"].as_str().unwrap();
    let marks = base::encoding::parse_base64url(marks).unwrap();
    assert_eq!(marks.len() % 8, 0);
    let first = u64::from_be_bytes(marks[..8].try_into().unwrap());
    assert_eq!(printed["status"]["status_list"]["idx"], first);
    // A key that is retired, and one that is withdrawn.
    for end in ["retire", "revoke"] {
        let keys = admin.read("/signing-keys")["data"].clone();
        let signs = |key: &&Value| key["state"] == "active" && key["algorithm"] == "ES256";
        let old = keys.as_array().unwrap().iter().find(signs).unwrap()["id"].clone();
        admin.create("/signing-keys", &json!({"immediately": true}));
        admin.act(&format!("/signing-keys/{}/{end}", old.as_str().unwrap()));
    }
    let mut answer = get(&admin.base, "/feed/snapshot").send();
    while answer.status == 503 {
        thread::sleep(Duration::from_millis(100));
        answer = get(&admin.base, "/feed/snapshot").send();
    }
    let mut real = parts(answer.expect(200).text()).1["signing_keys"].take();
    // The page shows one of each.
    let elliptic = real["keys"].as_array_mut().unwrap();
    elliptic.retain(|key| key["kty"] == "EC");
    elliptic.truncate(1);
    assert_eq!(shape(&printed_keys["signing_keys"]), shape(&real), "{real}");
}

#[test]
fn the_request_of_the_page_opens_a_stream() {
    let realm = Realm::new("rfc");
    let server = realm.serve();
    let base = &server.base;
    let printed = of(PAGE, "http")[0].text.trim_end().replace('\n', "\r\n");
    let request = format!("{printed}\r\nHost: {}\r\n\r\n", authority(base));
    let mut head = head_of_the_answer(base, &request);
    // While it starts it answers as the page says.
    for _ in 0..20 {
        if !head.starts_with("http/1.1 503 ") {
            break;
        }
        assert!(head.contains("retry-after: "), "{head}");
        thread::sleep(Duration::from_millis(500));
        head = head_of_the_answer(base, &request);
    }
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
}

fn head_of_the_answer(base: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority(base)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_lowercase()
}
