//! Callers: at each door one who shows credentials of all kinds, good ones and those long revoked.

use std::sync::Arc;
use std::time::Duration;

use crate::history::Endpoint;
use crate::world::{Dice, Held, World};

/// Between two calls at one door.
const PACE: Duration = Duration::from_millis(60);

pub(crate) async fn call_on_and_on(world: Arc<World>, endpoint: Endpoint, mut dice: Dice) {
    while !world.is_ending() {
        if let Some(held) = pick(&world, endpoint, &mut dice) {
            world.show(endpoint, &held).await;
        }
        tokio::time::sleep(PACE).await;
    }
}

/// One of those that can be shown there: in three of four calls one that nobody revoked.
fn pick(world: &World, endpoint: Endpoint, dice: &mut Dice) -> Option<Held> {
    let dead = dice.roll(4) == 0;
    let jwts_only = matches!(endpoint, Endpoint::Verifier(_) | Endpoint::OpenVerifier(_));
    let held = world.held();
    let fits = |it: &&Held| it.dead == dead && (it.is_jwt || !jwts_only);
    let fitting: Vec<&Held> = held.iter().filter(fits).collect();
    (!fitting.is_empty()).then(|| fitting[dice.roll(fitting.len())].clone())
}
