//! The decision: a presented credential in, a [`Principal`] or a [`Rejection`] out.
//!
//! A later source of truth, such as a feed of revocations, belongs between the offline checks and
//! the question to the issuer (see [`Verifier::verify`]).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base::Clock;
use jose::{Algorithm, Compact, Header, TokenError, parse_object};

use crate::checks::Rules;
use crate::claims::{ClaimNames, Claims};
use crate::keys::Keys;
use crate::{
    InactiveReason, Introspect, Introspection, Presented, Principal, Rejection, RequestInfo,
    VerifierBuilder,
};

/// How a credential is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By signature and claims alone: no word from the issuer, so a revocation shows only when
    /// the token expires. Opaque tokens and Basic credentials cannot be checked.
    Offline,
    /// By asking the issuer for every request (RFC 7662).
    Introspect,
    /// Both: a JWT must pass offline before the issuer is asked, so that forgeries cost it
    /// nothing. Opaque tokens and Basic credentials go to the issuer at once.
    OfflineThenIntrospect,
}

/// Is told of every refusal, so that a support team can look it up by request id.
pub trait Observe: Send + Sync + fmt::Debug {
    /// `rejection` was the private reason to refuse `request`. [`Rejection::Inactive`] and
    /// [`Rejection::Suspended`] are the issuer's own words, and it knows more of them.
    fn refused(&self, rejection: &Rejection, request: &RequestInfo);
}

/// Checks credentials for one API.
#[derive(Debug)]
pub struct Verifier {
    pub(crate) mode: Mode,
    pub(crate) rules: Rules,
    pub(crate) algorithms: BTreeSet<Algorithm>,
    pub(crate) plain_jwt: bool,
    pub(crate) keys: Keys,
    pub(crate) names: ClaimNames,
    pub(crate) introspection: Option<Arc<dyn Introspect>>,
    pub(crate) observer: Option<Arc<dyn Observe>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Starts a configuration.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::default()
    }

    /// Decides on one credential.
    ///
    /// # Errors
    /// The [`Rejection`] that applies.
    pub async fn verify(
        &self,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Result<Principal, Rejection> {
        let offline = match (self.mode, presented) {
            (Mode::Introspect, _) | (Mode::OfflineThenIntrospect, Presented::Basic { .. }) => None,
            (Mode::Offline, Presented::Basic { .. }) => return Err(Rejection::UnsupportedScheme),
            (mode, Presented::Bearer(token)) => match self.offline(token.expose()).await {
                Err(Rejection::MalformedToken(TokenError::NotThreeParts(_)))
                    if mode == Mode::OfflineThenIntrospect =>
                {
                    None
                }
                claims => Some(claims?),
            },
        };
        let claims = match (offline, &self.introspection) {
            (Some(claims), _) if self.mode == Mode::Offline => claims,
            (offline, Some(issuer)) => {
                let answer = self.ask(issuer.as_ref(), presented, request).await?;
                match offline {
                    Some(token) => answer.or(token),
                    None => answer,
                }
            }
            (_, None) => return Err(Rejection::UnsupportedScheme),
        };
        Principal::from_claims(claims).ok_or(Rejection::MissingClaim("sub"))
    }

    /// Tells the observer, if there is one.
    pub(crate) fn refused(&self, rejection: &Rejection, request: &RequestInfo) {
        if let Some(observer) = &self.observer {
            observer.refused(rejection, request);
        }
    }

    async fn offline(&self, token: &str) -> Result<Claims, Rejection> {
        let token = Compact::parse(token)?;
        let header = token.header();
        if !self.algorithms.contains(&header.algorithm) {
            return Err(Rejection::AlgorithmNotAllowed(header.algorithm));
        }
        if !self.is_access_token(header) {
            return Err(Rejection::WrongType);
        }
        let payload = self.keys.verify(&token).await?;
        let claims = Claims::read(parse_object(payload)?, &self.names)?;
        self.rules.check(&claims, self.clock.now())?;
        Ok(claims)
    }

    /// RFC 9068 §4. A plain JWT says `JWT` or nothing (RFC 7519 §5.1); any other type is a token
    /// made for something else (RFC 8725 §3.11).
    fn is_access_token(&self, header: &Header) -> bool {
        header.is_type("at+jwt")
            || (self.plain_jwt && (header.typ.is_none() || header.is_type("JWT")))
    }

    async fn ask(
        &self,
        issuer: &dyn Introspect,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Result<Claims, Rejection> {
        match issuer.introspect(presented, request).await? {
            Introspection::Active(claims) => {
                self.rules.check_answer(&claims)?;
                Ok(*claims)
            }
            Introspection::Inactive(InactiveReason::Untold) => Err(Rejection::Inactive),
            Introspection::Inactive(InactiveReason::Suspended) => Err(Rejection::Suspended),
        }
    }
}
