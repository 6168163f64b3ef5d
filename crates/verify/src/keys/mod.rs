//! The keys of a verifier: fixed, fetched from the issuer, or both. Invariant: an issuer that
//! cannot be reached never makes a token valid, and never makes a known key invalid.

#[cfg(feature = "http-client")]
mod max_age;
#[cfg(feature = "http-client")]
mod remote;

#[cfg(feature = "http-client")]
use jose::VerifyError;
use jose::{Compact, KeySet};

use crate::Rejection;

#[cfg(feature = "http-client")]
pub(crate) use remote::RemoteKeys;

/// The trusted keys of a verifier.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) given: KeySet,
    #[cfg(feature = "http-client")]
    pub(crate) remote: Option<RemoteKeys>,
}

impl Keys {
    /// Whether there are keys, or an address for them.
    pub(crate) const fn any(&self) -> bool {
        #[cfg(feature = "http-client")]
        if self.remote.is_some() {
            return true;
        }
        !self.given.is_empty()
    }

    /// A number for the present set of trusted keys; `None` while that is unknown.
    pub(crate) fn generation(&self) -> Option<u64> {
        #[cfg(feature = "http-client")]
        if let Some(remote) = &self.remote {
            return remote.generation();
        }
        Some(0)
    }

    /// Whether there can be keys that only the issuer has.
    #[cfg(feature = "http-client")]
    pub(crate) fn any_published(&self) -> bool {
        let shared = |key: &jose::VerifyingKey| key.algorithm() == jose::Algorithm::HS256;
        self.remote.is_some() || self.given.iter().any(|key| !shared(key))
    }

    /// Verifies the signature and returns the payload.
    pub(crate) async fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], Rejection> {
        let outcome = self.given.verify(token);
        #[cfg(feature = "http-client")]
        if let (Some(remote), Err(VerifyError::UnknownKid | VerifyError::NoKeyOf(_))) =
            (&self.remote, &outcome)
        {
            return verify_remotely(remote, token).await;
        }
        outcome.map_err(Rejection::Signature)
    }
}

#[cfg(feature = "http-client")]
async fn verify_remotely<'t>(
    remote: &RemoteKeys,
    token: &'t Compact<'_>,
) -> Result<&'t [u8], Rejection> {
    let outcome = remote.current().await?.verify(token);
    match outcome {
        // The issuer may have rotated its keys since they were fetched.
        Err(VerifyError::UnknownKid) => Ok(remote.after_unknown_kid().await?.verify(token)?),
        outcome => Ok(outcome?),
    }
}
