//! Connections that refresh repeatedly at changing nodes, some of them twice at once. A request
//! without an answer is retried.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::history::{Refresh, Renewal, Span};
use crate::world::{Dice, World};

/// The time between two rotations.
const PACE: Duration = Duration::from_millis(250);

/// A family of refresh tokens, and its client.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) number: usize,
    pub(crate) client: String,
    pub(crate) secret: String,
    pub(crate) first: String,
    /// Whether an old token is presented at the end.
    pub(crate) replays: bool,
}

/// A number for each token of a family, in the order in which they were seen.
#[derive(Debug, Default)]
struct Numbers(BTreeMap<String, usize>);

impl Numbers {
    fn of(&mut self, token: &str) -> usize {
        let next = self.0.len();
        *self.0.entry(token.to_owned()).or_insert(next)
    }
}

pub(crate) async fn rotate_on_and_on(world: Arc<World>, family: Family, mut dice: Dice) {
    let mut numbers = Numbers::default();
    let mut held = vec![family.first.clone()];
    while !world.is_ending() {
        let token = held.last().cloned().unwrap_or_default();
        if let Some(next) = once(&world, &family, &token, &mut numbers, &mut dice).await {
            world.secret(&next);
            held.push(next);
        }
        if family.replays && held.len() > 12 {
            replay(&world, &family, &held, &mut numbers, &mut dice).await;
            return;
        }
        tokio::time::sleep(PACE).await;
    }
}

/// A rotation: one request, or two at once at two nodes. Returns the successor, where there was
/// one.
async fn once(
    world: &World,
    family: &Family,
    token: &str,
    numbers: &mut Numbers,
    dice: &mut Dice,
) -> Option<String> {
    let nodes = world.addresses.nodes.len();
    let node = dice.roll(nodes);
    if dice.roll(3) != 0 {
        let (span, answer) = ask(world, family, node, token).await;
        return note(world, family, token, numbers, (span, answer));
    }
    let other = (node + 1) % nodes;
    let (one, two) =
        tokio::join!(ask(world, family, node, token), ask(world, family, other, token));
    let one = note(world, family, token, numbers, one);
    note(world, family, token, numbers, two).or(one)
}

/// Presents an old token. No token of the family is active afterwards.
async fn replay(
    world: &World,
    family: &Family,
    held: &[String],
    numbers: &mut Numbers,
    dice: &mut Dice,
) {
    world.history().replayed.push(family.number);
    let newest = held.len() - 1;
    for token in [&held[newest - 3], &held[newest], &held[newest], &held[newest]] {
        let node = dice.roll(world.addresses.nodes.len());
        let reported = ask(world, family, node, token).await;
        note(world, family, token, numbers, reported);
    }
}

/// The answer of a node: the successor, or the status.
type TokenAnswer = (Span, Result<String, Option<u16>>);

async fn ask(world: &World, family: &Family, node: usize, token: &str) -> TokenAnswer {
    let start = world.now();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let client = (family.client.as_str(), family.secret.as_str());
    let answer = world.form(node, "/token", client, &fields).await;
    let span = Span { start, end: world.now() };
    let reported = match answer {
        None => Err(None),
        Some((200, body)) => body["refresh_token"].as_str().map(str::to_owned).ok_or(Some(200)),
        Some((status, reported)) => {
            if status != 503 && !family.replays {
                world.record_unexpected("a refresh", node, status, &reported);
            }
            Err(Some(status))
        }
    };
    (span, reported)
}

fn note(
    world: &World,
    family: &Family,
    token: &str,
    numbers: &mut Numbers,
    (span, reported): TokenAnswer,
) -> Option<String> {
    let answer = match &reported {
        Ok(next) => Renewal::Successor(numbers.of(next)),
        Err(None | Some(503)) => Renewal::Unknown,
        Err(Some(400 | 401)) => Renewal::Refused,
        Err(Some(status)) => Renewal::Broken(*status),
    };
    let presented = numbers.of(token);
    let refresh = Refresh { family: family.number, presented, span, answer };
    world.history().refreshes.push(refresh);
    reported.ok()
}
