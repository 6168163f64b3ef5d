//! The caller's identity in the headers of a response 200. The proxy copies them to its request to the API.
//!
//! Invariant: every response has every header of the configured kind, with a hyphen where there is no value
//! ([`NoValue`]). So a proxy that copies the headers overwrites those that the caller sent under the same names, and an
//! API can tell a header without value from one that was lost on the way.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use engine::gate::Identity;
use engine::present::Verified;

use super::NoValue;

/// The separate headers, in the order of the values in [`plain`].
static PLAIN: [HeaderName; 10] = [
    HeaderName::from_static("x-postern-subject"),
    HeaderName::from_static("x-postern-client"),
    HeaderName::from_static("x-postern-organization"),
    HeaderName::from_static("x-postern-user"),
    HeaderName::from_static("x-postern-scopes"),
    HeaderName::from_static("x-postern-audience"),
    HeaderName::from_static("x-postern-grant"),
    HeaderName::from_static("x-postern-credential"),
    HeaderName::from_static("x-postern-credential-kind"),
    HeaderName::from_static("x-postern-expires"),
];
/// The header with the identity JWT.
static TOKEN: HeaderName = HeaderName::from_static("x-postern-identity");
/// `true` if an active credential was presented and checked, else `false`.
static VERIFIED: HeaderName = HeaderName::from_static("x-postern-verified");

/// Writes the identity into separate headers; none has a value where `verified` is `None`.
pub(super) fn plain(headers: &mut HeaderMap, no_value: NoValue, verified: Option<&Verified>) {
    let nothing = nothing(no_value);
    let Some(verified) = verified else {
        for name in &PLAIN {
            headers.insert(name, nothing.clone());
        }
        return known(headers, false);
    };
    let it = Identity::of(verified);
    let id = |id: &domain::PublicId| text(id.as_str());
    let optional = |it: Option<&domain::PublicId>| it.map_or_else(|| nothing.clone(), id);
    let values = [
        id(it.subject),
        optional(it.client),
        optional(it.organization),
        optional(it.user),
        if it.scopes.is_empty() { nothing.clone() } else { text(&it.scopes.to_string()) },
        text(it.audience),
        owned(it.grant.to_string()),
        id(it.credential),
        HeaderValue::from_static(it.kind),
        it.expires_at.map_or_else(|| nothing.clone(), |at| HeaderValue::from(at.seconds())),
    ];
    for (name, value) in PLAIN.iter().zip(values) {
        headers.insert(name, value);
    }
    known(headers, true);
}

/// Writes the identity JWT; its header has no value where `token` is `None`.
pub(super) fn token(headers: &mut HeaderMap, no_value: NoValue, token: Option<&str>) {
    let nothing = nothing(no_value);
    // A proxy may copy all headers: those that the caller sent must not stay beside the JWT.
    for name in &PLAIN {
        headers.insert(name, nothing.clone());
    }
    headers.insert(&TOKEN, token.map_or(nothing, text));
    known(headers, token.is_some());
}

fn known(headers: &mut HeaderMap, known: bool) {
    headers.insert(&VERIFIED, HeaderValue::from_static(if known { "true" } else { "false" }));
}

const fn nothing(no_value: NoValue) -> HeaderValue {
    HeaderValue::from_static(match no_value {
        NoValue::Hyphen => "-",
        NoValue::Empty => "",
    })
}

/// A text as a header value. Public ids, scopes and identifiers of APIs are nearly always visible ASCII; other texts
/// are percent-encoded. So is a text that would read as "no value".
fn text(text: &str) -> HeaderValue {
    HeaderValue::from_str(text)
        .ok()
        .filter(|it| it.to_str().is_ok() && text != "-")
        .unwrap_or_else(|| encoded(text))
}

fn owned(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

#[cold]
fn encoded(text: &str) -> HeaderValue {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' && text != "-" {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    owned(out)
}
