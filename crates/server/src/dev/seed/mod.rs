//! What the demo starts with: five realms with customers, people, clients and credentials.
//!
//! Everything is made by the admin operations, so that it is in the audit trail like anything else.
//! Invariant: [`DemoFile`] is written after all that it names was committed; a seed that was cut
//! short is simply sown again.

mod blocks;
mod demo_file;
pub(super) mod fyma;
mod people;
mod realm;
pub(super) mod speckle;
pub(super) mod speculo;
pub(super) mod spendesk;
pub(super) mod spiko;
#[cfg(test)]
pub(super) mod tests;

use engine::Denial;
use web::RealmState;

use crate::error::CommandError;
pub(crate) use blocks::blocks;
pub(crate) use demo_file::DemoFile;
use demo_file::DemoRealms;
pub(crate) use people::{move_partner, people};
use realm::SeedRealm;

/// The realms to sow, each with its signing keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedRealms<'a> {
    /// Where the portal is.
    pub(crate) portal: &'a str,
    /// One realm a dialect, named like it.
    pub(crate) realms: &'a [RealmState],
}

/// Sows all realms.
///
/// # Errors
/// When a realm is missing, or the store fails.
pub(crate) async fn seed(realms: SeedRealms<'_>) -> Result<DemoFile, CommandError> {
    Ok(DemoFile {
        portal: realms.portal.to_owned(),
        realms: DemoRealms {
            speculo: speculo::seed(&realms.realm("speculo")?).await.map_err(error)?,
            spendesk: spendesk::seed(&realms.realm("spendesk")?).await.map_err(error)?,
            spiko: spiko::seed(&realms.realm("spiko")?).await.map_err(error)?,
            fyma: fyma::seed(&realms.realm("fyma")?).await.map_err(error)?,
            speckle: speckle::seed(&realms.realm("speckle")?).await.map_err(error)?,
        },
    })
}

impl<'a> SeedRealms<'a> {
    fn realm(&self, name: &str) -> Result<SeedRealm<'a>, CommandError> {
        let named = |realm: &&RealmState| realm.issuer().realm().as_str() == name;
        let realm = self.realms.iter().find(named);
        realm
            .map(SeedRealm::new)
            .ok_or_else(|| CommandError::new(format!("the demo has no realm {name}")))
    }
}

fn error(denial: Denial) -> CommandError {
    CommandError::new(format!("the demo data cannot be made: {denial}"))
}
