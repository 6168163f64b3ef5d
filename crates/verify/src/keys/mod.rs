//! The keys of a verifier: fixed, fetched from the issuer, or introduced by the issuer's feed.
//! Invariant: an issuer that cannot be reached never makes a token valid, and never makes a known
//! key invalid.

#[cfg(feature = "http-client")]
mod max_age;
#[cfg(feature = "http-client")]
mod remote;
#[cfg(feature = "http-client")]
mod trust;

#[cfg(feature = "http-client")]
use std::sync::Arc;

use jose::{Compact, KeySet};
#[cfg(feature = "http-client")]
use jose::{VerifyError, VerifyingKey};
#[cfg(feature = "http-client")]
use status::SigningKeys;

use crate::Rejection;

#[cfg(feature = "http-client")]
pub(crate) use remote::RemoteKeys;
#[cfg(feature = "http-client")]
use trust::{Trust, Trusted};

/// The trusted keys of a verifier.
#[cfg(not(feature = "http-client"))]
#[derive(Debug, Default)]
pub(crate) struct Keys {
    given: KeySet,
}

/// The trusted keys of a verifier.
#[cfg(feature = "http-client")]
#[derive(Debug, Default)]
pub(crate) struct Keys {
    trust: Trust,
    remote: Option<RemoteKeys>,
}

#[cfg(not(feature = "http-client"))]
impl Keys {
    pub(crate) const fn new(given: KeySet) -> Self {
        Self { given }
    }

    /// Whether there are keys.
    pub(crate) const fn any(&self) -> bool {
        !self.given.is_empty()
    }

    /// A number for the present set of trusted keys.
    pub(crate) const fn generation(&self) -> Option<u64> {
        Some(0)
    }

    /// Whether nothing was heard of the keys since they had this number.
    pub(crate) const fn is_current(&self, _: u64) -> bool {
        true
    }

    /// Verifies the signature and returns the payload.
    pub(crate) async fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], Rejection> {
        Ok(self.given.verify(token)?)
    }
}

#[cfg(feature = "http-client")]
impl Keys {
    pub(crate) fn new(given: KeySet, remote: Option<RemoteKeys>) -> Self {
        Self { trust: Trust::new(given), remote }
    }

    /// Whether there are keys, or an address for them.
    pub(crate) const fn any(&self) -> bool {
        self.remote.is_some() || !self.trust.fixed().is_empty()
    }

    /// Whether there can be keys that only the issuer has.
    pub(crate) fn any_published(&self) -> bool {
        let shared = |key: &VerifyingKey| key.algorithm() == jose::Algorithm::HS256;
        self.remote.is_some() || self.trust.fixed().iter().any(|key| !shared(key))
    }

    /// The address of the issuer's keys, if one is configured.
    pub(crate) const fn remote(&self) -> Option<&RemoteKeys> {
        self.remote.as_ref()
    }

    /// A number for the present set of trusted keys; `None` while that is unknown.
    pub(crate) fn generation(&self) -> Option<u64> {
        let fetched = match &self.remote {
            Some(remote) => remote.generation()?,
            None => 0,
        };
        match self.trust.generations() {
            (generation, of) if of == fetched => Some(generation),
            _ => Some(self.trusted().generation),
        }
    }

    /// Whether nothing was heard of the keys since they had this number.
    pub(crate) fn is_current(&self, generation: u64) -> bool {
        self.trust.generations().0 == generation
    }

    /// Verifies the signature of a token and returns the payload. Anybody can cause this.
    pub(crate) async fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], Rejection> {
        let outcome = self.trusted().keys.verify(token);
        let (Some(remote), true) = (&self.remote, is_unknown(&outcome)) else {
            return Ok(outcome?);
        };
        remote.ensure().await?;
        let mut outcome = self.trusted().keys.verify(token);
        // The issuer may have rotated its keys since they were fetched.
        if matches!(outcome, Err(VerifyError::UnknownKid)) {
            remote.after_unknown_kid().await;
            outcome = self.trusted().keys.verify(token);
        }
        Ok(outcome?)
    }

    /// Verifies the signature of a document that the issuer made a moment ago. Returns the payload and
    /// the key. Only the issuer's own addresses can cause this.
    pub(crate) async fn verify_document<'t>(
        &self,
        document: &'t Compact<'_>,
    ) -> Result<(&'t [u8], VerifyingKey), Rejection> {
        let verify = || {
            let trusted = self.trusted();
            let verified = trusted.keys.verify_current(document);
            verified.map(|(payload, key)| (payload, key.clone()))
        };
        let mut outcome = verify();
        if let (Some(remote), true) = (&self.remote, is_unknown(&outcome)) {
            remote.renew().await?;
            outcome = verify();
        }
        Ok(outcome?)
    }

    /// Takes what the issuer says of its keys in a document that `signer` signed. Returns whether that
    /// is acceptable.
    pub(crate) fn learn(&self, said: &SigningKeys, signer: &VerifyingKey) -> bool {
        self.trust.learn(said, signer, self.fetched().as_deref())
    }

    /// The number of keys that are known to be withdrawn.
    pub(crate) fn withdrawn(&self) -> usize {
        self.trust.withdrawn()
    }

    fn trusted(&self) -> Arc<Trusted> {
        self.trust.with(self.fetched().as_deref())
    }

    fn fetched(&self) -> Option<Arc<remote::Loaded>> {
        self.remote.as_ref().and_then(RemoteKeys::usable)
    }
}

/// Whether other keys of the issuer may accept it.
#[cfg(feature = "http-client")]
const fn is_unknown<T>(outcome: &Result<T, VerifyError>) -> bool {
    matches!(outcome, Err(VerifyError::UnknownKid | VerifyError::NoKeyOf(_)))
}
