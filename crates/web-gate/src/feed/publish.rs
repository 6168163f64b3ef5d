//! Signs the changes of marks and adds them to the log.

use std::sync::{Arc, PoisonError};

use base::Timestamp;
use engine::Issuer;
use engine::keys::KeyRing;
use engine::marks::LedgerChanges;
use status::{Mark, RevokedMark, Update};
use web_base::RealmState;

use super::log::Message;
use super::shared::Feed;

/// The JWS `typ` of a message.
const TYPE: &str = "feed+jwt";
/// The most marks in one message, some 40 KB.
const MAX_MARKS: usize = 512;

/// The state of the node's memory at a publication.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    /// All changes up to this sequence number are published with this publication or were before.
    pub sequence: u64,
    /// The memory has all changes up to this moment.
    pub as_of: Timestamp,
    /// The current time.
    pub now: Timestamp,
}

/// The issuer has no key to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key to sign the feed with")]
pub struct NoSigningKeyError;

impl Feed {
    /// Opens the feed: the memory is filled up to `sequence`, and all later changes are published.
    pub fn open(&self, sequence: u64) {
        self.log().open(sequence);
    }

    /// Whether the feed was opened.
    pub fn is_open(&self) -> bool {
        self.log().is_open()
    }

    /// The number of readers.
    pub fn readers(&self) -> usize {
        self.readers_by_address().values().sum()
    }

    /// Publishes the present state of all marks that changed. Without a change, the message is a heartbeat.
    ///
    /// # Errors
    /// [`NoSigningKeyError`]. Nothing is published then.
    pub fn publish(
        &self,
        issuer: &Issuer,
        noted: &LedgerChanges,
        current: &Current,
    ) -> Result<(), NoSigningKeyError> {
        let (gone, back) = issuer.ledger().states(noted);
        // The same keys sign and are told: a reader wants the signer among them.
        let keys = Arc::clone(&issuer.keys());
        let after = self.log().end();
        let parts = parts(gone, back);
        let last = parts.len() - 1;
        let mut messages = Vec::with_capacity(parts.len());
        for (at, (gone, back)) in parts.into_iter().enumerate() {
            let marks = gone.len() + back.len();
            let update = Update {
                iss: issuer.identifier().to_owned(),
                after,
                sequence: if at == last { current.sequence } else { after },
                as_of: current.as_of.millis(),
                gone,
                back,
                keys: noted.keys && at == 0,
                reset: false,
                signing_keys: (noted.keys && at == 0).then(|| (**keys.statement()).clone()),
            };
            let text = sign(issuer, &keys, (&update, current.now))?;
            let (reaches, sequence) = (current.sequence, update.sequence);
            messages.push(Message { reaches, sequence, marks, text });
        }
        let mut log = self.log();
        for message in messages {
            log.push(message, !noted.is_empty());
        }
        drop(log);
        self.publications.send_modify(|publications| *publications += 1);
        Ok(())
    }
}

/// Splits the marks into parts of at most [`MAX_MARKS`]. There is at least one part: a heartbeat has no marks.
fn parts(gone: Vec<RevokedMark>, back: Vec<Mark>) -> Vec<(Vec<RevokedMark>, Vec<Mark>)> {
    let mut parts: Vec<_> =
        gone.chunks(MAX_MARKS).map(|chunk| (chunk.to_vec(), Vec::new())).collect();
    for chunk in back.chunks(MAX_MARKS) {
        match parts.last_mut() {
            Some((gone, back)) if back.is_empty() && gone.len() + chunk.len() <= MAX_MARKS => {
                *back = chunk.to_vec();
            }
            _ => parts.push((Vec::new(), chunk.to_vec())),
        }
    }
    if parts.is_empty() {
        parts.push(Default::default());
    }
    parts
}

impl Feed {
    /// The message that tells a reader to fetch a snapshot. It is signed at most once per publication.
    pub(super) fn reset(&self, state: &RealmState) -> Result<Message, NoSigningKeyError> {
        let mut made = self.reset.lock().unwrap_or_else(PoisonError::into_inner);
        let publications = *self.publications.borrow();
        if let Some((of, message)) = &*made
            && *of == publications
        {
            return Ok(message.clone());
        }
        let (issuer, sequence) = (state.issuer(), self.log().position());
        let update = Update {
            iss: issuer.identifier().to_owned(),
            sequence,
            as_of: state.app().memory.as_of().millis(),
            reset: true,
            ..Update::default()
        };
        let text = sign(issuer, &issuer.keys(), (&update, state.app().clock.now()))?;
        let message = Message { reaches: sequence, sequence, marks: 0, text };
        *made = Some((publications, message.clone()));
        Ok(message)
    }
}

fn sign(
    issuer: &Issuer,
    keys: &KeyRing,
    (update, now): (&Update, Timestamp),
) -> Result<Arc<str>, NoSigningKeyError> {
    let payload = serde_json::to_vec(update).map_err(|_| NoSigningKeyError)?;
    let signed = keys.sign(issuer.dialect(), (TYPE, &payload), now);
    signed.map(Into::into).ok_or(NoSigningKeyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_in_one_part() {
        for (gone, back) in [(0, 0), (1, 0), (0, 1), (511, 1), (512, 1), (1_300, 1_300)] {
            let mark = |at| RevokedMark { mark: Mark::status_index(at), until: None };
            let parts =
                parts((0..gone).map(mark).collect(), (0..back).map(Mark::status_index).collect());
            let sizes = parts.iter().map(|(gone, back)| gone.len() + back.len());
            assert!(sizes.clone().all(|size| size <= MAX_MARKS));
            assert_eq!(sizes.sum::<usize>(), (gone + back) as usize);
            assert!(!parts.is_empty());
        }
    }
}
