//! Reads of the store in memory.

use std::ops::Bound;

use domain::{Event, Kind, Owners, Refusal};

use super::state::State;
use crate::{
    Change, EventQuery, Key, ListQuery, MAX_CHANGES, MAX_PAGE, MAX_SCAN, RefusalQuery, Stored,
};

impl State {
    pub(super) fn fetch(&self, key: &Key) -> Option<Stored> {
        let (kind, id) = match key {
            Key::Id(kind, id) => (*kind, *id),
            Key::PublicId(kind, ..) | Key::Handle(kind, ..) => (*kind, *self.names.get(key)?),
        };
        self.entities.get(&(kind, id)).cloned()
    }

    pub(super) fn list(&self, query: &ListQuery) -> Vec<Stored> {
        let from = match query.after {
            Some(after) => Bound::Excluded((query.kind, after)),
            None => Bound::Included((query.kind, 0)),
        };
        self.entities
            .range((from, Bound::Included((query.kind, u128::MAX))))
            .map(|(_, stored)| stored)
            .filter(|stored| *stored.entity.realm() == query.realm)
            .filter(|stored| belongs(&stored.entity.owners(), &query.owners))
            .take(query.limit.min(MAX_PAGE))
            .cloned()
            .collect()
    }

    pub(super) fn scan(&self, kind: Kind, after: Option<u128>, limit: usize) -> Vec<Stored> {
        let from = match after {
            Some(after) => Bound::Excluded((kind, after)),
            None => Bound::Included((kind, 0)),
        };
        let found = self.entities.range((from, Bound::Included((kind, u128::MAX))));
        found.take(limit.min(MAX_SCAN)).map(|(_, stored)| stored.clone()).collect()
    }

    pub(super) fn events(&self, query: &EventQuery) -> Vec<Event> {
        let wanted = |event: &&Event| {
            let draft = &event.draft;
            wants(&query.realm, &draft.realm)
                && wants(&query.target, &draft.target.public_id)
                && query
                    .request_id
                    .as_ref()
                    .is_none_or(|id| draft.origin.request_id.as_ref() == Some(id))
                && wants(&query.actor, &draft.origin.actor)
                && query.after.is_none_or(|after| event.sequence > after)
                && query.before.is_none_or(|before| event.sequence < before)
        };
        let limit = query.limit.min(MAX_PAGE);
        let found = self.events.iter().filter(wanted);
        if query.newest_first {
            found.rev().take(limit).cloned().collect()
        } else {
            found.take(limit).cloned().collect()
        }
    }

    pub(super) fn changes(&self, after: u64, limit: usize) -> Option<Vec<Change>> {
        if after < self.swept {
            return None;
        }
        let first = self.changes.partition_point(|change| change.sequence <= after);
        Some(self.changes.iter().skip(first).take(limit.min(MAX_CHANGES)).cloned().collect())
    }

    pub(super) fn refusals(&self, query: &RefusalQuery) -> Vec<Refusal> {
        let wanted = |refusal: &&Refusal| {
            wants(&query.realm, &refusal.realm)
                && wants(&query.request_id, &refusal.request_id)
                && query.subject.as_ref().is_none_or(|it| refusal.subject.as_ref() == Some(it))
        };
        let limit = query.limit.min(MAX_PAGE);
        self.refusals.newest_first().filter(wanted).take(limit).cloned().collect()
    }
}

fn wants<T: PartialEq>(filter: &Option<T>, value: &T) -> bool {
    filter.as_ref().is_none_or(|wanted| wanted == value)
}

fn belongs(owners: &Owners, filter: &Owners) -> bool {
    let holds = |filter: Option<u128>, owner: Option<u128>| filter.is_none() || filter == owner;
    holds(filter.organization, owners.organization)
        && holds(filter.user, owners.user)
        && holds(filter.client, owners.client)
        && holds(filter.resource_server, owners.resource_server)
        && holds(filter.grant, owners.grant)
        && (filter.variety.is_none() || filter.variety == owners.variety)
}
