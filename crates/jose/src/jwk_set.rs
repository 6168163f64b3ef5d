//! JWK Sets (RFC 7517 §5): the public keys of an issuer.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::Jwk;

/// The largest number of keys read from one set; the rest are ignored.
const MAX_KEYS: usize = 64;

/// Public keys, as published under `jwks_uri`.
///
/// Reading skips keys that are not understood, as RFC 7517 §5 advises: a publisher may add a kind
/// of key before its readers know it. A key that contains its private half is skipped, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys, in the publisher's order.
    pub keys: Vec<Jwk>,
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Loose {
            keys: Vec<Value>,
        }
        let loose = Loose::deserialize(deserializer)?;
        let understood = |key| serde_json::from_value(key).ok();
        Ok(Self { keys: loose.keys.into_iter().filter_map(understood).take(MAX_KEYS).collect() })
    }
}

impl FromIterator<Jwk> for JwkSet {
    fn from_iter<I: IntoIterator<Item = Jwk>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7517_5_keys_not_understood_are_skipped() {
        let set: JwkSet = serde_json::from_str(
            r#"{"keys":[
                {"kty":"EC","crv":"P-521","x":"AA","y":"AA"}, 7, {"kty":"oct","k":"AAAA"},
                {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
            ],"extra":true}"#,
        )
        .unwrap();
        assert_eq!(set.keys.len(), 1);
        assert!(serde_json::from_str::<JwkSet>(r#"{"key":[]}"#).is_err());
        assert!(serde_json::from_str::<JwkSet>("[]").is_err());
    }
}
