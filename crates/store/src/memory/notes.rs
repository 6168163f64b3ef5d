//! The newest refusals. No batch needs them, and their number is bounded.

use std::collections::VecDeque;

use domain::Refusal;

use crate::REFUSALS_KEPT;

/// The newest refusals with and without a subject, each with its number in the order of arrival.
#[derive(Default)]
pub(super) struct Refusals {
    arrived: u64,
    named: VecDeque<(u64, Refusal)>,
    nameless: VecDeque<(u64, Refusal)>,
}

impl Refusals {
    pub(super) fn push(&mut self, refusal: Refusal) {
        let ring = if refusal.subject.is_some() { &mut self.named } else { &mut self.nameless };
        if ring.len() >= REFUSALS_KEPT {
            ring.pop_front();
        }
        ring.push_back((self.arrived, refusal));
        self.arrived += 1;
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Refusal> {
        let (mut named, mut nameless) =
            (self.named.iter().rev().peekable(), self.nameless.iter().rev().peekable());
        std::iter::from_fn(move || {
            let named_is_newer = match (named.peek(), nameless.peek()) {
                (Some((named, _)), Some((nameless, _))) => named > nameless,
                (named, _) => named.is_some(),
            };
            let next = if named_is_newer { named.next() } else { nameless.next() };
            next.map(|(_, refusal)| refusal)
        })
    }
}
