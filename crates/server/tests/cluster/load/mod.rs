//! The load: the users of the cluster while faults happen.

pub(crate) mod budgets;
mod calls;
pub(crate) mod life_cycle;
mod probe;
pub(crate) mod refreshes;

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::world::{Dice, World};

/// Starts all of it. It ends when the world says so.
pub(crate) fn start(world: &Arc<World>, ground: &life_cycle::Ground, seed: u64) -> JoinSet<()> {
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
        tasks.spawn(life_cycle::live(Arc::clone(world), ground.clone(), dice()));
    }
    tasks.spawn(life_cycle::suspend_and_resume(Arc::clone(world), ground.clone(), dice()));
    for family in &ground.families {
        let family = family.clone();
        tasks.spawn(refreshes::rotate_on_and_on(Arc::clone(world), family, dice()));
    }
    tasks.spawn(budgets::spend_on_and_on(Arc::clone(world), ground.clone(), dice()));
    tasks
}
