//! The contacts of every organization, in memory.
//!
//! Invariant: an organization sees the samples and what it created itself, never another's; and
//! neither organizations nor contacts grow past a bound.

use std::collections::HashMap;
use std::sync::Mutex;

use super::contact::{Contact, NewContact, SAMPLES, contact_id, samples};

/// The largest number of contacts that an organization may add.
const MAX_CONTACTS: usize = 1_000;
/// The largest number of organizations that may add contacts.
const MAX_ORGANIZATIONS: usize = 1_000;

/// One page, and the cursor of the next one.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) contacts: Vec<Contact>,
    pub(super) next: Option<String>,
}

/// Why a contact was not added.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ContactError {
    /// A field is wrong.
    Invalid(&'static str),
    /// The limit of the demo is reached.
    Full,
}

#[derive(Debug)]
pub(super) struct Book {
    samples: Vec<Contact>,
    added: Mutex<HashMap<String, Vec<Contact>>>,
}

impl Book {
    pub(super) fn new() -> Self {
        Self { samples: samples(), added: Mutex::default() }
    }

    /// Up to `size` contacts after the one with the id `cursor`; `None` when there is no such
    /// contact.
    pub(super) fn page(&self, owner: &str, size: usize, cursor: Option<&str>) -> Option<Page> {
        let added = self.added.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let own = added.get(owner).map_or(&[][..], Vec::as_slice);
        let all = || self.samples.iter().chain(own);
        let from = match cursor {
            None => 0,
            Some(cursor) => all().position(|contact| contact.id == cursor)? + 1,
        };
        let contacts: Vec<Contact> = all().skip(from).take(size).cloned().collect();
        let more = from + contacts.len() < SAMPLES + own.len();
        let next = contacts.last().filter(|_| more).map(|contact| contact.id.clone());
        Some(Page { contacts, next })
    }

    /// Adds a contact for `owner`; `by` is its creator.
    pub(super) fn add(
        &self,
        owner: &str,
        by: &str,
        new: NewContact,
    ) -> Result<Contact, ContactError> {
        let mut added = self.added.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !added.contains_key(owner) && added.len() >= MAX_ORGANIZATIONS {
            return Err(ContactError::Full);
        }
        let own = added.entry(owner.to_owned()).or_default();
        if own.len() >= MAX_CONTACTS {
            return Err(ContactError::Full);
        }
        let id = contact_id(SAMPLES + own.len());
        let contact = new.accept(id, by.to_owned()).map_err(ContactError::Invalid)?;
        own.push(contact.clone());
        Ok(contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_contact() -> NewContact {
        let body = r#"{"firstName":"Zoe","lastName":"Quint","email":"zoe@quint.example"}"#;
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let book = Book::new();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = book.page("org", 50, cursor.as_deref()).unwrap();
            seen.extend(page.contacts.into_iter().map(|contact| contact.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let all: Vec<String> = samples().into_iter().map(|contact| contact.id).collect();
        assert_eq!(seen, all);
        assert!(book.page("org", 50, Some("contact_unknown")).is_none());
    }

    #[test]
    fn what_one_organization_adds_another_does_not_see() {
        let book = Book::new();
        let added = book.add("org_a", "client", new_contact()).unwrap();
        let of = |owner| book.page(owner, 200, None).unwrap().contacts;
        assert!(of("org_a").contains(&added));
        assert!(!of("org_b").contains(&added));
    }

    #[test]
    fn an_organization_can_fill_its_own_space_only() {
        let book = Book::new();
        for _ in 0..MAX_CONTACTS {
            book.add("org_a", "client", new_contact()).unwrap();
        }
        assert_eq!(book.add("org_a", "client", new_contact()), Err(ContactError::Full));
        assert!(book.add("org_b", "client", new_contact()).is_ok());
    }
}
