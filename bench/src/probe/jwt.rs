//! Makes and checks tokens: ES256 and HS256 (RFC 7515, RFC 9068), directly with aws-lc-rs.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    ParsedPublicKey,
};
use base::encoding::{base64url, parse_base64url, push_base64url};
use base::{Clock as _, Rng as _, SystemClock, SystemRng};

const ISSUER: &str = "http://127.0.0.1:8080/probe";
const AUDIENCE: &str = "https://api.example.com/contacts";
const LIFETIME: i64 = 3_600;

/// The keys, parsed once, and the encoded headers.
pub(super) struct Keys {
    pair: EcdsaKeyPair,
    public: ParsedPublicKey,
    random: SystemRandom,
    secret: hmac::Key,
    es256: String,
    hs256: String,
}

/// The claims that introspection answers with.
#[derive(serde::Deserialize)]
pub(super) struct Claims<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: &'a str,
    pub(super) scope: &'a str,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

impl Keys {
    pub(super) fn generate() -> Result<Self, String> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = pair.map_err(|problem| format!("P-256 key: {problem}"))?;
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
        let public = public.map_err(|problem| format!("P-256 key: {problem}"))?;
        let mut secret = [0; 32];
        SystemRng.fill(&mut secret);
        Ok(Self {
            pair,
            public,
            random: SystemRandom::new(),
            secret: hmac::Key::new(hmac::HMAC_SHA256, &secret),
            es256: base64url(r#"{"alg":"ES256","typ":"at+jwt","kid":"2026-11-21T00:00:00Z"}"#)
                + ".",
            hs256: base64url(r#"{"alg":"HS256","typ":"JWT"}"#) + ".",
        })
    }

    /// An ES256 access token for `client` (RFC 9068 §2.2).
    pub(super) fn access(&self, client: &str) -> String {
        let (now, id) = (SystemClock.now().seconds(), SystemRng.u128());
        let mut token = self.es256.clone();
        token.reserve(512);
        let claims = format!(
            r#"{{"iss":"{ISSUER}","sub":"{client}","aud":"{AUDIENCE}","client_id":"{client}","iat":{now},"exp":{},"jti":"{id:032x}","scope":"contacts.read contacts.write"}}"#,
            now + LIFETIME
        );
        push_base64url(&mut token, claims);
        let signature = self.pair.sign(&self.random, token.as_bytes());
        token.push('.');
        if let Ok(signature) = signature {
            push_base64url(&mut token, signature);
        }
        token
    }

    /// An HS256 access token that never expires, bound to the credential in `row`.
    pub(super) fn lasting(&self, client: &str, row: i64) -> String {
        let (now, id) = (SystemClock.now().seconds(), SystemRng.u128());
        let mut token = self.hs256.clone();
        token.reserve(384);
        let claims = format!(
            r#"{{"iss":"{ISSUER}","sub":"{client}","iat":{now},"jti":"{id:032x}","rt":{row},"scope":"contacts.read contacts.write"}}"#
        );
        push_base64url(&mut token, claims);
        let signature = hmac::sign(&self.secret, token.as_bytes());
        token.push('.');
        push_base64url(&mut token, signature);
        token
    }

    /// The claims of an ES256 token of ours, checked by its signature, into `buffer`.
    pub(super) fn check<'a>(&self, token: &str, buffer: &'a mut Vec<u8>) -> Option<Claims<'a>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = signed.strip_prefix(&self.es256)?;
        self.public.verify_sig(signed.as_bytes(), &parse_base64url(signature)?).ok()?;
        *buffer = parse_base64url(claims)?;
        let claims: Claims<'a> = serde_json::from_slice(buffer).ok()?;
        (claims.iss == ISSUER && claims.exp > SystemClock.now().seconds()).then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_checks_and_a_changed_one_does_not() {
        let keys = Keys::generate().unwrap();
        let token = keys.access("client_1");
        assert_eq!(keys.check(&token, &mut Vec::new()).unwrap().sub, "client_1");
        let (signed, _) = token.rsplit_once('.').unwrap();
        let others = Keys::generate().unwrap().access("client_1");
        let (_, foreign) = others.rsplit_once('.').unwrap();
        assert!(keys.check(&format!("{signed}.{foreign}"), &mut Vec::new()).is_none());
        assert!(keys.check(&others, &mut Vec::new()).is_none());
    }
}
