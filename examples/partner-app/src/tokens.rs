//! The tokens of a provider, in one form for all providers.

use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The number of characters of a token that a page may show: enough to distinguish two tokens.
const SHOWN: usize = 8;

/// A token. Its `Debug` and its [`Token::hint`] do not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The whole token, for a request to its provider.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Its last characters. The first ones are the same for all JWTs.
    pub(crate) fn hint(&self) -> String {
        let characters = self.0.chars().count();
        let last: String = self.0.chars().skip(characters.saturating_sub(SHOWN / 2)).collect();
        format!("…{last} ({characters} characters)")
    }

    /// A text in the payload of a JWT. The signature is not checked, because the token came
    /// directly from its provider. An API that receives a token has to check it.
    pub(crate) fn claim(&self, name: &str) -> Option<Value> {
        let payload = self.0.split('.').nth(1)?;
        let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        payload.get(name).cloned()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The answer of a token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Token,
    /// The refresh token, where the provider issued one.
    pub(crate) refresh: Option<Token>,
    /// The granted scope, where the provider says so.
    pub(crate) scopes: Vec<String>,
    /// When the access token expires, by our clock, because the answer does not say when it was
    /// issued.
    pub(crate) expires: Option<Instant>,
}

impl Tokens {
    /// From `expires_in`, or from the provider's documentation.
    pub(crate) fn lasting(mut self, lifetime: Option<Duration>) -> Self {
        self.expires = lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime));
        self
    }

    /// How long the access token has left, in words.
    pub(crate) fn left(&self) -> String {
        let Some(expires) = self.expires else { return "it never does, as far as told".to_owned() };
        let left = expires.saturating_duration_since(Instant::now()).as_secs();
        match left {
            0 => "it has expired".to_owned(),
            1..=119 => format!("in {left} seconds"),
            120..=7_199 => format!("in {} minutes", left.div_ceil(60)),
            7_200..=172_799 => format!("in {} hours", left.div_ceil(3_600)),
            _ => format!("in {} days", left.div_ceil(86_400)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_itself_to_nobody() {
        let token = Token::new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaZZZZ");
        assert_eq!(token.hint(), "…ZZZZ (32 characters)");
        let tokens = Tokens { access: token, refresh: None, scopes: Vec::new(), expires: None };
        assert!(!format!("{tokens:?}").contains("aaaa"));
    }

    #[test]
    fn a_claim_is_read_from_the_payload_alone() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"companyId":"c-1"}"#);
        let token = Token::new(format!("e30.{payload}.sig"));
        assert_eq!(token.claim("companyId").unwrap(), "c-1");
        assert_eq!(token.claim("other"), None);
        assert_eq!(Token::new("opaque").claim("companyId"), None);
    }

    #[test]
    fn the_time_left_is_rounded_up() {
        let tokens =
            Tokens { access: Token::new("t"), refresh: None, scopes: Vec::new(), expires: None };
        let left = |seconds| tokens.clone().lasting(Some(Duration::from_secs(seconds))).left();
        assert_eq!(left(3_600), "in 60 minutes");
        assert_eq!(left(180 * 86_400), "in 180 days");
        assert_eq!(left(0), "it has expired");
        assert!(tokens.left().starts_with("it never does"));
    }
}
