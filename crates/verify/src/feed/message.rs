//! Signed documents of the issuer: messages of the feed, snapshots, status lists. Invariant: a
//! document is read only after its signature was verified with a key of the issuer's own that is
//! neither retired nor withdrawn, it has the right `typ`, and it names the issuer that is followed.
//! What it says of the issuer's keys counts from then on.

use jose::{Algorithm, Compact};
use serde::de::DeserializeOwned;
use status::{ListClaims, SigningKeys, Snapshot, Update};

use crate::Unavailable;
use crate::keys::Keys;

/// The size limit of a message of the feed, in bytes: about 100 000 marks.
pub(crate) const MAX_MESSAGE: usize = 8 << 20;
/// The size limit of a snapshot, in bytes: about 3 million marks without a status index.
pub(crate) const MAX_SNAPSHOT: usize = 64 << 20;
/// The size limit of a status list, in bytes: random bits, and 100 000 marks beside them.
pub(crate) const MAX_LIST: usize = 4 << 20;

/// A kind of signed document.
pub(crate) trait Document: DeserializeOwned {
    const TYPE: &'static str;
    const LONGEST: usize;

    fn issuer(&self) -> Option<&str>;

    /// What it says of the issuer's keys.
    fn signing_keys(&self) -> Option<&SigningKeys>;
}

impl Document for Update {
    const TYPE: &'static str = "feed+jwt";
    const LONGEST: usize = MAX_MESSAGE;

    fn issuer(&self) -> Option<&str> {
        Some(&self.iss)
    }

    fn signing_keys(&self) -> Option<&SigningKeys> {
        self.signing_keys.as_ref()
    }
}

impl Document for Snapshot {
    const TYPE: &'static str = "feed-snapshot+jwt";
    const LONGEST: usize = MAX_SNAPSHOT;

    fn issuer(&self) -> Option<&str> {
        Some(&self.iss)
    }

    fn signing_keys(&self) -> Option<&SigningKeys> {
        self.signing_keys.as_ref()
    }
}

impl Document for ListClaims {
    const TYPE: &'static str = status::LIST_TYPE;
    const LONGEST: usize = MAX_LIST;

    fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    fn signing_keys(&self) -> Option<&SigningKeys> {
        self.signing_keys.as_ref()
    }
}

/// Why a document is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DocumentError {
    /// It is not signed by the issuer, or malformed.
    Forged(&'static str),
    /// The issuer's keys are unavailable.
    NoKeys(Unavailable),
}

impl From<DocumentError> for Unavailable {
    fn from(refused: DocumentError) -> Self {
        match refused {
            DocumentError::Forged(why) => Self::new(why),
            DocumentError::NoKeys(unavailable) => unavailable,
        }
    }
}

/// Checks and reads a document of `issuer`.
pub(crate) async fn read<D: Document>(
    text: &str,
    issuer: &str,
    keys: &Keys,
) -> Result<D, DocumentError> {
    let token = Compact::parse_within(text.trim_ascii(), D::LONGEST)
        .map_err(|_| DocumentError::Forged("what it says is not signed"))?;
    if !token.header().is_type(D::TYPE) {
        return Err(DocumentError::Forged("what it says is of another type"));
    }
    // A service that shares a secret with the issuer could sign such a document itself.
    if token.header().algorithm == Algorithm::HS256 {
        return Err(DocumentError::Forged("what it says is signed with a shared secret"));
    }
    let (payload, signer) = match keys.verify_document(&token).await {
        Ok(verified) => verified,
        Err(crate::Rejection::IssuerUnavailable(unavailable)) => {
            return Err(DocumentError::NoKeys(unavailable));
        }
        Err(_) => {
            return Err(DocumentError::Forged("the signature of what it says is not the issuer's"));
        }
    };
    let document: D = serde_json::from_slice(payload)
        .map_err(|_| DocumentError::Forged("what it says cannot be read"))?;
    if document.issuer().is_some_and(|named| named != issuer) {
        return Err(DocumentError::Forged("what it says is another issuer's"));
    }
    // A key goes one way only: good, retired, withdrawn. So the order of documents does not matter.
    if document.signing_keys().is_some_and(|said| !keys.learn(said, &signer)) {
        return Err(DocumentError::Forged("what it says of its keys contradicts its signature"));
    }
    Ok(document)
}
