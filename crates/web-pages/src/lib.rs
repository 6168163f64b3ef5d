//! The pages and mails for people: sign-in, consent, access requests, mails, the portal.
//!
//! Pages are plain HTML from typed templates, without scripts. The style sheet and the content security policies of
//! all pages are here.

pub mod access_request;
pub mod mail;
pub mod people;
pub mod portal;
pub mod style;
#[cfg(test)]
mod tests;
