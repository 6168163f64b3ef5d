//! The value of a session's cookie: `sn_ ‖ session ‖ account ‖ secret ‖ checksum`.
//!
//! It holds the account, so that one read by identifier finds the row. It holds the session, so
//! that one digest is compared and not that of every session.

use base::encoding::BASE62_U128;
use base::issued::{self, Shape};
use base::{Id, Rng, Secret};
use domain::{Account, Session, SessionSecret};

const PREFIX: &str = "sn_";

/// Issues the value for a new session.
pub(super) fn issue(
    account: Id<Account>,
    session: Id<Session>,
    rng: &dyn Rng,
) -> Secret<SessionSecret> {
    issued::issue(&format!("{PREFIX}{session}"), account, rng)
}

/// The account and session that a value names; `None`: the value has another format, or is damaged.
pub(super) fn read(text: &str) -> Option<(Id<Account>, Id<Session>)> {
    let (prefix, _) = text.split_at_checked(PREFIX.len() + BASE62_U128)?;
    let session = prefix.strip_prefix(PREFIX)?.parse().ok()?;
    match issued::read(prefix, text) {
        Shape::Intact(account) => Some((account, session)),
        Shape::Damaged | Shape::Foreign => None,
    }
}

#[cfg(test)]
mod tests {
    use base::{SystemRng, Timestamp};

    use super::*;

    #[test]
    fn a_value_names_its_account_and_session_until_it_is_damaged() {
        let now = Timestamp::from_seconds(1);
        let (account, session) = (Id::new(now, &SystemRng), Id::new(now, &SystemRng));
        let value = issue(account, session, &SystemRng);
        let text = value.expose();
        assert_eq!(read(text), Some((account, session)));
        for bad in ["", "sn_", "é".repeat(40).as_str(), &text[1..], &text[..text.len() - 1]] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
