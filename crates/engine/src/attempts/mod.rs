//! Limits how often something may be tried, and by whom: passwords, imported secrets, forms.
//!
//! [`Attempts`] counts, [`Network`] says how much of the Internet an attempt counts for, and
//! [`KnownNetworks`] remembers where an owner was seen, so that the attempts of strangers do not
//! count against them. All of it is in memory and bounded. It is forgotten at a restart, and each
//! node counts for itself.

mod buckets;
mod known;
mod network;

pub use buckets::{Allowance, Attempts, Counted};
pub use known::KnownNetworks;
pub use network::Network;

/// The recent guesses at the secrets of one realm that an older system chose.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    /// The buckets of wrong secrets.
    pub(crate) attempts: Attempts,
    /// Where the owners of the secrets were seen.
    pub(crate) known: KnownNetworks,
}
