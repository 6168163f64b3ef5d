//! Clients that spend their budget at all nodes at once until it is refused. Then the next client
//! starts.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, SystemClock};
use serde_json::json;

use super::life_cycle::{Ground, created, noted, text};
use crate::history::{Paid, Span, Spend};
use crate::world::{AUDIENCES, Dice, World};

/// Tokens per hour.
const BUDGET: usize = 24;
/// The time between two rounds of one request to each node.
const PACE: Duration = Duration::from_millis(150);
/// How many refusals end a client's turn.
const REFUSED: usize = 4;

pub(crate) async fn spend_on_and_on(world: Arc<World>, ground: Ground, mut dice: Dice) {
    while !world.is_ending() {
        if spend_one(&world, &ground, &mut dice).await.is_none() {
            tokio::time::sleep(PACE).await;
        }
    }
}

/// A new client spends its whole budget; `None` where it could not be created.
async fn spend_one(world: &World, ground: &Ground, dice: &mut Dice) -> Option<()> {
    let nodes = world.addresses.nodes.len();
    let node = dice.roll(nodes);
    let (organization, _) = &ground.organizations[0];
    let budget = json!({"per_hour": BUDGET, "per_day": BUDGET});
    let new = json!({"name": "a spender", "organization": organization, "budget": budget});
    let made = created(world, node, "/clients", new).await?;
    noted(world, "/clients", &made);
    let client = (text(&made, "id"), text(&made, "secret"));
    world.secret(client.1);
    let grant = json!({"client": client.0, "audience": AUDIENCES[0].1});
    created(world, node, "/grants", grant).await?;
    let number = {
        let mut history = world.history();
        history.budgets.push(BUDGET);
        history.budgets.len() - 1
    };
    let mut refused = 0;
    while refused < REFUSED && !world.is_ending() {
        let round = tokio::join!(
            spend(world, dice.roll(nodes), client, number),
            spend(world, dice.roll(nodes), client, number),
            spend(world, dice.roll(nodes), client, number),
        );
        let paid: [Paid; 3] = round.into();
        refused += paid.iter().filter(|it| **it == Paid::Exhausted).count();
        tokio::time::sleep(PACE).await;
    }
    Some(())
}

async fn spend(world: &World, node: usize, client: (&str, &str), number: usize) -> Paid {
    let hour = || SystemClock.now().seconds() / 3_600;
    let (start, began) = (world.now(), hour());
    let fields = [("grant_type", "client_credentials"), ("audience", AUDIENCES[0].1)];
    let answer = match world.form(node, "/token", client, &fields).await {
        Some((200, _)) => Paid::Issued,
        Some((429, _)) => Paid::Exhausted,
        Some((503, _)) | None => Paid::Unknown,
        Some((status, _)) => Paid::Broken(status),
    };
    let (span, ended) = (Span { start, end: world.now() }, hour());
    let hour = (began == ended).then_some(began);
    world.history().spends.push(Spend { client: number, hour, span, answer });
    answer
}
