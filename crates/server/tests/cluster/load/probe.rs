//! Probes: after a revocation was acknowledged, one at every endpoint presents the revoked
//! credential until it has been refused twice.

use std::sync::Arc;
use std::time::Duration;

use crate::history::Observation;
use crate::world::{Held, World};

/// The time between two attempts.
const PACE: Duration = Duration::from_millis(15);
/// The largest number of attempts.
const LOOKS: usize = 40;

/// Starts a probe at every endpoint.
pub(crate) fn probe(world: &Arc<World>, held: &Held) {
    for endpoint in world.endpoints(held.is_jwt) {
        let (world, held) = (Arc::clone(world), held.clone());
        tokio::spawn(async move {
            let mut refused = 0;
            for _ in 0..LOOKS {
                if world.show(endpoint, &held).await == Observation::Refused {
                    refused += 1;
                }
                if refused == 2 || world.is_ending() {
                    return;
                }
                tokio::time::sleep(PACE).await;
            }
        });
    }
}
