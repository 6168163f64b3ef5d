//! A caller takes no identity header of the gate away. `Connection` names headers that the next proxy removes (RFC 9110
//! §7.6.1): several proxies remove them after they asked the gate.

use serde_json::Value;

use super::passes::NAMES;
use super::proxy::Kind;
use super::setting::{Setting, header, reached};
use super::with_each_proxy;
use crate::harness::http::{Answer, Ask, raw};

with_each_proxy!(
    no_identity_header_can_be_taken_away,
    a_trailer_field_is_no_identity,
    what_connection_may_name_still_works,
);

/// What callers write into `Connection`, a header line each.
const NAMING: [&[&str]; 9] = [
    &["close, X-Postern-Organization, X-Postern-Scopes"],
    &["X-Postern-Organization"],
    &["close", "x-postern-organization"],
    &["keep-alive,\tX-POSTERN-USER , te"],
    &["close, X-Postern-Verified, X-Request-Id, X-Postern-Subject, X-Postern-Audience"],
    &["Upgrade, X-Postern-Organization"],
    &["close, Authorization"],
    &["close, X-Original-URI, X-Original-Method, X-Original-Host"],
    &["close, X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host"],
];
/// Other headers about the connection, which name headers in the same way.
const SIBLINGS: [&str; 5] = ["Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Upgrade"];

/// Sends the request with these lines in place of its own `Connection`; `None` without an answer.
fn send(ask: &Ask, lines: &[String]) -> Option<Answer> {
    let own = b"Connection: close\r\n\r\n";
    let mut bytes = ask.bytes();
    let end = bytes.windows(own.len()).position(|it| it == own).unwrap();
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    bytes.splice(end..end + own.len(), format!("{lines}\r\n").into_bytes());
    raw(&ask.base, &bytes).ok()
}

fn identity(reported: &Value) -> Vec<Vec<String>> {
    NAMES[..11].iter().map(|name| header(reported, name)).collect()
}

fn no_identity_header_can_be_taken_away(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").bearer(&key);
    let whole = identity(&reached(&ask.send()));
    assert!(whole.iter().all(|values| values.len() == 1), "{whole:?}");
    let naming = NAMING.iter().map(|values| {
        values.iter().map(|value| format!("Connection: {value}")).collect::<Vec<_>>()
    });
    let siblings = SIBLINGS
        .iter()
        .map(|name| vec![format!("{name}: close, X-Postern-Organization, X-Request-Id")]);
    for lines in naming.chain(siblings) {
        setting.api.reached();
        match send(&ask, &lines).filter(|answer| answer.status == 200) {
            Some(answer) => {
                let reported = reached(&answer);
                assert_eq!(identity(&reported), whole, "{kind:?}: {lines:?}");
                assert_eq!(header(&reported, "x-request-id").len(), 1, "{kind:?}: {lines:?}");
                let passed_on = header(&reported, "connection").concat().to_lowercase();
                assert!(!passed_on.contains("x-"), "{kind:?}: {lines:?} passes on {passed_on}");
            }
            None => assert_eq!(setting.api.reached(), [""; 0], "{kind:?}: {lines:?}"),
        }
    }
}

fn a_trailer_field_is_no_identity(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read", "contacts.write"]);
    let whole = identity(&reached(&setting.get("/v1/contacts/7").bearer(&key).send()));
    for announced in ["", "Trailer: X-Postern-Organization\r\n"] {
        setting.api.reached();
        let request = format!(
            "POST /v1/contacts/7 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {key}\r\n\
             {announced}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\
             X-Postern-Organization: mallory\r\n\r\n"
        );
        let Ok(answer) = raw(&setting.get("/").base, request.as_bytes()) else { continue };
        if answer.status != 200 {
            assert_eq!(setting.api.reached(), [""; 0], "{kind:?}");
            continue;
        }
        let reported = reached(&answer);
        assert_eq!(identity(&reported), whole, "{kind:?}");
        // HAProxy passes trailer fields on, behind the body: its page says so.
        let passed_on = reported["body"].as_str().unwrap().contains("mallory");
        assert!(!passed_on || kind == Kind::Haproxy, "{kind:?}: {reported}");
    }
}

fn what_connection_may_name_still_works(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").bearer(&key);
    for value in ["close", "Keep-Alive", "keep-alive, TE", "close,"] {
        let answer = send(&ask, &[format!("Connection: {value}")]);
        reached(&answer.unwrap_or_else(|| panic!("{kind:?}: {value} has no answer")));
    }
}
