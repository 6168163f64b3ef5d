//! Remembers from which networks the owner of a secret has proved it within a day.
//!
//! Invariant: only a success makes an entry, so a stranger makes none. Memory is bounded: an identifier has at most
//! [`MAX_OF_ONE`] networks, so that the holder of one secret cannot push out what is known of others.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;

use super::network::Network;

/// How long a success counts.
const LASTS: Duration = Duration::from_secs(24 * 60 * 60);
/// A success is noted again only after this time, so that most requests only read.
const REFRESH: Duration = Duration::from_secs(60 * 60);
/// The most networks of one identifier. The one that was seen longest ago is forgotten first.
const MAX_OF_ONE: usize = 16;
/// The most identifiers of a shard. All shards together hold 65,536, most of them in about 100 bytes each.
const MAX_IDENTIFIERS: usize = 4_096;
const SHARDS: usize = 16;

/// The networks of the recent successes, by identifier.
#[derive(Debug, Default)]
pub struct KnownNetworks {
    hash: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// By the hash of an identifier: the hash of each network, and when it was last noted, in milliseconds since 1970.
/// An attacker cannot find two names with one hash, since the hash has a random key.
type Shard = HashMap<u64, Vec<(u64, i64)>>;

impl KnownNetworks {
    /// No success yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `identifier` succeeded from `address`.
    pub fn note(&self, identifier: &str, address: IpAddr, now: Timestamp) {
        let (identifier, network) = self.key(identifier, address);
        let mut shard = self.shard(identifier);
        if let Some(networks) = shard.get_mut(&identifier) {
            match networks.iter_mut().find(|(known, _)| *known == network) {
                Some((_, at)) if now.millis() - *at < millis(REFRESH) => {}
                Some((_, at)) => *at = now.millis(),
                None => {
                    if networks.len() >= MAX_OF_ONE {
                        let oldest = networks.iter().enumerate().min_by_key(|(_, (_, at))| *at);
                        let oldest = oldest.map_or(0, |(index, _)| index);
                        networks.swap_remove(oldest);
                    }
                    networks.push((network, now.millis()));
                }
            }
            return;
        }
        if shard.len() >= MAX_IDENTIFIERS {
            sweep(&mut shard, now);
        }
        shard.insert(identifier, vec![(network, now.millis())]);
    }

    /// Whether `identifier` succeeded from the network of `address` within 24 hours.
    pub fn knows(&self, identifier: &str, address: IpAddr, now: Timestamp) -> bool {
        let (identifier, network) = self.key(identifier, address);
        let shard = self.shard(identifier);
        let networks = shard.get(&identifier).map(Vec::as_slice).unwrap_or_default();
        networks.iter().any(|(known, at)| *known == network && now.millis() - at < millis(LASTS))
    }

    fn key(&self, identifier: &str, address: IpAddr) -> (u64, u64) {
        (self.hash.hash_one(identifier), self.hash.hash_one(Network::Link.prefix(address)))
    }

    fn shard(&self, identifier: u64) -> MutexGuard<'_, Shard> {
        #[allow(clippy::indexing_slicing, reason = "a remainder of SHARDS indexes that many")]
        let shard = &self.shards[identifier as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what is older than a day, and if that is not enough the older half of the others.
fn sweep(shard: &mut Shard, now: Timestamp) {
    let newest =
        |networks: &Vec<(u64, i64)>| networks.iter().map(|(_, at)| *at).max().unwrap_or(i64::MIN);
    shard.retain(|_, networks| now.millis() - newest(networks) < millis(LASTS));
    if shard.len() > MAX_IDENTIFIERS / 2 {
        let mut times: Vec<i64> = shard.values().map(newest).collect();
        let half = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(half);
        let median = *median;
        shard.retain(|_, networks| newest(networks) > median);
    }
}

const fn millis(duration: Duration) -> i64 {
    duration.as_millis() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: [u8; 4] = [192, 0, 2, 7];
    const ELSEWHERE: [u8; 4] = [192, 0, 2, 8];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn a_network_is_known_for_a_day_for_its_own_identifier() {
        let known = KnownNetworks::new();
        known.note("ada", HOME.into(), at(0));
        assert!(known.knows("ada", HOME.into(), at(86_399)));
        assert!(!known.knows("ada", HOME.into(), at(86_400)));
        assert!(!known.knows("ada", ELSEWHERE.into(), at(0)));
        assert!(!known.knows("bob", HOME.into(), at(0)));
        known.note("ada", HOME.into(), at(3_600));
        assert!(known.knows("ada", HOME.into(), at(86_400)), "seen again an hour later");
    }

    #[test]
    fn the_holder_of_one_secret_does_not_push_out_others() {
        let known = KnownNetworks::new();
        known.note("ada", HOME.into(), at(0));
        for third in 0..=255 {
            for fourth in 0..=255 {
                known.note("thief", [203, 0, third, fourth].into(), at(1));
            }
        }
        assert!(known.knows("ada", HOME.into(), at(2)));
        let kept: usize = known
            .shards
            .iter()
            .flat_map(|it| it.lock().unwrap().clone())
            .map(|(_, it)| it.len())
            .sum();
        assert_eq!(kept, 1 + MAX_OF_ONE);
    }

    #[test]
    fn memory_is_bounded() {
        let known = KnownNetworks::new();
        for number in 0..3 * SHARDS * MAX_IDENTIFIERS {
            known.note(&number.to_string(), HOME.into(), at(number as i64 / 1_000));
        }
        let kept: usize = known.shards.iter().map(|it| it.lock().unwrap().len()).sum();
        assert!(kept <= SHARDS * MAX_IDENTIFIERS, "{kept}");
    }
}
