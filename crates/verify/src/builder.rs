//! The configuration of a [`Verifier`]. Invariant: a verifier that was built can do what its mode
//! needs, and weak settings have to be named explicitly.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, SystemClock};
use jose::{Algorithm, JwkSet, KeyError, KeySet, SigningKey};

use crate::checks::Rules;
use crate::claims::ClaimNames;
use crate::keys::Keys;
use crate::seen::SeenTokens;
use crate::{BuildError, Introspect, Mode, Observe, Verifier};

/// The largest allowed difference of clocks.
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

/// The default memory for tokens seen before, in bytes: about ten thousand tokens.
const DEFAULT_MEMORY: usize = 32 << 20;

/// Collects the configuration of a [`Verifier`].
#[derive(Debug)]
pub struct VerifierBuilder {
    mode: Option<Mode>,
    issuer: Option<String>,
    audiences: BTreeSet<String>,
    any_audience: bool,
    algorithms: BTreeSet<Algorithm>,
    plain_jwt: bool,
    never_expiring: bool,
    remember: usize,
    without_status: bool,
    leeway: Duration,
    given: KeySet,
    shared: Option<Result<SigningKey, KeyError>>,
    names: ClaimNames,
    introspection: Option<Arc<dyn Introspect>>,
    observer: Option<Arc<dyn Observe>>,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "http-client")]
    pub(crate) remote: remote::Remote,
}

impl Default for VerifierBuilder {
    fn default() -> Self {
        Self {
            mode: None,
            issuer: None,
            audiences: BTreeSet::new(),
            any_audience: false,
            algorithms: [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256].into(),
            plain_jwt: false,
            never_expiring: false,
            remember: DEFAULT_MEMORY,
            without_status: false,
            leeway: Duration::from_secs(60),
            given: KeySet::default(),
            shared: None,
            names: ClaimNames::default(),
            introspection: None,
            observer: None,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "http-client")]
            remote: remote::Remote::default(),
        }
    }
}

impl Verifier {
    /// Starts a configuration.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::default()
    }
}

impl VerifierBuilder {
    /// The issuer, exactly as in `iss`, including a trailing slash.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// An identifier of this API. A token must be for one of those given.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.insert(audience.into());
        self
    }

    /// Accepts tokens for any audience. Only for an issuer that serves this one API: otherwise
    /// another API can pass on the tokens it receives (RFC 8725 §3.9).
    #[must_use]
    pub fn any_audience(mut self) -> Self {
        self.any_audience = true;
        self
    }

    /// The accepted algorithms. Default: ES256, EdDSA and RS256.
    #[must_use]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Accepts HS256 under `secret`. This service then shares the secret with the issuer, and could
    /// make tokens itself.
    #[must_use]
    pub fn shared_secret(mut self, secret: &[u8]) -> Self {
        self.shared = Some(SigningKey::from_secret(secret));
        self.algorithms.insert(Algorithm::HS256);
        self
    }

    /// Accepts a `typ` of `JWT` or none, besides `at+jwt` (RFC 9068 §4).
    #[must_use]
    pub fn plain_jwt(mut self) -> Self {
        self.plain_jwt = true;
        self
    }

    /// Accepts tokens without `exp`. This is safe where the verifier follows the issuer's feed
    /// ([`VerifierBuilder::follow`]) or asks the issuer. Offline and without the feed, such a token
    /// stays valid forever.
    #[must_use]
    pub fn never_expiring(mut self) -> Self {
        self.never_expiring = true;
        self
    }

    /// The memory for tokens seen before, in bytes. Default: 32 MiB; 0 turns it off. The signature
    /// of such a token is not checked again. Its times and its revocation are checked every time.
    #[must_use]
    pub fn remember(mut self, bytes: usize) -> Self {
        self.remember = bytes;
        self
    }

    /// Where a feed is followed, accepts tokens that do not name their marks, too. A revocation of
    /// their grant, client or organization is then **not** noticed. A revocation of the token alone
    /// (`jti`) is.
    #[must_use]
    pub fn without_status(mut self) -> Self {
        self.without_status = true;
        self
    }

    /// The allowed difference of clocks. Default: 60 s; at most 5 min.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Fixed keys of the issuer. Where a feed is followed, the issuer introduces and withdraws keys in
    /// it, these included.
    #[must_use]
    pub fn keys(mut self, keys: &JwkSet) -> Self {
        self.given = KeySet::from_jwks(keys);
        self
    }

    /// The service that introspects credentials.
    #[must_use]
    pub fn introspection(mut self, introspection: Arc<dyn Introspect>) -> Self {
        self.introspection = Some(introspection);
        self
    }

    /// The observer that is notified of rejections.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observe>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// How credentials are checked. Default: by whatever is configured, or by both.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// The names of the claims that no RFC defines.
    #[must_use]
    pub fn claim_names(mut self, names: ClaimNames) -> Self {
        self.names = names;
        self
    }

    /// The clock. Default: the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    /// [`BuildError`] for what is missing or contradictory.
    pub fn build(self) -> Result<Verifier, BuildError> {
        if self.leeway > MAX_LEEWAY {
            return Err(BuildError::Leeway);
        }
        let rules = Rules {
            issuer: self.issuer,
            audiences: (!self.any_audience).then_some(self.audiences),
            leeway: i64::try_from(self.leeway.as_secs()).unwrap_or(0),
            never_expiring: self.never_expiring,
        };
        let mut given = self.given;
        match self.shared {
            // Without a name, because this service does not know the issuer's name of the secret.
            Some(key) => given.push(key?.verifying_key()?.without_name()),
            None if self.algorithms.contains(&Algorithm::HS256) => {
                return Err(BuildError::NoSharedSecret);
            }
            None => {}
        }
        #[cfg(feature = "http-client")]
        let (keys, introspection, follow) = {
            let built = self.remote.build(&self.clock, &self.names)?;
            let introspection = self.introspection.or(built.introspection);
            (Keys::new(given, built.keys), introspection, built.follow)
        };
        #[cfg(not(feature = "http-client"))]
        let (keys, introspection) = (Keys::new(given), self.introspection);
        let mode = choose(self.mode, keys.any(), introspection.is_some())?;
        if mode != Mode::Introspect {
            rules.issuer.as_ref().ok_or(BuildError::NoIssuer)?;
        }
        if rules.audiences.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(BuildError::NoAudience);
        }
        let keys = Arc::new(keys);
        #[cfg(feature = "http-client")]
        let feed = match follow {
            Some(_) if mode == Mode::Introspect => return Err(BuildError::Follow),
            Some(follow) => Some(follow.begin(&rules, &keys, &self.clock)?),
            None => None,
        };
        Ok(Verifier {
            mode,
            rules,
            algorithms: self.algorithms,
            plain_jwt: self.plain_jwt,
            keys,
            names: self.names,
            seen: (self.remember > 0).then(|| SeenTokens::new(self.remember)),
            without_status: self.without_status,
            #[cfg(feature = "http-client")]
            feed,
            introspection,
            breaker: crate::breaker::Breaker::default(),
            observer: self.observer,
            clock: self.clock,
        })
    }
}

/// The requested mode, if it can work; without a request, the strictest mode that can work.
fn choose(asked: Option<Mode>, keys: bool, issuer: bool) -> Result<Mode, BuildError> {
    match (asked, keys, issuer) {
        (Some(Mode::Offline) | None, true, false) | (Some(Mode::Offline), true, true) => {
            Ok(Mode::Offline)
        }
        (Some(Mode::Introspect), _, true) | (None, false, true) => Ok(Mode::Introspect),
        (Some(Mode::OfflineThenIntrospect) | None, true, true) => Ok(Mode::OfflineThenIntrospect),
        (Some(Mode::Introspect), _, false) | (Some(Mode::OfflineThenIntrospect), true, false) => {
            Err(BuildError::NoIntrospection)
        }
        (Some(Mode::Offline | Mode::OfflineThenIntrospect), false, _) | (None, false, false) => {
            Err(BuildError::NoKeys)
        }
    }
}

#[cfg(feature = "http-client")]
#[path = "builder_remote.rs"]
mod remote;
#[cfg(feature = "http-client")]
#[path = "builder_urls.rs"]
mod urls;

#[cfg(test)]
#[path = "builder_tests.rs"]
mod tests;
