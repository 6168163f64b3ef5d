//! The latest messages of the feed, for readers that reconnect.
//!
//! Invariant: a reader that has all changes up to a sequence number of at least `floor`, and then gets the messages
//! that [`Log::since`] returns, has all changes up to `position`.

use std::collections::VecDeque;
use std::sync::Arc;

/// The most changed marks in the log.
const MAX_MARKS: usize = 1 << 16;
/// The most messages in the log.
const MAX_MESSAGES: usize = 4_096;

/// A published message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The sequence number of its publication. A publication may have several messages.
    pub(super) reaches: u64,
    /// The sequence number in the message: with it, the reader has all changes up to here. Only the last message of a
    /// publication names the number of the publication.
    pub(super) sequence: u64,
    /// The number of marks in the message.
    pub(super) marks: usize,
    /// The compact JWS.
    pub(super) text: Arc<str>,
}

/// The latest messages, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    open: bool,
    /// The log has all messages after this sequence number.
    floor: u64,
    /// All changes up to this sequence number were published.
    position: u64,
    kept: VecDeque<Message>,
    marks: usize,
    /// The number of the oldest message in the log.
    first: u64,
    /// The newest message; it may be a heartbeat.
    newest: Option<Message>,
}

/// The answer to a reader that has all changes up to a sequence number.
#[derive(Debug)]
pub(super) enum Since {
    /// The messages that the reader misses, in order, perhaps none; and the number of the next message.
    Messages(Vec<Message>, u64),
    /// The log does not go back so far: the reader needs a snapshot.
    TooLongAgo,
    /// The reader is ahead of this node.
    Ahead,
}

impl Log {
    /// Opens the log: all changes after `floor` are published.
    pub(super) fn open(&mut self, floor: u64) {
        if !self.open {
            (self.open, self.floor, self.position) = (true, floor, floor);
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    /// All changes up to this sequence number were published.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// The sequence number after which the next message begins.
    pub(super) fn end(&self) -> u64 {
        self.kept.back().map_or(self.floor, |last| last.reaches)
    }

    pub(super) fn newest(&self) -> Option<&Message> {
        self.newest.as_ref()
    }

    /// Adds a message. Without `kept` it is a heartbeat, and is kept until the next message only.
    pub(super) fn push(&mut self, message: Message, kept: bool) {
        self.position = self.position.max(message.sequence);
        if kept {
            self.marks += message.marks;
            self.kept.push_back(message.clone());
        }
        self.newest = Some(message);
        while self.marks > MAX_MARKS || self.kept.len() > MAX_MESSAGES {
            let Some(oldest) = self.kept.pop_front() else { break };
            self.marks -= oldest.marks;
            self.first += 1;
            self.floor = oldest.reaches;
        }
    }

    /// The messages that a reader misses who has all changes up to `after`.
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

    /// The messages from number `next` on; `None` where the log does not go back so far.
    pub(super) fn from(&self, next: u64) -> Option<(Vec<Message>, u64)> {
        let known = usize::try_from(next.checked_sub(self.first)?).ok()?;
        Some((self.kept.iter().skip(known).cloned().collect(), self.next()))
    }

    /// The number of the next message.
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
    fn a_reader_that_reconnects_gets_the_messages_it_misses() {
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
    fn the_oldest_messages_are_dropped_first() {
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
        assert!(log.kept.len() <= MAX_MESSAGES);
    }
}
