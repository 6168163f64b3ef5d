//! Publishing: what became another is signed and told.

use std::sync::{Arc, PoisonError};

use base::Timestamp;
use engine::Issuer;
use engine::marks::Noted;
use status::{Gone, Mark, Update};
use web_base::RealmState;

use super::log::Message;
use super::shared::Feed;

/// The `typ` of a message.
const TYPE: &str = "feed+jwt";
/// The most marks of a message: some 40 KB.
const MARKS: usize = 512;

/// How far the sender has come.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    /// Everything up to this sequence number is told with this, or was before.
    pub sequence: u64,
    /// The moment up to which everything is known.
    pub as_of: Timestamp,
    /// The present moment.
    pub now: Timestamp,
}

/// The issuer has no key to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key to sign the feed with")]
pub struct NoSigningKeyError;

impl Feed {
    /// From here on everything is told: the node's memory is filled, up to `sequence`.
    pub fn open(&self, sequence: u64) {
        self.log().open(sequence);
    }

    /// Whether it was opened.
    pub fn is_open(&self) -> bool {
        self.log().is_open()
    }

    /// How many read it.
    pub fn readers(&self) -> usize {
        self.reading().values().sum()
    }

    /// Tells what became another, as it is now; with nothing noted it is a heartbeat.
    ///
    /// # Errors
    /// [`NoSigningKeyError`]: then none of it was.
    pub fn publish(
        &self,
        issuer: &Issuer,
        noted: &Noted,
        current: &Current,
    ) -> Result<(), NoSigningKeyError> {
        let (gone, back) = issuer.ledger().tell(noted);
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
            };
            let text = sign(issuer, &update, current.now)?;
            let (reaches, sequence) = (current.sequence, update.sequence);
            messages.push(Message { reaches, sequence, marks, text });
        }
        let mut log = self.log();
        for message in messages {
            log.push(message, !noted.is_empty());
        }
        drop(log);
        self.news.send_modify(|news| *news += 1);
        Ok(())
    }
}

/// At least one part: a heartbeat is one with nothing in it.
fn parts(gone: Vec<Gone>, back: Vec<Mark>) -> Vec<(Vec<Gone>, Vec<Mark>)> {
    let mut parts: Vec<_> = gone.chunks(MARKS).map(|some| (some.to_vec(), Vec::new())).collect();
    for some in back.chunks(MARKS) {
        match parts.last_mut() {
            Some((gone, back)) if back.is_empty() && gone.len() + some.len() <= MARKS => {
                *back = some.to_vec();
            }
            _ => parts.push((Vec::new(), some.to_vec())),
        }
    }
    if parts.is_empty() {
        parts.push(Default::default());
    }
    parts
}

impl Feed {
    /// Says that a snapshot is wanted; signed once a publication at the most.
    pub(super) fn reset(&self, state: &RealmState) -> Result<Message, NoSigningKeyError> {
        let mut made = self.reset.lock().unwrap_or_else(PoisonError::into_inner);
        let news = *self.news.borrow();
        if let Some((of, message)) = &*made
            && *of == news
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
        let text = sign(issuer, &update, state.app().clock.now())?;
        let message = Message { reaches: sequence, sequence, marks: 0, text };
        *made = Some((news, message.clone()));
        Ok(message)
    }
}

fn sign(issuer: &Issuer, update: &Update, now: Timestamp) -> Result<Arc<str>, NoSigningKeyError> {
    let payload = serde_json::to_vec(update).map_err(|_| NoSigningKeyError)?;
    issuer.sign(TYPE, &payload, now).map(Into::into).map_err(|_| NoSigningKeyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_between_the_parts() {
        for (gone, back) in [(0, 0), (1, 0), (0, 1), (511, 1), (512, 1), (1_300, 1_300)] {
            let mark = |at| Gone { mark: Mark::status_index(at), until: None };
            let parts =
                parts((0..gone).map(mark).collect(), (0..back).map(Mark::status_index).collect());
            let sizes = parts.iter().map(|(gone, back)| gone.len() + back.len());
            assert!(sizes.clone().all(|size| size <= MARKS));
            assert_eq!(sizes.sum::<usize>(), (gone + back) as usize);
            assert!(!parts.is_empty());
        }
    }
}
