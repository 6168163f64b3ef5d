//! `postern admin-key create`: creates the first admin key of a realm directly in the database.
//! Further keys are created by the admin API with this one.

use std::io::Write as _;

use domain::Actor;
use engine::RequestOrigin;
use engine::admin::admin_keys::{self, NewAdminKey};
use engine::admin::scopes::EVERYTHING;

use crate::arguments::CreateAdminKey;
use crate::error::CommandError;
use crate::{config, database, master_key, realms};

/// Creates a key that may do everything in its realm, and shows it once.
///
/// # Errors
/// When there is no such realm, or the database cannot be opened.
pub(crate) async fn create(arguments: &CreateAdminKey) -> Result<(), CommandError> {
    let config = config::load(&arguments.configured.config).map_err(CommandError::new)?;
    let named = |realm: &&config::Realm| realm.name.as_str() == arguments.realm;
    let realm = config.realms.iter().find(named).ok_or_else(|| {
        let known: Vec<&str> = config.realms.iter().map(|realm| realm.name.as_str()).collect();
        CommandError::new(format!(
            "{} has no realm {:?}; expected one of {}",
            config.file.display(),
            arguments.realm,
            known.join(", ")
        ))
    })?;
    let master = master_key::read(&config.master_key)?;
    let opened = database::open(&config.database, &master).await?;
    let app = realms::app(opened.store, &master);
    let state = realms::open(realm, &app, &master).await?;
    let origin = RequestOrigin::default();
    let ctx = state.direct_context(&origin);
    let new = NewAdminKey {
        label: arguments.label.clone(),
        scopes: vec![EVERYTHING.to_owned()],
        expires_at: None,
    };
    let made = engine::settle(&ctx, async |ctx| {
        admin_keys::create(&ctx, &Actor::System, None, &new).await
    });
    let (issued, _) = made.await.map_err(CommandError::new)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", issued.secret.expose()).map_err(CommandError::new)
}
