//! The decision: a presented credential in, a [`Principal`] or a [`Rejection`] out.
//!
//! A JWT is checked in two steps that are never mixed: what its bytes say (`offline`: signature,
//! issuer, audience; remembered), and what is true now (times, and revocation by the feed; asked
//! every time).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base::Clock;
use jose::{Algorithm, TokenError};

use crate::breaker::Breaker;
use crate::checks::Rules;
use crate::claims::{ClaimNames, Claims};
use crate::keys::Keys;
use crate::seen::SeenTokens;
use crate::token_state::{TokenState, WhenStale};
use crate::{
    InactiveReason, Introspect, Introspection, Presented, Principal, Rejection, RequestInfo,
};

/// How a credential is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By signature and claims, without asking. Where the verifier follows the issuer's feed
    /// ([`crate::VerifierBuilder::follow`]), a revocation holds within a second; where it does not, it
    /// shows only when the token expires. Opaque tokens and Basic credentials cannot be checked.
    Offline,
    /// By asking the issuer for every request (RFC 7662).
    Introspect,
    /// Both. Opaque tokens and Basic credentials go to the issuer at once. A JWT must pass offline
    /// first, so that forgeries cost the issuer nothing; then the issuer is asked about it, too,
    /// unless the feed is followed: then only while the feed cannot be had.
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
    pub(crate) keys: Arc<Keys>,
    pub(crate) names: ClaimNames,
    pub(crate) seen: Option<SeenTokens>,
    pub(crate) without_status: bool,
    #[cfg(feature = "http-client")]
    pub(crate) feed: Option<crate::feed::Feed>,
    pub(crate) introspection: Option<Arc<dyn Introspect>>,
    /// Whether the issuer answers, while the feed is away.
    pub(crate) answering: Breaker,
    pub(crate) observer: Option<Arc<dyn Observe>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Decides on one credential.
    ///
    /// # Errors
    /// The [`Rejection`] that applies.
    pub async fn verify(
        &self,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Result<Principal, Rejection> {
        self.decide(presented, request, None).await
    }

    /// The same, with this route's own answer to what is not known.
    ///
    /// # Errors
    /// The [`Rejection`] that applies.
    pub async fn verify_when(
        &self,
        presented: &Presented,
        request: &RequestInfo,
        when_stale: WhenStale,
    ) -> Result<Principal, Rejection> {
        self.decide(presented, request, Some(when_stale)).await
    }

    pub(crate) async fn decide(
        &self,
        presented: &Presented,
        request: &RequestInfo,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        let permit = match &self.introspection {
            Some(issuer) if self.mode != Mode::Offline => Some(issuer.as_ref()),
            _ => None,
        };
        let token = match presented {
            Presented::Bearer(token) if self.mode != Mode::Introspect => token.expose(),
            _ => {
                let issuer = permit.ok_or(Rejection::UnsupportedScheme)?;
                return principal(self.ask(issuer, presented, request).await?);
            }
        };
        let Some(issuer) = permit else { return self.alone(token, when_stale).await };
        let outcome = if self.follows() {
            self.known(token).await.map(Offline::Seen)
        } else {
            self.offline(token).await.map(|claims| Offline::Claims(Box::new(claims)))
        };
        match outcome {
            Err(Rejection::MalformedToken(TokenError::NotThreeParts(_))) => {
                principal(self.ask(issuer, presented, request).await?)
            }
            Err(rejection) => Err(rejection),
            Ok(Offline::Claims(claims)) => {
                principal(self.ask(issuer, presented, request).await?.or(*claims))
            }
            Ok(Offline::Seen(seen)) => match self.token_state(&seen).await {
                TokenState::Good => Ok(seen.principal.clone()),
                TokenState::Bad => Err(Rejection::Revoked),
                TokenState::Unknown => {
                    match self.ask_if_it_answers(issuer, presented, request).await {
                        Some(answer) => principal(answer?.or(self.offline(token).await?)),
                        None => self.stale(&seen, when_stale).await,
                    }
                }
            },
        }
    }

    /// Without asking.
    async fn alone(
        &self,
        token: &str,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        let seen = self.known(token).await?;
        match self.token_state(&seen).await {
            TokenState::Good => Ok(seen.principal.clone()),
            TokenState::Bad => Err(Rejection::Revoked),
            TokenState::Unknown => self.stale(&seen, when_stale).await,
        }
    }

    /// Tells the observer, if there is one.
    pub(crate) fn refused(&self, rejection: &Rejection, request: &RequestInfo) {
        if let Some(observer) = &self.observer {
            observer.refused(rejection, request);
        }
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

    /// The same where others can answer instead: `None` where the issuer does not, or did not of
    /// late.
    async fn ask_if_it_answers(
        &self,
        issuer: &dyn Introspect,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Option<Result<Claims, Rejection>> {
        let permit = self.answering.enter(self.clock.as_ref())?;
        match self.ask(issuer, presented, request).await {
            Err(Rejection::IssuerUnavailable(_)) => {
                permit.failed();
                None
            }
            answer => {
                permit.answered();
                Some(answer)
            }
        }
    }
}

/// What came of the offline checks.
enum Offline {
    Claims(Box<Claims>),
    Seen(Arc<crate::seen::Seen>),
}

fn principal(claims: Claims) -> Result<Principal, Rejection> {
    Principal::from_claims(claims).ok_or(Rejection::MissingClaim("sub"))
}
