//! What was published of late, for whoever comes back after a while.
//!
//! Invariant: whoever has everything up to a sequence number from `floor` on, and is given what
//! [`Log::since`] gives, has everything up to `position`.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many changed marks are remembered.
const MARKS: usize = 1 << 16;
/// How many messages.
const MESSAGES: usize = 4_096;

/// A published message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// It and those before it bring one to this sequence number. A message in several parts says so
    /// in its last part alone.
    pub(super) reaches: u64,
    /// What it says it brings one to.
    pub(super) sequence: u64,
    /// How many marks it tells of.
    pub(super) marks: usize,
    /// The compact JWS.
    pub(super) text: Arc<str>,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Log {
    open: bool,
    floor: u64,
    position: u64,
    kept: VecDeque<Message>,
    marks: usize,
    /// The number of the first that is kept.
    first: u64,
    /// The newest of all, which may tell of nothing.
    newest: Option<Message>,
}

/// What there is for somebody.
#[derive(Debug)]
pub(super) enum Since {
    /// These, in order; perhaps none. Then the number of the next.
    Messages(Vec<Message>, u64),
    /// Too much was published since: a snapshot is wanted.
    TooLongAgo,
    /// They have more than this node.
    Ahead,
}

impl Log {
    /// From here on everything is told.
    pub(super) fn open(&mut self, floor: u64) {
        if !self.open {
            (self.open, self.floor, self.position) = (true, floor, floor);
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    /// Everything up to here was published.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// What the next message begins after.
    pub(super) fn end(&self) -> u64 {
        self.kept.back().map_or(self.floor, |last| last.reaches)
    }

    pub(super) fn newest(&self) -> Option<&Message> {
        self.newest.as_ref()
    }

    /// Remembers a message; one that tells of nothing only until the next.
    pub(super) fn push(&mut self, message: Message, kept: bool) {
        self.position = self.position.max(message.sequence);
        if kept {
            self.marks += message.marks;
            self.kept.push_back(message.clone());
        }
        self.newest = Some(message);
        while self.marks > MARKS || self.kept.len() > MESSAGES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.marks -= oldest.marks;
            self.first += 1;
            self.floor = oldest.reaches;
        }
    }

    /// What somebody misses who has everything up to `after`.
    pub(super) fn since(&self, after: u64) -> Since {
        if after < self.floor {
            return Since::TooLongAgo;
        }
        if after > self.position {
            return Since::Ahead;
        }
        let known = self.kept.partition_point(|message| message.reaches <= after);
        Since::Messages(self.kept.iter().skip(known).cloned().collect(), self.next())
    }

    /// What was published from message number `next` on; `None` where not all of it is kept.
    pub(super) fn from(&self, next: u64) -> Option<(Vec<Message>, u64)> {
        let known = usize::try_from(next.checked_sub(self.first)?).ok()?;
        Some((self.kept.iter().skip(known).cloned().collect(), self.next()))
    }

    /// The number of the next message that is kept.
    fn next(&self) -> u64 {
        self.first + self.kept.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(reaches: u64, marks: usize) -> Message {
        Message { reaches, sequence: reaches, marks, text: reaches.to_string().into() }
    }

    fn texts(since: Since) -> String {
        match since {
            Since::Messages(messages, next) => {
                let texts: Vec<&str> = messages.iter().map(|it| &*it.text).collect();
                format!("{} then {next}", texts.join(" "))
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn whoever_comes_back_is_given_what_they_miss_and_no_more() {
        let mut log = Log::default();
        log.open(10);
        assert_eq!(texts(log.since(9)), "TooLongAgo");
        assert_eq!(texts(log.since(10)), " then 0");
        assert_eq!(texts(log.since(11)), "Ahead");
        log.push(message(12, 1), true);
        log.push(message(15, 1), true);
        log.push(message(17, 0), false);
        assert_eq!((log.end(), log.position()), (15, 17));
        assert_eq!(texts(log.since(10)), "12 15 then 2");
        assert_eq!(texts(log.since(12)), "15 then 2");
        assert_eq!(texts(log.since(17)), " then 2");
    }

    #[test]
    fn what_is_too_much_is_forgotten_from_its_old_end() {
        let mut log = Log::default();
        log.open(0);
        for at in 1..=70 {
            log.push(message(at, 1_000), true);
        }
        assert_eq!(texts(log.since(4)), "TooLongAgo");
        assert!(texts(log.since(5)).starts_with("6 7 "));
        assert!(log.from(4).is_none() && log.from(5).is_some());
        for at in 71..10_000 {
            log.push(message(at, 0), true);
        }
        assert!(log.kept.len() <= MESSAGES);
    }
}
