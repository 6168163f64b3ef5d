//! A change of an account that is being decided: its new state, and an event for each ended
//! session.

use domain::{Account, Actor, EventDraft, Session};
use serde_json::json;
use store::{Batch, Loaded};

use crate::Context;
use crate::changes::{Detail, detail, event};

/// An account, its new state, and the events of the change.
#[derive(Debug)]
pub(super) struct Change<'a> {
    ctx: &'a Context<'a>,
    actor: &'a Actor,
    before: &'a Loaded<Account>,
    /// The new state of the account.
    pub(super) after: Account,
    events: Vec<EventDraft>,
}

impl<'a> Change<'a> {
    pub(super) fn new(ctx: &'a Context<'a>, actor: &'a Actor, before: &'a Loaded<Account>) -> Self {
        Self { ctx, actor, before, after: Account::clone(before), events: Vec::new() }
    }

    /// Ends the sessions for which `ends` is true, each with an event that holds `why`. Expired
    /// sessions are removed without an event. Returns the number of ended sessions.
    pub(super) fn end(&mut self, why: &str, ends: impl Fn(&Session) -> bool) -> usize {
        let now = self.ctx.now;
        self.after.sessions.retain(|session| session.expires_at > now);
        let (ended, kept) = self.after.sessions.drain(..).partition(|session| ends(session));
        self.after.sessions = kept;
        let ended: Vec<Session> = ended;
        for session in &ended {
            let details = detail([("session", json!(session.id.to_string())), ("why", json!(why))]);
            self.add_event("session.ended", details);
        }
        ended.len()
    }

    /// Adds an event of the account.
    pub(super) fn add_event(&mut self, action: &str, detail: Detail) {
        let (actor, action) = (self.actor.clone(), action.to_owned());
        self.events.push(event(self.ctx, actor, &self.after, action, detail));
    }

    /// Adds the write and the events to `batch`; nothing where neither event nor password is new.
    pub(super) fn into_batch(self, batch: &mut Batch) {
        let same = self.events.is_empty() && self.after.password == self.before.password;
        if !same {
            batch.writes.push(self.before.replace_with(self.after));
            batch.events.extend(self.events);
        }
    }
}
