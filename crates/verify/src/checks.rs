//! The checks of RFC 7519 §4.1 and RFC 9068 §4 on claims with a valid signature: pure functions of
//! claims, rules and time. The order is issuer, audience, then time, so that a foreign token is
//! never reported as merely expired.

use std::collections::BTreeSet;

use base::Timestamp;

use crate::Rejection;
use crate::claims::{Claims, Times};

/// The requirements on claims.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The issuer, compared exactly.
    pub(crate) issuer: Option<String>,
    /// The accepted audiences; `None` accepts every audience.
    pub(crate) audiences: Option<BTreeSet<String>>,
    /// The allowed difference of clocks, in seconds.
    pub(crate) leeway: i64,
    pub(crate) never_expiring: bool,
}

impl Rules {
    /// All checks, for a token verified offline.
    pub(crate) fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), Rejection> {
        self.check_issuer(claims.issuer.as_deref().ok_or(Rejection::MissingClaim("iss"))?)?;
        if claims.audience.is_empty() && self.audiences.is_some() {
            return Err(Rejection::MissingClaim("aud"));
        }
        self.check_audience(&claims.audience)?;
        self.check_times(claims.times(), now.seconds())
    }

    /// Whether `audience` is one of this API's.
    pub(crate) fn is_ours(&self, audience: &str) -> bool {
        self.audiences.as_ref().is_none_or(|ours| ours.contains(audience))
    }

    /// The checks for the issuer's own answer. The issuer vouches for the time (RFC 7662 §4) and
    /// may omit issuer and audience.
    pub(crate) fn check_answer(&self, claims: &Claims) -> Result<(), Rejection> {
        if let Some(issuer) = &claims.issuer {
            self.check_issuer(issuer)?;
        }
        if claims.audience.is_empty() { Ok(()) } else { self.check_audience(&claims.audience) }
    }

    fn check_issuer(&self, issuer: &str) -> Result<(), Rejection> {
        match &self.issuer {
            Some(expected) if expected != issuer => Err(Rejection::WrongIssuer),
            _ => Ok(()),
        }
    }

    fn check_audience(&self, audience: &[String]) -> Result<(), Rejection> {
        match &self.audiences {
            Some(ours) if !audience.iter().any(|one| ours.contains(one)) => {
                Err(Rejection::WrongAudience)
            }
            _ => Ok(()),
        }
    }

    /// The checks of time, which a token seen before has to pass again.
    pub(crate) fn check_times(&self, times: Times, now: i64) -> Result<(), Rejection> {
        match times.expires_at {
            // RFC 7519 §4.1.4: a token is not accepted on or after `exp`.
            Some(exp) if now >= exp.saturating_add(self.leeway) => {
                return Err(Rejection::Expired(now.saturating_sub(exp)));
            }
            None if !self.never_expiring => return Err(Rejection::NeverExpires),
            _ => {}
        }
        let ahead = |at: i64| at.saturating_sub(now);
        match (times.not_before.map(ahead), times.issued_at.map(ahead)) {
            (Some(seconds), _) if seconds > self.leeway => Err(Rejection::NotYetValid(seconds)),
            (_, Some(seconds)) if seconds > self.leeway => Err(Rejection::IssuedInFuture(seconds)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
