//! Reads the query string or the JSON body of a request, into a type that refuses unknown members; an API may say that
//! it ignores unknown parameters of a query. An error does not repeat a value, which may be a secret in a wrong member.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use engine::{AdminReason, Denial, RequestReason};
use oauth::{ErrorResponse, Problem, form};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;
use web_base::body;
use web_base::headers::has_media_type;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

fn malformed(problem: Problem, text: impl Into<String>) -> Denial {
    RequestReason::Malformed(ErrorResponse::new(problem, text)).into()
}

/// Parses the query string. Where `known` has the names that the route reads, it is read by the rule of
/// [`oauth::form`]; else a parameter that is not known is refused, and so is one without a value.
pub(crate) fn query<Q: DeserializeOwned>(uri: &Uri, known: Option<&[String]>) -> Result<Q, Denial> {
    let known = known.map(|known| of_names(uri, known)).transpose()?;
    let parsed = Query::<Q>::try_from_uri(known.as_ref().unwrap_or(uri));
    parsed.map(|Query(query)| query).map_err(|rejection| {
        let text = rejection.body_text();
        let detail = text.rsplit_once("query string: ").map_or(text.as_str(), |(_, rest)| rest);
        let detail = match detail.split_once(": ") {
            Some((
                name,
                "invalid digit found in string" | "cannot parse integer from empty string",
            )) => {
                format!("{name}: expected a whole number of at least 0")
            }
            Some((name, "number too large to fit in target type")) => {
                format!("{name}: the number is too large")
            }
            _ => detail.to_owned(),
        };
        malformed(Problem::InvalidRequest, format!("The query does not fit: {detail}."))
    })
}

/// A URI with the parameters of these names alone.
fn of_names(uri: &Uri, names: &[String]) -> Result<Uri, Denial> {
    let query = uri.query().unwrap_or_default().as_bytes();
    for name in names {
        form::value(query, name).map_err(|error| RequestReason::Malformed(error.into()))?;
    }
    let is_known =
        |pair: &form::Pair<'_>| pair.name().is_some_and(|name| names.iter().any(|it| *it == name));
    let kept = form::pairs(query).filter(|pair| !pair.is_omitted()).filter(is_known);
    let kept: Vec<&[u8]> = kept.map(|pair| pair.as_sent()).collect();
    Uri::try_from([&b"/?"[..], &kept.join(&b'&')].concat())
        .map_err(|_| malformed(Problem::InvalidRequest, "The query is no part of a URL."))
}

/// The names that a query of the type `Q` may have.
pub(crate) fn names<Q: IntoParams>() -> Vec<String> {
    Q::into_params(|| Some(ParameterIn::Query)).into_iter().map(|it| it.name).collect()
}

/// Reads a JSON body of at most `limit` bytes.
pub(crate) async fn bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Denial> {
    let bytes = body::read(body, limit, BODY_TIME).await.map_err(RequestReason::Malformed)?;
    if !bytes.is_empty() && !is_json(headers) {
        let text = "The body must be JSON: send Content-Type: application/json.";
        return Err(malformed(Problem::UnsupportedMediaType, text));
    }
    Ok(bytes)
}

/// Whether `Content-Type` says that the body is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    has_media_type(headers, "application/json")
}

/// Parses a JSON object. An empty body is an object without members.
pub(crate) fn json<I: DeserializeOwned>(bytes: &[u8]) -> Result<I, Denial> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // Serde would accept an array as a struct, with the members in order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed(Problem::InvalidRequest, "The body is not a JSON object."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refusal(&path, error.inner())
    })?;
    reader.end().map_err(|error| refusal(".", &error))?;
    Ok(parsed)
}

fn refusal(path: &str, error: &serde_json::Error) -> Denial {
    if error.classify() != Category::Data {
        let (line, column) = (error.line(), error.column());
        let text = format!("The body is not JSON: see line {line}, column {column}.");
        return malformed(Problem::InvalidRequest, text);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    let (field, expected) = if message.starts_with("unknown field ") {
        let known = message.split_once(", ").map_or("", |(_, rest)| rest);
        let known = known.strip_prefix("expected ").unwrap_or(known);
        (quoted(message), format!("no such member, but {known}"))
    } else if message.starts_with("missing field ") {
        (quoted(message), "a value; it is missing".to_owned())
    } else if message.starts_with("duplicate field ") {
        (quoted(message), "one value; it is repeated".to_owned())
    } else {
        let expected = message.rsplit_once("expected ").map_or("another value", |(_, rest)| rest);
        (path.to_owned(), in_words(expected).to_owned())
    };
    AdminReason::InvalidField { field: inside(path, field), expected }.into()
}

/// What serde expected, for people who do not know the types of this program.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        "string or map" | "a borrowed string" => "a string",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("tuple ") => "an array",
        other if other.starts_with("enum ") || other.starts_with("variant ") => "a string",
        other => other,
    }
}

/// The name of a member, with its path.
fn inside(path: &str, member: String) -> String {
    match path {
        "." => member,
        path if path == member || path.ends_with(&format!(".{member}")) => path.to_owned(),
        path => format!("{path}.{member}"),
    }
}
