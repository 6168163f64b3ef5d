//! Random histories. In every order of issuing, revoking, suspending and waiting: a token is
//! accepted exactly when everything it depends on is active, and a budget is never exceeded.

use domain::{BudgetLimits, Client, CredentialKind, Grant, Revocation, Status, TokenPolicy};
use oauth::{Operation, Parameter as P};
use proptest::prelude::*;

use crate::flows::world::{World, with_basic};

const PER_HOUR: u64 = 5;
const PER_DAY: u64 = 8;

#[derive(Clone, Debug)]
enum Step {
    /// Issue a token: from the secret, or from the refresh token.
    Issue {
        by_refresh: bool,
    },
    /// Revoke one of the tokens issued so far.
    RevokeToken(prop::sample::Index),
    RevokeRefreshToken,
    RevokeGrant,
    Suspend,
    Activate,
    Wait {
        minutes: u64,
    },
    RotateKeys,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any::<bool>().prop_map(|by_refresh| Step::Issue { by_refresh }),
        3 => any::<prop::sample::Index>().prop_map(Step::RevokeToken),
        1 => Just(Step::RevokeRefreshToken),
        1 => Just(Step::RevokeGrant),
        1 => Just(Step::Suspend),
        2 => Just(Step::Activate),
        4 => (1_u64..50).prop_map(|minutes| Step::Wait { minutes }),
        1 => Just(Step::RotateKeys),
    ]
}

/// The expected state, kept by the simplest means.
#[derive(Default)]
struct Model {
    tokens: Vec<Issued>,
    refresh_revoked: bool,
    grant_revoked: bool,
    suspended: bool,
    now: u64,
    spent: Vec<u64>,
}

struct Issued {
    text: String,
    by_refresh: bool,
    expires: u64,
    revoked: bool,
}

impl Model {
    fn affordable(&self) -> bool {
        let in_window = |seconds: u64| {
            self.spent.iter().filter(|at| **at / seconds == self.now / seconds).count() as u64
        };
        in_window(3_600) < PER_HOUR && in_window(86_400) < PER_DAY
    }

    fn may_issue(&self, by_refresh: bool) -> bool {
        let held = !(by_refresh && self.refresh_revoked);
        held && !self.grant_revoked && !self.suspended && self.affordable()
    }

    fn is_good(&self, token: &Issued) -> bool {
        let source_held = !(token.by_refresh && self.refresh_revoked);
        let taken_back = token.revoked || self.grant_revoked || self.suspended;
        source_held && !taken_back && self.now < token.expires
    }
}

async fn take(world: &World, model: &mut Model, step: Step) {
    match step {
        Step::Issue { by_refresh } => issue(world, model, by_refresh).await,
        Step::RevokeToken(index) => {
            if model.tokens.is_empty() {
                return;
            }
            let at = index.index(model.tokens.len());
            let own = ("client_1", world.client_secret.as_str());
            let request = with_basic(Operation::Revocation, own, &model.tokens[at].text);
            let done = world.ask(&request).await;
            // A suspended client cannot even revoke, so nothing changes.
            assert_eq!(done.is_ok(), !model.suspended);
            model.tokens[at].revoked |= done.is_ok() && model.is_good(&model.tokens[at]);
        }
        Step::RevokeRefreshToken => {
            let id = world.found(CredentialKind::RefreshToken, &world.refresh_token).await;
            world.change(id, |it| it.revoked.get_or_insert(revocation()).reason = None).await;
            model.refresh_revoked = true;
        }
        Step::RevokeGrant => {
            world
                .change::<Grant>(world.grant, |it| {
                    it.revoked.get_or_insert(revocation());
                })
                .await;
            model.grant_revoked = true;
        }
        Step::Suspend | Step::Activate => {
            let suspend = matches!(step, Step::Suspend);
            let status = if suspend { Status::Suspended } else { Status::Active };
            world.change::<Client>(world.client, |it| it.status = status).await;
            model.suspended = suspend;
        }
        Step::Wait { minutes } => {
            world.advance(minutes * 60);
            model.now += minutes * 60;
        }
        Step::RotateKeys => {
            let rotated = world
                .run(async |ctx| {
                    let algorithm = domain::Algorithm::ES256;
                    engine::keys::rotate(ctx, algorithm, true, domain::Actor::System).await
                })
                .await
                .unwrap();
            store::Store::commit(&*world.store, rotated.batch).await.unwrap();
            world.issuer.reload_keys(&*world.store).await.unwrap();
        }
    }
}

async fn issue(world: &World, model: &mut Model, by_refresh: bool) {
    let mut parameters = world.machine(&[(P::RefreshToken, world.refresh_token.as_str())]);
    parameters[0].1 = if by_refresh { "refresh_token" } else { "client_credentials" };
    let reply = world.token(&parameters).await;
    assert_eq!(reply.is_ok(), model.may_issue(by_refresh), "{reply:?}");
    if let Ok(reply) = reply {
        model.spent.push(model.now);
        model.tokens.push(Issued {
            text: reply.access_token.expose().to_owned(),
            by_refresh,
            expires: model.now + 3_600,
            revoked: false,
        });
    }
}

fn revocation() -> Revocation {
    Revocation { at: base::Timestamp::EPOCH, by: domain::Actor::System, reason: None }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_token_is_active_exactly_while_its_whole_chain_is(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let budget = BudgetLimits { per_hour: Some(PER_HOUR), per_day: Some(PER_DAY) };
            let world = World::with(TokenPolicy::default(), budget).await;
            // The world's clock starts at a full hour, so that the model can count from zero.
            let mut model = Model::default();
            for step in steps {
                take(&world, &mut model, step).await;
                for token in &model.tokens {
                    let accepted = world.at_api(&token.text).await;
                    assert_eq!(accepted.is_ok(), model.is_good(token), "{:?}", accepted.err());
                }
            }
        });
    }
}
