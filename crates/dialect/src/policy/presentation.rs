//! How callers present a credential at the API: section `[presentation]`.
//!
//! Invariant: there is at least one way, no two ways read the same string differently, and no way
//! reads a header that a proxy or the transport writes.

use crate::DialectError;
use crate::read::{Item, Table};

/// The accepted ways to present a credential at the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// Authentication schemes of the `Authorization` header (RFC 9110 §11.4), compared without
    /// case. The first is the one in the challenge.
    pub schemes: Vec<String>,
    /// Whether and how HTTP Basic is read.
    pub basic: Option<BasicEncoding>,
    /// Whether an `Authorization` header without a scheme is a credential.
    pub bare: bool,
    /// Headers, in lower case, whose whole value is a credential.
    pub headers: Vec<String>,
}

/// How the parts of HTTP Basic are encoded at the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasicEncoding {
    /// Not encoded (RFC 7617 §2).
    Plain,
    /// Form-urlencoded, as OAuth requires for client credentials (RFC 6749 §2.3.1).
    Form,
}

/// Headers that are never the caller's credential: those of the transport, a proxy or the browser.
const RESERVED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-real-ip",
    "x-request-id",
];
const TAKEN_PREFIXES: &[&str] = &["proxy-", "sec-", "x-forwarded-", "x-original-", "x-postern-"];

/// Reads `[presentation]`.
pub(crate) fn presentation(table: &Table<'_>) -> Result<Presentation, DialectError> {
    let schemes_item = table.required("schemes")?;
    let presentation = Presentation {
        schemes: schemes(&schemes_item)?,
        basic: table.required("basic")?.one_of(&[
            ("none", None),
            ("plain", Some(BasicEncoding::Plain)),
            ("form", Some(BasicEncoding::Form)),
        ])?,
        bare: table.required("bare")?.boolean()?,
        headers: headers(&table.required("headers")?)?,
    };
    table.finish("key")?;
    let Presentation { schemes, basic, bare, headers } = &presentation;
    if schemes.is_empty() && basic.is_none() && !bare && headers.is_empty() {
        return Err(schemes_item.error("there is no way to present a credential; expected one"));
    }
    Ok(presentation)
}

/// Reads scheme names, which are tokens (RFC 9110 §5.6.2), each once. Basic has its own key.
fn schemes(item: &Item<'_>) -> Result<Vec<String>, DialectError> {
    let mut schemes: Vec<String> = Vec::new();
    for text in item.texts()? {
        let again = schemes.iter().any(|known| known.eq_ignore_ascii_case(text));
        if !is_token(text) || text.eq_ignore_ascii_case("basic") || again {
            return Err(item.error(format!(
                "found scheme {text:?}; expected words such as \"Bearer\", each once, and \"basic\" \
                 by the key of that name"
            )));
        }
        schemes.push(text.to_owned());
    }
    Ok(schemes)
}

/// Reads header names, in lower case, that only the caller writes.
fn headers(item: &Item<'_>) -> Result<Vec<String>, DialectError> {
    let mut headers: Vec<String> = Vec::new();
    for text in item.texts()? {
        let name = text.to_ascii_lowercase();
        if !is_token(&name) || headers.contains(&name) {
            return Err(
                item.error(format!("found header {text:?}; expected names such as \"x-api-key\""))
            );
        }
        let taken = RESERVED.contains(&name.as_str())
            || TAKEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if taken {
            return Err(item.error(format!(
                "the header {text:?} has another meaning; expected one of your own, such as \
                 \"x-api-key\""
            )));
        }
        headers.push(name);
    }
    Ok(headers)
}

fn is_token(text: &str) -> bool {
    let of_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(of_token)
}
