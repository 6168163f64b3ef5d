//! Faults of a whole request: its body, its content type, its headers, its method, its path.

use base::encoding::base64;
use oauth::Problem as P;

use super::draft::Draft;
use super::judge::Expect;
use super::table::Encoding;
use crate::harness::http::{Ask, ask};

/// A faulty request.
pub(super) struct Case {
    pub(super) what: String,
    pub(super) ask: Ask,
    pub(super) expect: Expect,
}

fn case(what: &str, ask: Ask, expect: Expect) -> Case {
    Case { what: what.to_owned(), ask, expect }
}

/// Every fault of a body.
pub(super) fn bodies(good: &Draft<'_>) -> Vec<Case> {
    let invalid = || Expect::only(P::InvalidRequest);
    let typed = |kind: &str| good.ask_with(kind, good.body());
    let mut cases = Vec::new();
    for kind in ["", "text/plain", "application/xml", "multipart/form-data", "json", ";", "\u{fc}"]
    {
        let expect = Expect::only(P::UnsupportedMediaType);
        cases.push(case(&format!("content type {kind:?}"), typed(kind), expect));
    }
    let utf16 = format!("{}; charset=utf-16", good.content_type());
    cases.push(case("in UTF-16", typed(&utf16), Expect::only(P::UnsupportedMediaType)));
    let utf8 = format!("{}; charset=\"UTF-8\"", good.content_type());
    cases.push(case("said to be UTF-8", typed(&utf8), Expect::fine()));

    let limit = good.spot.endpoint.body_limit();
    let large = good.ask_with(good.content_type(), vec![b' '; limit + 1]);
    cases.push(case("a body over the limit", large, Expect::only(P::PayloadTooLarge)));
    let broken: Vec<Vec<u8>> = match good.encoding {
        Encoding::Json => vec![
            b"{".to_vec(),
            b"[]".to_vec(),
            b"null".to_vec(),
            b"\"text\"".to_vec(),
            b"{\"a\":1}x".to_vec(),
            b"{\"a\":1,}".to_vec(),
            b"{'a':1}".to_vec(),
            b"{\"a\":}".to_vec(),
            b"{\"a\":\"\xff\"}".to_vec(),
            b"\xEF\xBB\xBF{}".to_vec(),
            b"\0".to_vec(),
            format!("{{\"a\":{}", "[".repeat(10_000)).into_bytes(),
            format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500)).into_bytes(),
        ],
        // Of a form, only what is read can be broken: see the faults of parameters.
        Encoding::Form => vec![b"\xEF\xBB\xBFa=b".to_vec()],
    };
    for body in broken {
        let start: String = String::from_utf8_lossy(&body).chars().take(40).collect();
        let ask = good.ask_with(good.content_type(), body);
        cases.push(case(&format!("the body {start:?}"), ask, invalid()));
    }
    cases
}

/// Every fault of the `Authorization` header, where one is read.
pub(super) fn headers(good: &Draft<'_>) -> Vec<Case> {
    if !good.spot.basic {
        return Vec::new();
    }
    let broken = Expect::one_of(&[P::InvalidClient, P::InvalidRequest]);
    let pair = |bytes: &[u8]| format!("Basic {}", base64(bytes));
    let mut cases = Vec::new();
    for header in [
        String::new(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        "Basic bm9jb2xvbg".to_owned(),
        "Digest username=\"a\"".to_owned(),
        "Negotiate abc".to_owned(),
        "x".repeat(2_000),
        pair(b"no colon"),
        pair(b":"),
        pair(b"a:\xff"),
        pair(b"a%zz:b%"),
        pair(b"a\0b:c"),
        pair(b"a:b\r\nX-Evil: 1"),
        pair(&[b'a'; 20 * 1024]),
    ] {
        let start: String = header.chars().take(40).collect();
        let ask = good.authorized_by(&header);
        cases.push(case(&format!("Authorization: {start}"), ask, broken.clone()));
    }
    cases.push(case(
        "a header that is not ASCII",
        good.authorized_by(b"Basic \xff"),
        broken.clone(),
    ));
    let twice = good.authorized_by("Basic YTpi").header("Authorization", "Basic YTpi");
    cases.push(case("two headers", twice, Expect::only(P::InvalidRequest)));
    let both = good.ask().header("Authorization", "Basic YTpi");
    cases.push(case("a header and parameters", both, broken));
    cases
}

const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "post", "GETGETGET"];

/// Every method that is not allowed, at every path.
pub(super) fn methods(good: &Draft<'_>, path: &str) -> Vec<Case> {
    let allowed = |method: &str| {
        let method = if method == "HEAD" { "GET" } else { method };
        good.spot.endpoint.methods().iter().any(|known| known == method)
    };
    let wrong = METHODS.iter().filter(|method| !allowed(method));
    wrong
        .map(|method| {
            let ask = ask(good.base, method, path);
            case(&format!("{method} {path}"), ask, Expect::only(P::MethodNotAllowed))
        })
        .collect()
}

/// Unknown paths similar to known ones.
pub(super) fn paths(good: &Draft<'_>, path: &str) -> Vec<Case> {
    let method = &good.spot.endpoint.methods()[0];
    let (_, realm, own) = match path.splitn(3, '/').collect::<Vec<_>>()[..] {
        [empty, realm, own] => (empty, realm, own),
        _ => unreachable!("{path}"),
    };
    let near = [
        format!("{path}/nowhere"),
        format!("{path}//"),
        format!("{path}%00"),
        format!("{path}%2f"),
        format!("{path}/../../etc/passwd"),
        format!("{path};a=b"),
        format!("/{realm}/{}", own.to_uppercase()),
        format!("/{realm}//{own}"),
        format!("/{realm}/./{own}"),
    ];
    near.into_iter()
        .map(|path| {
            let ask = ask(good.base, method, &path);
            case(&format!("{method} {path}"), ask, Expect::only(P::NotFound))
        })
        .collect()
}
