//! Requests to the endpoints of every dialect that ships: form, JSON, `Authorization` (RFC 6749 §2.3,
//! §3.2). No value reaches the engine that another reader does not find in the request.

use std::collections::BTreeSet;

use dialect::{Context, Dialect, Endpoint, Incoming, PathValues, Route};
use oauth::Request;
use serde_json::Value;

use crate::dialects::DIALECTS;

/// The longest value of a parameter, in bytes.
const LONGEST: usize = 8 * 1024;

const CONTEXT: Context<'static> = Context { request_id: "req_1", issuer: "https://auth.example" };

/// A request, as four lines: target, content type, authorization (each empty for none), body.
#[derive(Clone, Copy, Debug)]
struct Sent<'a> {
    path: &'a str,
    query: Option<&'a str>,
    content_type: Option<&'a str>,
    authorization: Option<&'a [u8]>,
    body: &'a [u8],
}

impl<'a> Sent<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut lines = data.splitn(4, |byte| *byte == b'\n');
        let target = std::str::from_utf8(lines.next()?).ok()?;
        let content_type = std::str::from_utf8(lines.next()?).ok()?;
        let authorization = lines.next()?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Some(Self {
            path,
            query,
            content_type: (!content_type.is_empty()).then_some(content_type),
            authorization: (!authorization.is_empty()).then_some(authorization),
            body: lines.next()?,
        })
    }
}

/// The input is one request, to every endpoint of every dialect.
pub(crate) fn run(data: &[u8]) {
    let Some(sent) = Sent::read(data) else { return };
    for dialect in DIALECTS.iter() {
        for endpoint in dialect.endpoints() {
            decode(dialect, endpoint, PathValues::none(), &sent);
        }
        for method in ["GET", "POST", "DELETE"] {
            if let Route::Found { endpoint, path_values } = dialect.route(method, sent.path) {
                decode(dialect, endpoint, path_values, &sent);
            }
        }
    }
}

fn decode(dialect: &Dialect, endpoint: &Endpoint, path_values: PathValues<'_>, sent: &Sent<'_>) {
    if sent.body.len() > endpoint.body_limit() {
        return;
    }
    let authorization: Vec<&[u8]> = sent.authorization.into_iter().collect();
    let incoming = Incoming {
        path_values,
        query: sent.query,
        content_type: sent.content_type,
        authorization: &authorization,
        body: sent.body,
    };
    match dialect.decode(endpoint, &incoming) {
        Ok(request) => was_sent(dialect, endpoint, &request, sent),
        Err(error) => {
            assert!((400..=415).contains(&error.problem.status()), "{error:?}");
            let outgoing = dialect.encode_error(Some(endpoint), &error, &CONTEXT);
            let plain = |value: &str| value.bytes().all(|b| matches!(b, b' '..=b'~'));
            assert!(outgoing.headers.iter().all(|(_, value)| plain(value)), "{outgoing:?}");
            if outgoing.header("content-type").is_some_and(|it| it.contains("json")) {
                assert!(serde_json::from_slice::<Value>(&outgoing.body).is_ok(), "{outgoing:?}");
            }
        }
    }
}

/// Each value is in the request, or one that the dialect puts in.
fn was_sent(dialect: &Dialect, endpoint: &Endpoint, request: &Request, sent: &Sent<'_>) {
    assert_eq!(request.operation, endpoint.operation());
    let parameters = &request.parameters;
    let found = found(sent);
    let empty = Incoming {
        path_values: PathValues::none(),
        query: None,
        content_type: None,
        authorization: &[],
        body: b"",
    };
    let of_dialect = dialect.decode(endpoint, &empty).ok();
    let grant_types: Vec<_> = dialect.grant_types().iter().map(|it| it.as_str()).collect();
    let header = String::from_utf8_lossy(sent.authorization.unwrap_or_default()).into_owned();
    for parameter in parameters.names() {
        assert!(parameter.may_repeat() || parameters.values(parameter).count() == 1);
        let put_in = of_dialect.as_ref().and_then(|it| it.parameters.value(parameter));
        for value in parameters.values(parameter) {
            assert!(!value.is_empty() && value.len() <= LONGEST, "{parameter:?}");
            // A path may hold more than the value: up to an end that the dialect names.
            let in_path = || found.path.iter().any(|text| text.starts_with(value));
            let known = found.values.contains(value)
                || put_in == Some(value)
                || grant_types.contains(&value)
                || header.contains(value)
                || in_path();
            assert!(known, "{parameter:?} is {value:?}, which nobody sent");
        }
    }
    // What cannot be used has no value, and only where the app may be told of it.
    for (parameter, _) in parameters.errors() {
        assert!(parameters.value(parameter).is_none(), "{parameter:?}");
        assert_eq!(request.operation, oauth::Operation::Authorization);
    }
    if let Some(basic) = &request.basic {
        let pair = header.split_once(' ').and_then(|(scheme, pair)| {
            scheme.eq_ignore_ascii_case("basic").then(|| base::encoding::parse_base64(pair.trim()))
        });
        let pair = pair.flatten().and_then(|pair| String::from_utf8(pair).ok()).expect("a pair");
        let (id, secret) = pair.split_once(':').expect("a colon");
        assert!(basic.id == id || basic.id == decoded(id), "{id:?}");
        let exposed = basic.secret.expose();
        assert!(exposed == secret || exposed == decoded(secret));
    }
}

/// What another reader finds.
struct Found {
    values: BTreeSet<String>,
    path: Vec<String>,
}

fn found(sent: &Sent<'_>) -> Found {
    let query = sent.query.unwrap_or_default().as_bytes();
    let form = |bytes| form_urlencoded::parse(bytes).map(|(_, value)| value.into_owned());
    let mut values: BTreeSet<String> = form(query).chain(form(sent.body)).collect();
    if let Ok(Value::Object(members)) = serde_json::from_slice(sent.body) {
        values.extend(members.into_iter().filter_map(|(_, value)| match value {
            Value::String(text) => Some(text),
            _ => None,
        }));
    }
    let segment = |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into();
    Found { values, path: sent.path.split('/').map(segment).collect() }
}

/// One text of a form.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
