//! The public text of a denial, and text for its explanation.

use domain::Revocation;

/// What the caller reads: the `error_description` (RFC 6749 §5.2), or the text of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicText {
    /// This text. Reasons that must look alike from outside share one.
    Fixed(&'static str),
    /// The reason's own words, as support reads them: for callers who must know what to change.
    Explanation,
    /// The reason's own words, with a capital letter and a full stop.
    Sentence,
}

/// ` (REASON)` after who revoked something, where a reason was given.
pub(super) fn reason_of(revocation: &Revocation) -> String {
    revocation.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
}
