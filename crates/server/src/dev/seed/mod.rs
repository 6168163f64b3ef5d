//! The data of a new demo: five realms with customers, users, clients and credentials.
//!
//! Everything is created by the admin operations, so the audit trail has it. Invariant:
//! [`DemoFile`] is written after everything that it names was committed. An interrupted seed is
//! repeated.

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

/// The realms to seed, each with its signing keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedRealms<'a> {
    /// The address of the portal.
    pub(crate) portal: &'a str,
    /// One realm per dialect, with the name of the dialect.
    pub(crate) realms: &'a [RealmState],
}

/// Seeds all realms.
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
