//! Reads a bearer token (RFC 6750 §2.1).

use axum::http::{HeaderMap, header};
use engine::{ClientReason, Denial, DeniedAt};

/// The token in `Authorization: Bearer`. The scheme is compared without regard to case (RFC 9110 §11.1).
///
/// # Errors
/// As [`no_credential`], where the header is missing, repeated or of another scheme.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Denial> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(no_credential()) };
    let text = value.to_str().map_err(|_| no_credential())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(no_credential)?;
    if scheme.eq_ignore_ascii_case("Bearer") { Ok(token) } else { Err(no_credential()) }
}

/// The denial of a request that presents no credential.
pub fn no_credential() -> Denial {
    ClientReason::NoAuthentication.at(DeniedAt::Bearer)
}
