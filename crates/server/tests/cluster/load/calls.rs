//! Callers: at each endpoint, one presents credentials of all kinds, active ones and revoked ones.

use std::sync::Arc;
use std::time::Duration;

use crate::history::Endpoint;
use crate::world::{Dice, Held, World};

/// The time between two calls at one endpoint.
const PACE: Duration = Duration::from_millis(60);

pub(crate) async fn call_on_and_on(world: Arc<World>, endpoint: Endpoint, mut dice: Dice) {
    while !world.is_ending() {
        if let Some(held) = pick(&world, endpoint, &mut dice) {
            world.show(endpoint, &held).await;
        }
        tokio::time::sleep(PACE).await;
    }
}

/// A credential for the endpoint: in three of four calls, one that was not revoked.
fn pick(world: &World, endpoint: Endpoint, dice: &mut Dice) -> Option<Held> {
    let dead = dice.roll(4) == 0;
    let jwts_only = matches!(endpoint, Endpoint::Verifier(_) | Endpoint::OpenVerifier(_));
    let held = world.held();
    let fits = |it: &&Held| it.dead == dead && (it.is_jwt || !jwts_only);
    let fitting: Vec<&Held> = held.iter().filter(fits).collect();
    (!fitting.is_empty()).then(|| fitting[dice.roll(fitting.len())].clone())
}
