//! What the demo starts with: five realms with customers, people, clients and credentials.
//!
//! Everything is made by the admin operations, so that it is in the audit trail like anything else.
//! Invariant: [`DemoFile`] is written after all that it names was committed; a seed that was cut
//! short is simply sown again.

mod blocks;
mod demo_file;
pub(super) mod fyma;
mod people;
mod plot;
pub(super) mod speckle;
pub(super) mod speculo;
pub(super) mod spendesk;
pub(super) mod spiko;
#[cfg(test)]
pub(super) mod tests;

use engine::Denial;
use web::RealmState;

use crate::failure::Failure;
pub(crate) use blocks::blocks;
pub(crate) use demo_file::DemoFile;
use demo_file::DemoRealms;
pub(crate) use people::{move_partner, people};
use plot::Plot;

/// The realms to sow, each with its signing keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Garden<'a> {
    /// Where the portal is.
    pub(crate) portal: &'a str,
    /// One realm a dialect, named like it.
    pub(crate) realms: &'a [RealmState],
}

/// Sows all realms.
///
/// # Errors
/// When a realm is missing, or the store fails.
pub(crate) async fn seed(garden: Garden<'_>) -> Result<DemoFile, Failure> {
    Ok(DemoFile {
        portal: garden.portal.to_owned(),
        realms: DemoRealms {
            speculo: speculo::sow(&garden.plot("speculo")?).await.map_err(failure)?,
            spendesk: spendesk::sow(&garden.plot("spendesk")?).await.map_err(failure)?,
            spiko: spiko::sow(&garden.plot("spiko")?).await.map_err(failure)?,
            fyma: fyma::sow(&garden.plot("fyma")?).await.map_err(failure)?,
            speckle: speckle::sow(&garden.plot("speckle")?).await.map_err(failure)?,
        },
    })
}

impl<'a> Garden<'a> {
    fn plot(&self, name: &str) -> Result<Plot<'a>, Failure> {
        let named = |realm: &&RealmState| realm.issuer().realm().as_str() == name;
        let realm = self.realms.iter().find(named);
        realm.map(Plot::new).ok_or_else(|| Failure::new(format!("the demo has no realm {name}")))
    }
}

fn failure(denial: Denial) -> Failure {
    Failure::new(format!("the demo data cannot be made: {denial}"))
}
