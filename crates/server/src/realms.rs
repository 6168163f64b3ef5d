//! Opens the configured realms on a store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use base::{MasterKey, SystemClock, SystemRng};
use domain::{Algorithm, Kind, ResourceServer};
use engine::attempts::{Attempts, KnownNetworks};
use engine::{Issuer, IssuerSettings, RefusalLog, RequestOrigin, UseLog};
use passwords::Argon2id;
use store::{Hot, ListQuery, MAX_PAGE, StoreExt as _};
use web::{AppState, RealmState};

use crate::config::Realm;
use crate::error::CommandError;

/// The state that all realms share.
pub(crate) fn app(memory: Arc<Hot>, master: &MasterKey) -> Arc<AppState> {
    Arc::new(AppState {
        store: Arc::clone(&memory) as _,
        memory,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        digests: master.digest_key(),
        passwords: Arc::new(Argon2id::new(Arc::new(SystemRng))),
        attempts: Attempts::new(),
        known_networks: KnownNetworks::new(),
        uses: Arc::new(UseLog::new()),
        refusals: Arc::new(RefusalLog::new()),
        refusals_dropped: AtomicU64::new(0),
        draining: AtomicBool::new(false),
    })
}

/// Opens the realm, with a key for every algorithm that its tokens are signed with.
///
/// # Errors
/// When the store cannot be read or written, or a stored key cannot be decrypted.
pub(crate) async fn open(
    realm: &Realm,
    app: &Arc<AppState>,
    master: &MasterKey,
) -> Result<RealmState, CommandError> {
    let settings = IssuerSettings {
        realm: realm.name.clone(),
        url: realm.issuer.to_string(),
        dialect: Arc::clone(&realm.dialect),
        environment: realm.environment,
        display_name: realm.display_name.clone(),
    };
    let issuer = Issuer::new(settings, master, &*app.rng);
    let state = RealmState::new(Arc::clone(app), Arc::new(issuer));
    let failed =
        |error: &dyn std::fmt::Display| CommandError::new(format!("realm {}: {error}", realm.name));
    let algorithms = algorithms(&state).await.map_err(|error| failed(&error))?;
    let origin = RequestOrigin::default();
    let ctx = state.direct_context(&origin);
    engine::settle(&ctx, async |ctx| engine::keys::ensure(&ctx, &algorithms).await)
        .await
        .map_err(|denial| failed(&denial))?;
    engine::retention::record_lifetimes(&ctx).await.map_err(|denial| failed(&denial))?;
    state.issuer().reload_keys(ctx.store).await.map_err(|error| failed(&error))?;
    Ok(state)
}

/// Logs each API of a route of the gate that is no active resource server: every request to it is refused.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn warn_of_unknown_apis(
    realm: &Realm,
    state: &RealmState,
) -> Result<(), CommandError> {
    let audiences = realm.gate.iter().flat_map(web::gate::GateSettings::audiences);
    for audience in audiences.collect::<BTreeSet<_>>() {
        let found = state.app().store.by_handle::<ResourceServer>(&realm.name, audience).await;
        let found =
            found.map_err(|error| CommandError::new(format!("realm {}: {error}", realm.name)))?;
        if found.is_none_or(|server| server.status != domain::Status::Active) {
            let realm = realm.name.as_str();
            tracing::warn!(
                realm,
                audience,
                "a route of the gate is for an API that does not exist"
            );
        }
    }
    Ok(())
}

/// The algorithms of the dialect for access and ID tokens, status lists and the feed, and those
/// that its resource servers use instead.
async fn algorithms(state: &RealmState) -> Result<Vec<Algorithm>, store::StoreError> {
    let issuer = state.issuer();
    let mut algorithms = BTreeSet::from([issuer.dialect().access_token().algorithm]);
    algorithms.extend(engine::oidc::algorithm(issuer.dialect()));
    algorithms.insert(engine::keys::public_algorithm(issuer.dialect()));
    let mut after = None;
    loop {
        let query = ListQuery {
            kind: Kind::ResourceServer,
            realm: issuer.realm().clone(),
            owners: Default::default(),
            after,
            limit: MAX_PAGE,
        };
        let page = state.app().store.page::<ResourceServer>(query).await?;
        algorithms.extend(page.iter().filter_map(|server| server.tokens.algorithm));
        match page.last() {
            Some(last) if page.len() == MAX_PAGE => after = Some(last.id.as_u128()),
            _ => return Ok(algorithms.into_iter().collect()),
        }
    }
}
