//! The outbox of `postern dev`: mails are kept in memory and shown on a page of the portal.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use async_trait::async_trait;
use base::Clock;

use super::text::for_people;
use super::{Mail, MailError, Mailer};

/// The most mails that are kept; the oldest is dropped first.
pub const KEPT: usize = 100;

/// The last mails that were sent.
#[derive(Debug)]
pub struct Outbox {
    clock: Arc<dyn Clock>,
    kept: Mutex<VecDeque<StoredMail>>,
}

#[derive(Clone, Debug)]
struct StoredMail {
    at: String,
    mail: Mail,
}

impl Outbox {
    /// An empty outbox.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn newest_first(&self) -> Vec<StoredMail> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let kept = StoredMail { at: for_people(self.clock.now()), mail: mail.clone() };
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_front(kept);
        all.truncate(KEPT);
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage<'a> {
    style_path: &'a str,
    version: &'a str,
    mails: &'a [Shown<'a>],
}

struct Shown<'a> {
    at: &'a str,
    to: &'a str,
    subject: &'a str,
    /// The text in pieces; a link is a piece of its own.
    pieces: Vec<Piece<'a>>,
}

struct Piece<'a> {
    text: &'a str,
    is_link: bool,
}

/// Splits a text into pieces. A line that is only a URL becomes a link.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let is_link = |line: &str| {
        (line.starts_with("http://") || line.starts_with("https://"))
            && line.trim_end().bytes().all(|b| b.is_ascii_graphic())
    };
    text.split_inclusive('\n').map(|line| Piece { text: line, is_link: is_link(line) }).collect()
}

/// The page that shows an outbox.
///
/// # Errors
/// The template cannot be rendered. No input causes this.
pub(crate) fn page(outbox: &Outbox, style_path: &str) -> Result<String, askama::Error> {
    let kept = outbox.newest_first();
    let shown = kept.iter().map(|kept| Shown {
        at: &kept.at,
        to: &kept.mail.to,
        subject: kept.mail.subject,
        pieces: pieces(&kept.mail.text),
    });
    let mails: Vec<Shown<'_>> = shown.collect();
    MailPage { style_path, version: env!("CARGO_PKG_VERSION"), mails: &mails }.render()
}

#[cfg(test)]
mod tests {
    use base::{FixedClock, Timestamp};

    use super::*;

    #[tokio::test]
    async fn the_newest_mail_is_first_the_oldest_is_dropped_and_text_is_escaped() {
        let outbox = Outbox::new(Arc::new(FixedClock::new(Timestamp::from_seconds(1_800_000_000))));
        for number in 0..=KEPT {
            let text = format!("<b>{number}</b>\nhttp://127.0.0.1/x?a=1&b={number}\n");
            let mail = Mail {
                id: number.to_string(),
                to: format!("{number}@example.com"),
                subject: "Hello",
                text,
            };
            outbox.send(&mail).await.unwrap();
        }
        let page = page(&outbox, "/style.css").unwrap();
        assert!(page.contains("2027-01-15 08:00 UTC"), "{page}");
        let (newest, second) = (page.find("100@example"), page.find("99@example"));
        assert!(newest.is_some() && newest < second);
        assert!(!page.contains(">0@example.com"), "the oldest is gone");
        assert!(page.contains("&#60;b&#62;100&#60;/b&#62;") && !page.contains("<b>"));
        assert!(page.contains("href=\"http://127.0.0.1/x?a=1&#38;b=100\""), "{page}");
    }
}
