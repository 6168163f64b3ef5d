//! Revoked tokens, what was used once, and idempotency records. Entries are kept until they expire.
//! Later writes of the same kind delete a few expired entries each.

use base::Timestamp;
use store::{Conflict, IdempotencyRecord};

use super::State;
use super::work::WriteError;

impl State {
    pub(super) fn revoke(
        &self,
        token: u128,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "DELETE FROM revoked_token WHERE token IN
                    (SELECT token FROM revoked_token WHERE until <= ?1 ORDER BY until LIMIT 8)",
            )?
            .execute([now.millis()])?;
        self.connection
            .prepare_cached(
                "INSERT INTO revoked_token (token, until) VALUES (?1, ?2)
                 ON CONFLICT (token) DO UPDATE SET until =
                    CASE WHEN until IS NULL OR excluded.until IS NULL THEN NULL
                         ELSE max(until, excluded.until) END",
            )?
            .execute((token.to_be_bytes(), until.map(Timestamp::millis)))?;
        Ok(())
    }

    pub(super) fn spend_once(
        &self,
        id: u128,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "DELETE FROM spent WHERE id IN
                    (SELECT id FROM spent WHERE until <= ?1 ORDER BY until LIMIT 8)",
            )?
            .execute([now.millis()])?;
        let written = self
            .connection
            .prepare_cached(
                "INSERT INTO spent (id, until) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE spent.until <= ?3",
            )?
            .execute((id.to_be_bytes(), until.millis(), now.millis()))?;
        if written == 0 { Err(WriteError::Conflict(Conflict::Spent)) } else { Ok(()) }
    }

    pub(super) fn remember(&self, answer: &IdempotencyRecord) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "DELETE FROM answer WHERE (realm, key) IN
                    (SELECT realm, key FROM answer WHERE until <= ?1 ORDER BY until LIMIT 8)",
            )?
            .execute([answer.at.millis()])?;
        let written = self
            .connection
            .prepare_cached(
                "INSERT INTO answer (realm, key, request, sealed, at, until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (realm, key) DO UPDATE SET request = excluded.request,
                    sealed = excluded.sealed, at = excluded.at, until = excluded.until
                 WHERE answer.until <= excluded.at",
            )?
            .execute((
                answer.realm.as_str(),
                answer.key,
                answer.request,
                &answer.sealed,
                answer.at.millis(),
                answer.until.millis(),
            ))?;
        if written == 0 { Err(WriteError::Conflict(Conflict::Answered)) } else { Ok(()) }
    }
}
