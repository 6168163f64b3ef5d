//! The load: everybody who uses the cluster while it is being broken.

pub(crate) mod budgets;
mod calls;
mod hunt;
pub(crate) mod life;
pub(crate) mod refreshes;

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::world::{Dice, World};

/// Starts all of it. It ends by itself once the world says so.
pub(crate) fn start(world: &Arc<World>, ground: &life::Ground, seed: u64) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let mut number = 0;
    let mut dice = || {
        number += 1;
        Dice::new(seed, number)
    };
    for endpoint in world.endpoints(true) {
        tasks.spawn(calls::call_on_and_on(Arc::clone(world), endpoint, dice()));
    }
    for _ in 0..3 {
        tasks.spawn(life::live(Arc::clone(world), ground.clone(), dice()));
    }
    tasks.spawn(life::suspend_and_resume(Arc::clone(world), ground.clone(), dice()));
    for family in &ground.families {
        let family = family.clone();
        tasks.spawn(refreshes::rotate_on_and_on(Arc::clone(world), family, dice()));
    }
    tasks.spawn(budgets::spend_on_and_on(Arc::clone(world), ground.clone(), dice()));
    tasks
}
