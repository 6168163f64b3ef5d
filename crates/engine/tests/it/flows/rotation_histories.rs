//! Random histories of connections. In every order of consent, exchange, refresh, retry, race,
//! revocation, narrowing and waiting: a family has at most one active token, its scopes never
//! widen, a revoked family never becomes active again, and a retry inside the window is answered.

use std::sync::Arc;

use domain::{Actor, Grant, Revocation};
use proptest::prelude::*;
use store::StoreExt as _;

use crate::flows::partner::{Partner, access_token, refresh_token};
use crate::flows::world::{code, scopes};

const DAY: u64 = 86_400;
const WINDOW: u64 = 60;
const LIFETIME: u64 = 30 * DAY;
const HOUR: u64 = 3_600;

#[derive(Clone, Debug)]
enum Step {
    /// Ada consents again, and the app exchanges the code.
    Connect {
        write: bool,
    },
    /// The code of a family is used again.
    BringAgain(prop::sample::Index),
    /// This number of requests use the present token of a family at once.
    Refresh {
        family: prop::sample::Index,
        racers: usize,
    },
    /// A token that was issued earlier is used again.
    Return {
        family: prop::sample::Index,
        back: usize,
    },
    ThrowAway {
        family: prop::sample::Index,
        back: usize,
    },
    /// The connection is narrowed to `read`.
    Narrow,
    RevokeConnection,
    Wait {
        seconds: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => any::<bool>().prop_map(|write| Step::Connect { write }),
        1 => index().prop_map(Step::BringAgain),
        8 => (index(), 1_usize..4).prop_map(|(family, racers)| Step::Refresh { family, racers }),
        5 => (index(), 1_usize..3).prop_map(|(family, back)| Step::Return { family, back }),
        1 => (index(), 0_usize..3).prop_map(|(family, back)| Step::ThrowAway { family, back }),
        1 => Just(Step::Narrow),
        1 => Just(Step::RevokeConnection),
        4 => prop_oneof![1..=WINDOW, Just(WINDOW + 1), Just(HOUR), Just(16 * DAY)]
            .prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// The expected state, kept by the simplest means.
struct Family {
    code: String,
    connection: base::Id<Grant>,
    /// The scopes that the person consented to.
    scope: &'static str,
    /// Every token that was ever issued, oldest first.
    tokens: Vec<String>,
    /// Access tokens, and when each expires.
    access: Vec<(String, u64)>,
    consented_at: u64,
    rotated_at: u64,
    revoked: bool,
}

#[derive(Default)]
struct Model {
    families: Vec<Family>,
    gone: Vec<base::Id<Grant>>,
    narrowed: Vec<base::Id<Grant>>,
    now: u64,
}

impl Model {
    fn lives(&self, family: &Family) -> bool {
        !family.revoked
            && !self.gone.contains(&family.connection)
            && self.now < family.rotated_at + LIFETIME
    }

    /// The scopes that a token of the family has at this moment.
    fn scope(&self, family: &Family) -> oauth::ScopeSet {
        let narrowed = self.narrowed.contains(&family.connection);
        scopes(family.scope).intersection(&scopes(if narrowed { "read" } else { "read write" }))
    }
}

async fn connect(partner: &Partner, model: &mut Model, write: bool) {
    let scope = if write { "read write" } else { "read" };
    let code = partner.code(scope).await;
    let reply = partner.exchange(&code).await.unwrap();
    let family = partner.family(&refresh_token(&reply)).await;
    let connection = family.grant().unwrap();
    assert!(!model.gone.contains(&connection), "what was revoked never revives");
    if write {
        // Ada consented to all scopes again.
        model.narrowed.retain(|it| *it != connection);
    }
    model.families.push(Family {
        code,
        connection,
        scope,
        tokens: vec![refresh_token(&reply)],
        access: vec![(access_token(&reply), model.now + HOUR)],
        consented_at: model.now,
        rotated_at: model.now,
        revoked: false,
    });
}

async fn refresh(partner: &Arc<Partner>, model: &mut Model, at: usize, racers: usize) {
    let lives = model.lives(&model.families[at]);
    let family = &mut model.families[at];
    let present = family.tokens.last().unwrap().clone();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..racers {
        let (partner, present) = (Arc::clone(partner), present.clone());
        tasks.spawn(async move { partner.refresh(&present).await });
    }
    let mut successors = Vec::new();
    for done in tasks.join_all().await {
        assert_eq!(done.is_ok(), lives, "{:?}", done.err());
        if let Ok(reply) = done {
            successors.push(refresh_token(&reply));
            family.access.push((access_token(&reply), model.now + HOUR));
        }
    }
    successors.dedup();
    assert_eq!(successors.len(), usize::from(lives), "all get the same successor");
    if let Some(successor) = successors.pop() {
        family.tokens.push(successor);
        family.rotated_at = model.now;
    }
}

/// A token that is `back` generations old is used again.
async fn returned(partner: &Partner, model: &mut Model, at: usize, back: usize) {
    let lives = model.lives(&model.families[at]);
    let by_itself =
        !model.families[at].revoked && model.now < model.families[at].rotated_at + LIFETIME;
    let family = &mut model.families[at];
    let Some(old) = family.tokens.len().checked_sub(1 + back) else { return };
    let retry = back == 1 && model.now <= family.rotated_at + WINDOW;
    match partner.refresh(&family.tokens[old]).await {
        Ok(reply) => {
            assert!(lives && retry, "an earlier token was taken");
            assert_eq!(Some(&refresh_token(&reply)), family.tokens.last());
            family.access.push((access_token(&reply), model.now + HOUR));
        }
        Err(_) => {
            assert!(!(lives && retry), "a retry was refused");
            family.revoked |= by_itself && !retry;
        }
    }
}

async fn take(partner: &Arc<Partner>, model: &mut Model, step: Step) {
    match step {
        Step::Connect { write } => connect(partner, model, write).await,
        Step::Wait { seconds } => {
            partner.world.advance(seconds);
            model.now += seconds;
        }
        _ if model.families.is_empty() => {}
        Step::BringAgain(index) => {
            let family = index.get(&model.families);
            let over = model.now >= family.consented_at + 60;
            let expected = if over { "code_expired" } else { "code_replayed" };
            assert_eq!(code(partner.exchange(&family.code).await), expected);
            let at = index.index(model.families.len());
            model.families[at].revoked |= !over;
        }
        Step::Refresh { family, racers } => {
            let at = family.index(model.families.len());
            refresh(partner, model, at, racers).await;
        }
        Step::Return { family, back } => {
            let at = family.index(model.families.len());
            returned(partner, model, at, back).await;
        }
        Step::ThrowAway { family, back } => {
            let at = family.index(model.families.len());
            let lives = model.lives(&model.families[at]);
            let family = &mut model.families[at];
            let Some(old) = family.tokens.len().checked_sub(1 + back) else { return };
            partner.revoke(&family.tokens[old]).await;
            family.revoked |= lives;
        }
        Step::Narrow => {
            let connection = model.families.last().unwrap().connection;
            partner.world.change::<Grant>(connection, |it| it.scopes = scopes("read")).await;
            model.narrowed.push(connection);
        }
        Step::RevokeConnection => {
            let connection = model.families.last().unwrap().connection;
            partner
                .world
                .change::<Grant>(connection, |it| {
                    let by = Actor::System;
                    it.revoked = Some(Revocation { at: it.created_at, by, reason: None });
                    it.handle = None;
                })
                .await;
            model.gone.push(connection);
        }
    }
}

async fn compare(partner: &Partner, model: &Model) {
    for family in &model.families {
        let lives = model.lives(family);
        let mut live = Vec::new();
        for token in &family.tokens {
            if partner.world.introspect("app_1", &partner.secret, token).await.active {
                live.push(token);
            }
        }
        assert_eq!(live, family.tokens.last().filter(|_| lives).into_iter().collect::<Vec<_>>());
        for (token, over) in &family.access {
            let known = partner.world.at_api(token).await;
            assert_eq!(known.is_ok(), lives && model.now < *over, "{:?}", known.err());
            if let Ok(known) = known {
                assert!(known.scopes.is_subset(&model.scope(family)), "scope never widens");
            }
        }
    }
    let all = partner.world.store.page::<Grant>(store::ListQuery {
        kind: domain::Kind::Grant,
        realm: partner.world.issuer.realm().clone(),
        owners: domain::Owners { client: Some(partner.app.as_u128()), ..Default::default() },
        after: None,
        limit: 200,
    });
    let live = all.await.unwrap().iter().filter(|it| it.revoked.is_none()).count();
    assert!(live <= 1, "one connection a person and organization");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_family_has_at_most_one_live_token_and_what_was_revoked_never_revives(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        runtime.block_on(async {
            let partner = Arc::new(Partner::rotating().await);
            let mut model = Model::default();
            for step in steps {
                take(&partner, &mut model, step).await;
                compare(&partner, &model).await;
            }
        });
    }
}
