//! The decision: takes a presented credential, returns a [`Principal`] or a [`Rejection`].
//!
//! A JWT is checked in two separate steps: what its bytes say (`offline`: signature, issuer,
//! audience; remembered), and what is true now (times, and revocation by the feed; checked every
//! time).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use base::Clock;
use jose::{Algorithm, TokenError};

use crate::breaker::Breaker;
use crate::checks::Rules;
use crate::claims::{ClaimNames, Claims};
use crate::keys::Keys;
use crate::seen::{Seen, SeenTokens};
use crate::token_state::{TokenState, WhenStale};
use crate::{
    InactiveReason, Introspect, Introspection, Presented, Principal, Rejection, RequestInfo,
};

/// How a credential is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By signature and claims, without asking the issuer. Where the verifier follows the issuer's
    /// feed ([`crate::VerifierBuilder::follow`]), a revocation takes effect within a second. Where
    /// it does not, a revoked token is accepted until it expires. Opaque tokens and Basic
    /// credentials cannot be checked.
    Offline,
    /// By asking the issuer for every request (RFC 7662).
    Introspect,
    /// Both. Opaque tokens and Basic credentials go to the issuer at once. A JWT must pass offline
    /// first, so that forgeries cost the issuer nothing. Then the issuer is asked about it, too. If
    /// a feed is followed, the issuer is asked only while the feed is unavailable.
    OfflineThenIntrospect,
}

/// Is notified of every rejection, so that a support team can find it by request id.
pub trait Observe: Send + Sync + fmt::Debug {
    /// `rejection` is the private reason why `request` is refused. [`Rejection::Inactive`] and
    /// [`Rejection::Suspended`] are the issuer's answers; the issuer's own records have the
    /// details.
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
    /// The circuit breaker for requests to the issuer while the feed is unavailable.
    pub(crate) breaker: Breaker,
    pub(crate) observer: Option<Arc<dyn Observe>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Verifier {
    /// Checks one credential.
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

    /// As [`Self::verify`], with this route's own setting for tokens whose state is unknown.
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
        let Some(issuer) = permit else { return self.offline_decision(token, when_stale).await };
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
                TokenState::Active => self.still_good(token, &seen).await,
                TokenState::Revoked => Err(Rejection::Revoked),
                TokenState::Unknown => {
                    match self.introspect_if_available(issuer, presented, request).await {
                        Some(answer) => principal(answer?.or(self.offline(token).await?)),
                        None => self.listed(token, &seen, when_stale).await,
                    }
                }
            },
        }
    }

    /// Checks offline.
    async fn offline_decision(
        &self,
        token: &str,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        let seen = self.known(token).await?;
        match self.token_state(&seen).await {
            TokenState::Active => self.still_good(token, &seen).await,
            TokenState::Revoked => Err(Rejection::Revoked),
            TokenState::Unknown => self.listed(token, &seen, when_stale).await,
        }
    }

    /// The feed has no recent data: its substitutes decide.
    async fn listed(
        &self,
        token: &str,
        seen: &Seen,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        self.stale(seen, when_stale).await?;
        self.still_good(token, seen).await
    }

    /// The principal of a token. What was heard while its state was found out may have withdrawn its
    /// key: then its signature is checked again.
    async fn still_good(&self, token: &str, seen: &Seen) -> Result<Principal, Rejection> {
        if self.keys.is_current(seen.generation) {
            return Ok(seen.principal.clone());
        }
        self.known(token).await.map(|seen| seen.principal.clone())
    }

    /// Notifies the observer, if there is one.
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
            Introspection::Inactive(InactiveReason::Unspecified) => Err(Rejection::Inactive),
            Introspection::Inactive(InactiveReason::Suspended) => Err(Rejection::Suspended),
        }
    }

    /// Introspects where a status list can decide instead: `None` where the issuer does not answer,
    /// or did not answer lately.
    async fn introspect_if_available(
        &self,
        issuer: &dyn Introspect,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Option<Result<Claims, Rejection>> {
        let permit = self.breaker.enter(self.clock.as_ref())?;
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

/// The result of the offline checks.
enum Offline {
    Claims(Box<Claims>),
    Seen(Arc<Seen>),
}

fn principal(claims: Claims) -> Result<Principal, Rejection> {
    Principal::from_claims(claims).ok_or(Rejection::MissingClaim("sub"))
}
