//! The life cycle of credentials: created, revoked in every possible way, suspended and activated
//! through their owners, each time at another node.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::probe::probe;
use crate::history::{At, Subject};
use crate::world::{AUDIENCES, Dice, End, Held, World};

/// The time between two changes of one administrator.
const PACE: Duration = Duration::from_millis(450);
/// How many are active at a time, approximately.
const POPULATION: usize = 40;
/// How many credentials below a suspended entity are probed.
const PROBED: usize = 3;
/// How long a suspension lasts.
const SUSPENDED: Duration = Duration::from_millis(2_500);

/// What exists from the beginning.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// Public ids, and the subject of each.
    pub(crate) organizations: Vec<(String, Subject)>,
    pub(crate) users: Vec<String>,
    /// Organizations and clients that are suspended and activated repeatedly.
    pub(crate) suspendable: Vec<Subject>,
    pub(crate) families: Vec<super::refreshes::Family>,
}

/// Creates and revokes, until the end.
pub(crate) async fn live(world: Arc<World>, ground: Ground, mut dice: Dice) {
    while !world.is_ending() {
        let alive = world.held().iter().filter(|it| !it.dead && it.end.is_some()).count();
        if dice.roll(2 * POPULATION) < alive {
            revoke(&world, &mut dice).await;
        } else {
            make(&world, &ground, &mut dice).await;
        }
        tokio::time::sleep(PACE).await;
    }
}

async fn make(world: &World, ground: &Ground, dice: &mut Dice) -> Option<()> {
    let node = dice.roll(world.addresses.nodes.len());
    let organization = ground.organizations[dice.roll(ground.organizations.len())].clone();
    match dice.roll(3) {
        0 => api_key(world, node, &organization, true).await,
        1 => {
            let user = &ground.users[dice.roll(ground.users.len())];
            personal_access_token(world, node, user, true).await
        }
        _ => machine(world, node, &organization, true).await.map(|_| ()),
    }
}

/// Creates an entity by the admin API. Returns its answer.
pub(crate) async fn created(world: &World, node: usize, path: &str, body: Value) -> Option<Value> {
    let (status, made) = world.admin(node, "POST", path, Some(&body)).await?;
    if !matches!(status, 201 | 503) {
        world.record_unexpected(path, node, status, &made);
    }
    (status == 201).then_some(made)
}

/// Records that an entity exists, and must exist at the end.
pub(crate) fn noted(world: &World, path: &str, made: &Value) -> Subject {
    let subject = world.subject(Some(format!("{path}/{}", text(made, "id"))));
    world.history().made.push(subject);
    subject
}

pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}"))
}

fn held(secret: &str, audience: usize, is_jwt: bool, end: Option<End>) -> Held {
    let secret = secret.to_owned();
    Held { credential: 0, secret, audience, is_jwt, end, dead: false }
}

/// An API key of an organization. `mortal`: it will be revoked later.
pub(crate) async fn api_key(
    world: &World,
    node: usize,
    (organization, above): &(String, Subject),
    mortal: bool,
) -> Option<()> {
    let new = json!({"organization": organization, "label": "a key", "audience": AUDIENCES[0].1});
    let made = created(world, node, "/api-keys", new).await?;
    let subject = noted(world, "/api-keys", &made);
    let end = mortal.then_some(End::Subject(subject));
    world.hold(held(text(&made, "secret"), 0, false, end), vec![subject, *above]);
    Some(())
}

/// A token of a user.
pub(crate) async fn personal_access_token(
    world: &World,
    node: usize,
    user: &str,
    mortal: bool,
) -> Option<()> {
    let new = json!({
        "user": user, "name": "a token", "scopes": ["things:read"], "audience": AUDIENCES[0].1,
    });
    let made = created(world, node, "/personal-access-tokens", new).await?;
    let subject = noted(world, "/personal-access-tokens", &made);
    let end = mortal.then_some(End::Subject(subject));
    world.hold(held(text(&made, "secret"), 0, false, end), vec![subject]);
    Some(())
}

/// A machine with a grant at every API, and a token of each. The subject is the client.
pub(crate) async fn machine(
    world: &World,
    node: usize,
    (organization, above): &(String, Subject),
    mortal: bool,
) -> Option<Subject> {
    let new = json!({"name": "a machine", "organization": organization});
    let made = created(world, node, "/clients", new).await?;
    let client = noted(world, "/clients", &made);
    let (id, secret) = (text(&made, "id"), text(&made, "secret"));
    world.secret(secret);
    for (audience, (_, identifier)) in AUDIENCES.iter().enumerate() {
        let new = json!({"client": id, "audience": identifier});
        let grant = created(world, node, "/grants", new).await?;
        let grant = noted(world, "/grants", &grant);
        // Another node issues the token, so it must already know the client.
        let issuer = (node + audience) % world.addresses.nodes.len();
        let fields = [("grant_type", "client_credentials"), ("audience", identifier)];
        let (status, issued) = world.form(issuer, "/token", (id, secret), &fields).await?;
        if status != 200 {
            // An owner may have been suspended meanwhile; but every node knows the client.
            if status != 503 && !is_suspended(&issued) {
                world.record_unexpected("a token of a new client", issuer, status, &issued);
            }
            continue;
        }
        let token = world.subject(None);
        let by_token = || {
            let (client, secret) = (id.to_owned(), secret.to_owned());
            End::Token { subject: token, client, secret }
        };
        // Half of them are revoked through their grant, half directly.
        let ends = if grant.0.is_multiple_of(2) { End::Subject(grant) } else { by_token() };
        let is_jwt = AUDIENCES[audience].0 != "opaque";
        let held = held(text(&issued, "access_token"), audience, is_jwt, mortal.then_some(ends));
        world.hold(held, vec![token, grant, client, *above]);
    }
    Some(client)
}

/// Revokes an older credential, and retries until the revocation is acknowledged.
async fn revoke(world: &Arc<World>, dice: &mut Dice) {
    let picked = {
        let mut all = world.held();
        let mut alive: Vec<&mut Held> =
            all.iter_mut().filter(|it| !it.dead && it.end.is_some()).collect();
        if alive.is_empty() {
            return;
        }
        let place = dice.roll(alive.len());
        alive[place].dead = true;
        alive[place].clone()
    };
    let Some(end) = picked.end.clone() else { return };
    for _ in 0..20 {
        let node = dice.roll(world.addresses.nodes.len());
        if ended(world, node, &end, &picked.secret).await {
            probe(world, &picked);
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whether the revocation was acknowledged.
async fn ended(world: &World, node: usize, end: &End, token: &str) -> bool {
    let start = world.now();
    let (subject, answer) = match end {
        End::Subject(subject) => {
            let place = world.admin_path(*subject).unwrap_or_default();
            let path = format!("{place}/revoke");
            (*subject, world.admin(node, "POST", &path, Some(&json!({}))).await)
        }
        End::Token { subject, client, secret } => {
            (*subject, world.form(node, "/revoke", (client, secret), &[("token", token)]).await)
        }
    };
    settled(world, node, (subject, false), start, answer)
}

/// Records a change with its answer. Returns whether it was acknowledged.
fn settled(
    world: &World,
    node: usize,
    (subject, good): (Subject, bool),
    start: At,
    answer: Option<(u16, Value)>,
) -> bool {
    let status = answer.as_ref().map(|(status, _)| *status);
    if let (Some(400..=499), Some((status, reported))) = (status, &answer) {
        if !is_suspended(reported) {
            world.record_unexpected("a change", node, *status, reported);
        }
        return false;
    }
    world.changed(subject, good, start, status == Some(200));
    status == Some(200)
}

/// Whether a client was refused because it, or its organization, is suspended.
fn is_suspended(reported: &Value) -> bool {
    reported["error_description"].as_str().is_some_and(|text| text.contains("not active"))
}

/// Suspends and activates these entities, one after the other.
pub(crate) async fn suspend_and_resume(world: Arc<World>, ground: Ground, mut dice: Dice) {
    while !world.is_ending() {
        let subject = ground.suspendable[dice.roll(ground.suspendable.len())];
        switch(&world, subject, false, &mut dice).await;
        let below: Vec<Held> = {
            let history = world.history();
            let hangs =
                |it: &&Held| history.credentials[it.credential].hangs_from.contains(&subject);
            world.held().iter().filter(hangs).cloned().collect()
        };
        // Not all of them: the probes should not be the main load of the machine.
        below.iter().rev().take(PROBED).for_each(|held| probe(&world, held));
        tokio::time::sleep(SUSPENDED).await;
        switch(&world, subject, true, &mut dice).await;
        tokio::time::sleep(SUSPENDED).await;
    }
}

/// Retries until it is acknowledged.
async fn switch(world: &World, subject: Subject, good: bool, dice: &mut Dice) {
    let place = world.admin_path(subject).unwrap_or_default();
    let word = if good { "activate" } else { "suspend" };
    for _ in 0..20 {
        let node = dice.roll(world.addresses.nodes.len());
        let start = world.now();
        let answer = world.admin(node, "POST", &format!("{place}/{word}"), Some(&json!({}))).await;
        if settled(world, node, (subject, good), start, answer) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
