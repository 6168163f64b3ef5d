//! Random histories of connections: requests, exchanges, refreshes, retries, races, revocations,
//! scope changes, waiting and restarts, in every order. The engine must answer as a model does that
//! knows nothing of rows, digests and seals ([`model`]). After each step, for every string that was
//! ever issued:
//!
//! - an access token is active exactly while the model says so, with exactly those scopes, and they
//!   are no wider than what the person consented to;
//! - a family has at most one active refresh token: the last one, and only while the family is not
//!   revoked;
//! - what was revoked once is denied for ever.

mod model;
mod play;

use proptest::prelude::*;
use proptest::sample::Index;

use model::Scopes;
use play::Play;

/// The fault in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    OtherClient,
    OtherRedirect,
    OtherVerifier,
}

#[derive(Clone, Debug)]
enum Step {
    /// A person consents to some scopes for one of their organizations.
    Authorize {
        who: usize,
        scopes: Scopes,
    },
    Exchange {
        code: Index,
        fault: Fault,
    },
    /// The token from this number of rotations ago is used, for these scopes or all.
    Refresh {
        family: Index,
        back: usize,
        narrow: Option<Scopes>,
    },
    /// This number of requests use the present token at once.
    RaceRefresh {
        family: Index,
        many: usize,
    },
    RaceExchange {
        code: Index,
        many: usize,
    },
    /// The app revokes a refresh token while it uses it.
    RaceRevoke {
        family: Index,
    },
    Revoke {
        family: Index,
        back: usize,
    },
    RevokeAccess {
        token: Index,
    },
    /// Staff revoke a connection.
    Close {
        who: usize,
    },
    /// Staff narrow a connection.
    Narrow {
        who: usize,
        to: Scopes,
    },
    /// The app's scopes change, with or without dropping its connections.
    ChangeScopes {
        to: Scopes,
        drop: bool,
    },
    Suspend(bool),
    Wait {
        seconds: u64,
    },
    Restart,
}

fn some_scopes() -> impl Strategy<Value = Scopes> {
    let all = ["delete", "offline_access", "read", "write"];
    // Most apps ask for a refresh token.
    let offline = prop::bool::weighted(0.8);
    (prop::sample::subsequence(vec!["delete", "read", "write"], 1..=2), offline).prop_map(
        move |(some, offline)| {
            let wanted = |it: &&&str| some.contains(*it) || (offline && **it == "offline_access");
            all.iter().filter(wanted).copied().collect()
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    let back = || prop_oneof![6 => Just(0_usize), 3 => Just(1), 1 => 2_usize..4];
    let fault = prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::OtherClient),
        1 => Just(Fault::OtherRedirect),
        1 => Just(Fault::OtherVerifier),
    ];
    let wait = prop_oneof![
        4 => 1_u64..40,
        3 => 40_u64..130,
        // The exact ends of a code's lifetime and of the retry window.
        1 => 59_u64..62,
        1 => 3_000_u64..8_000,
        1 => 864_000_u64..3_000_000,
    ];
    prop_oneof![
        8 => (0_usize..3, some_scopes()).prop_map(|(who, scopes)| Step::Authorize { who, scopes }),
        10 => (index(), fault).prop_map(|(code, fault)| Step::Exchange { code, fault }),
        14 => (index(), back(), prop::option::weighted(0.2, some_scopes()))
            .prop_map(|(family, back, narrow)| Step::Refresh { family, back, narrow }),
        3 => (index(), 2_usize..8).prop_map(|(family, many)| Step::RaceRefresh { family, many }),
        1 => (index(), 2_usize..8).prop_map(|(code, many)| Step::RaceExchange { code, many }),
        1 => index().prop_map(|family| Step::RaceRevoke { family }),
        1 => (index(), back()).prop_map(|(family, back)| Step::Revoke { family, back }),
        1 => index().prop_map(|token| Step::RevokeAccess { token }),
        1 => (0_usize..3).prop_map(|who| Step::Close { who }),
        1 => (0_usize..3, some_scopes()).prop_map(|(who, to)| Step::Narrow { who, to }),
        1 => (some_scopes(), prop::bool::weighted(0.4))
            .prop_map(|(to, drop)| Step::ChangeScopes { to, drop }),
        1 => any::<bool>().prop_map(Step::Suspend),
        8 => wait.prop_map(|seconds| Step::Wait { seconds }),
        2 => Just(Step::Restart),
    ]
}

fn holds_for_all(window: Option<u64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let config =
        ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..60))| {
        runtime.block_on(async {
            let mut play = Play::new(window).await;
            for step in steps {
                play.take(step).await;
                play.compare().await;
            }
        });
    });
}

#[test]
fn rfc9700_4_14_2_a_family_has_at_most_one_live_token_and_retries_get_the_same_one() {
    holds_for_all(Some(60));
}

#[test]
fn rfc9700_4_14_2_without_a_window_every_reuse_revokes_the_family() {
    holds_for_all(None);
}
