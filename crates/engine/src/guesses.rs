//! Limits guesses at secrets that an older system chose, which may be short.
//!
//! A wrong pair counts for its identifier and for the networks that it came from. Over one of these limits nothing is
//! compared any more, whatever is presented. An identifier that was proved from a network within 24 hours has a limit
//! of its own there: so the owner at a known place goes on while strangers guess, and a stranger behind the same
//! address cannot guess for ever either.
//!
//! Invariants: an identifier that nobody has is counted like any other, so that a limit does not tell whether there is
//! one. A pair that is right costs nothing but a look-up, and nothing else is looked up while nobody guesses. What is
//! kept is bounded; it is forgotten at a restart, and each node counts for itself.

use std::net::IpAddr;
use std::time::Duration;

use domain::Credential;

use crate::attempts::{Allowance, Attempts, Guesses, Network};
use crate::{Context, CredentialReason, Denial};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// The wrong secrets of one identifier, from all networks where it is not known.
const OF_IDENTIFIER: Allowance = Allowance::per(20, HOUR);
/// The wrong secrets of one identifier, from one network where it is known.
const OF_KNOWN: Allowance = Allowance::per(100, HOUR);
/// How often the stored use of one credential is looked at, while it is over its limit.
const STORED_USE: Allowance = Allowance::per(1, Duration::from_secs(60));

/// The wrong secrets of all identifiers together, from one network.
const fn of_network(size: Network) -> Option<Allowance> {
    match size {
        Network::Link => Some(Allowance::per(100, HOUR)),
        Network::Home => Some(Allowance::per(200, HOUR)),
        Network::Site => Some(Allowance::per(400, HOUR)),
        Network::Provider => None,
    }
}

/// A secret that is about to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guess<'a> {
    ctx: &'a Context<'a>,
    identifier: &'a str,
}

impl<'a> Guess<'a> {
    /// A secret for `identifier`, which may be nobody's.
    pub(crate) const fn new(ctx: &'a Context<'a>, identifier: &'a str) -> Self {
        Self { ctx, identifier }
    }

    /// Whether the secret may be compared. `credential` is the one that the identifier names, if any.
    ///
    /// # Errors
    /// [`CredentialReason::TooManyGuesses`].
    pub(crate) async fn admit(self, credential: Option<&Credential>) -> Result<(), Denial> {
        let (guesses, now) = (self.guesses(), self.ctx.now);
        if guesses.attempts.are_full(now) {
            return Ok(());
        }
        let Err(seconds) = self.check() else { return Ok(()) };
        // After a restart, or where the owner was seen by another node, the store may know the place.
        if let Some(credential) = credential
            && self.is_known_by_its_use(credential).await
            && self.check().is_ok()
        {
            return Ok(());
        }
        Err(CredentialReason::TooManyGuesses(seconds).into())
    }

    /// Notes that the secret was right.
    pub(crate) fn succeeded(self) {
        if let Some(address) = self.ctx.origin.address {
            self.guesses().known.note(self.identifier, address, self.ctx.now);
        }
    }

    /// Notes that the secret was wrong, or that nobody has the identifier.
    pub(crate) fn failed(self) {
        // A concurrent guess may have reached a limit meanwhile. Then there is nothing left to count.
        let _ = self.counted(|attempts, counted| attempts.take(counted, self.ctx.now));
    }

    fn check(self) -> Result<(), u64> {
        self.counted(|attempts, counted| attempts.check(counted, self.ctx.now))
    }

    fn guesses(self) -> &'a Guesses {
        self.ctx.issuer.guesses()
    }

    /// Calls `with` with the buckets of this guess.
    fn counted<T>(self, with: impl FnOnce(&Attempts, &[(&str, Allowance)]) -> T) -> T {
        let buckets = self.buckets();
        let counted: Vec<_> = buckets.iter().map(|(name, it)| (name.as_str(), *it)).collect();
        with(&self.guesses().attempts, &counted)
    }

    fn buckets(self) -> Vec<(String, Allowance)> {
        let Self { ctx, identifier } = self;
        if let Some(address) = ctx.origin.address
            && self.guesses().known.knows(identifier, address, ctx.now)
        {
            let network = Network::Link.of(address).unwrap_or_default();
            return vec![(format!("known {network} {identifier}"), OF_KNOWN)];
        }
        let sizes = [Network::Link, Network::Home, Network::Site];
        let networks = sizes.into_iter().filter_map(|size| {
            let network = size.of(ctx.origin.address?)?;
            Some((format!("network {network}"), of_network(size)?))
        });
        std::iter::once((format!("identifier {identifier}"), OF_IDENTIFIER))
            .chain(networks)
            .collect()
    }

    /// Looks at the last stored use of the credential, at most once a minute, and notes the network that it came from.
    async fn is_known_by_its_use(self, credential: &Credential) -> bool {
        let Self { ctx, identifier } = self;
        let attempts = &self.guesses().attempts;
        if attempts.take(&[(&format!("stored use {identifier}"), STORED_USE)], ctx.now).is_err() {
            return false;
        }
        let Ok(uses) = ctx.store.uses(&[credential.id]).await else { return false };
        let Some(last) = uses.first() else { return false };
        let address: Option<IpAddr> = last.address.as_ref().and_then(|it| it.parse().ok());
        let Some(address) = address else { return false };
        self.guesses().known.note(identifier, address, last.last_at);
        true
    }
}
