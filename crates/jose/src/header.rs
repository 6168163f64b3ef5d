//! The JOSE header of a compact JWS (RFC 7515 §4). Invariant: a [`Header`] names a supported
//! algorithm and requires no extension. Members that point at keys (`jwk`, `jku`, `x5c`, `x5u`) are
//! never read: the sender does not choose the key.

use serde_json::{Map, Value};

use crate::Algorithm;
use crate::json::{ObjectError, parse_object};

/// The header of a token. Nothing in it is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The claimed algorithm. The key's own algorithm decides.
    pub algorithm: Algorithm,
    /// The name of the key that is claimed to have signed (§4.1.4).
    pub kid: Option<String>,
    /// The media type of the whole token (§4.1.9), such as `at+jwt`.
    pub typ: Option<String>,
    /// The media type of the payload (§4.1.10).
    pub cty: Option<String>,
}

impl Header {
    /// Whether `typ` names the media type `name`, with or without its `application/` prefix and
    /// in any case (§4.1.9).
    pub fn is_type(&self, name: &str) -> bool {
        self.typ.as_deref().is_some_and(|typ| {
            let short = match typ.split_at_checked(12) {
                Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
                _ => typ,
            };
            short.eq_ignore_ascii_case(name)
        })
    }

    pub(crate) fn parse(json: &[u8]) -> Result<Self, HeaderError> {
        let members = parse_object(json)?;
        if members.contains_key("crit") {
            return Err(HeaderError::Critical);
        }
        Ok(Self {
            algorithm: algorithm(&members)?,
            kid: text(&members, "kid")?,
            typ: text(&members, "typ")?,
            cty: text(&members, "cty")?,
        })
    }
}

fn algorithm(members: &Map<String, Value>) -> Result<Algorithm, HeaderError> {
    let name = text(members, "alg")?.ok_or(HeaderError::NoAlgorithm)?;
    if name.eq_ignore_ascii_case("none") {
        return Err(HeaderError::Unsigned);
    }
    name.parse().map_err(|_| HeaderError::UnsupportedAlgorithm)
}

fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, HeaderError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(HeaderError::NotAString(name)),
    }
}

/// Why a header is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not a JSON object, or one with a repeated member.
    #[error("the header is refused: {0}")]
    Object(#[from] ObjectError),
    /// A member is not a string.
    #[error("the header's `{0}` is not a string")]
    NotAString(&'static str),
    /// `alg` is missing.
    #[error("the header has no `alg`")]
    NoAlgorithm,
    /// `alg` is `none`: the token is not signed.
    #[error("the header says `alg: none`, an unsigned token")]
    Unsigned,
    /// `alg` is not a supported algorithm.
    #[error("the header's `alg` is not one of ES256, EdDSA, RS256, HS256")]
    UnsupportedAlgorithm,
    /// `crit` requires extensions, and none is supported (RFC 7515 §4.1.11).
    #[error("the header has `crit`, and no critical extension is supported")]
    Critical,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> HeaderError {
        Header::parse(json.as_bytes()).unwrap_err()
    }

    #[test]
    fn each_reason_has_its_own_variant() {
        assert_eq!(refusal("[]"), HeaderError::Object(ObjectError::NotAnObject));
        assert_eq!(
            refusal(r#"{"alg":"ES256","alg":"HS256"}"#),
            HeaderError::Object(ObjectError::Duplicate)
        );
        assert_eq!(refusal(r#"{"alg":7}"#), HeaderError::NotAString("alg"));
        assert_eq!(refusal(r#"{"alg":"ES256","kid":1}"#), HeaderError::NotAString("kid"));
        assert_eq!(refusal("{}"), HeaderError::NoAlgorithm);
        assert_eq!(refusal(r#"{"alg":"none"}"#), HeaderError::Unsigned);
        assert_eq!(refusal(r#"{"alg":"nOnE"}"#), HeaderError::Unsigned);
        assert_eq!(refusal(r#"{"alg":"PS256"}"#), HeaderError::UnsupportedAlgorithm);
    }

    #[test]
    fn rfc7515_4_1_11_crit_is_refused_whatever_it_lists() {
        for crit in [r#"["exp"]"#, "[]", "null"] {
            let json = format!(r#"{{"alg":"ES256","crit":{crit}}}"#);
            assert_eq!(refusal(&json), HeaderError::Critical);
        }
    }

    #[test]
    fn rfc7515_4_1_9_media_type_prefix_and_case_do_not_matter() {
        let header =
            Header::parse(br#"{"alg":"ES256","typ":"application/AT+jwt","jwk":{}}"#).unwrap();
        assert!(header.is_type("at+jwt"));
        assert!(!header.is_type("JWT"));
    }
}
