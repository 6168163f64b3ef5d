//! Who calls, as the API is told: headers of one 200.
//!
//! Invariant: every header of the way that is set up is there in every answer, empty where nothing is
//! known, so that a proxy which copies them overwrites what the caller sent under their names.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use engine::gate::Identity;
use engine::present::Verified;

/// What is in the headers, in the order of [`plain`].
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
/// The JWT in their place.
static TOKEN: HeaderName = HeaderName::from_static("x-postern-identity");
/// Whether a credential was looked at and is good: `true` or `false`.
static VERIFIED: HeaderName = HeaderName::from_static("x-postern-verified");

/// Says who calls in headers of their own; `None`: nothing is known.
pub(super) fn plain(headers: &mut HeaderMap, verified: Option<&Verified>) {
    let Some(verified) = verified else {
        for name in &PLAIN {
            headers.insert(name, HeaderValue::from_static(""));
        }
        return known(headers, false);
    };
    let it = Identity::of(verified);
    let id = |id: &domain::PublicId| text(id.as_str());
    let optional = |it: Option<&domain::PublicId>| it.map_or(nothing(), id);
    let values = [
        id(it.subject),
        optional(it.client),
        optional(it.organization),
        optional(it.user),
        owned(it.scopes.to_string()),
        text(it.audience),
        owned(it.grant.to_string()),
        id(it.credential),
        HeaderValue::from_static(it.kind),
        it.expires_at.map_or(nothing(), |at| HeaderValue::from(at.seconds())),
    ];
    for (name, value) in PLAIN.iter().zip(values) {
        headers.insert(name, value);
    }
    known(headers, true);
}

/// Says who calls in one JWT; `None`: nothing is known.
pub(super) fn token(headers: &mut HeaderMap, token: Option<&str>) {
    // Whoever copies all of them must not leave the caller's own where the JWT is what counts.
    for name in &PLAIN {
        headers.insert(name, nothing());
    }
    headers.insert(&TOKEN, token.map_or(nothing(), text));
    known(headers, token.is_some());
}

fn known(headers: &mut HeaderMap, known: bool) {
    headers.insert(&VERIFIED, HeaderValue::from_static(if known { "true" } else { "false" }));
}

const fn nothing() -> HeaderValue {
    HeaderValue::from_static("")
}

/// Public ids, scopes and identifiers of APIs are visible ASCII nearly always; what is not is
/// percent-encoded.
fn text(text: &str) -> HeaderValue {
    HeaderValue::from_str(text)
        .ok()
        .filter(|it| it.to_str().is_ok())
        .unwrap_or_else(|| encoded(text))
}

fn owned(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| nothing())
}

#[cold]
fn encoded(text: &str) -> HeaderValue {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    owned(out)
}
