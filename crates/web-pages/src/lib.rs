//! Everything that people see: signing in, allowing an app, asking for credentials, mails, the portal.
//!
//! Plain HTML from typed templates, without a script. The style and the policies of all pages are here.

pub mod access_request;
pub mod mail;
pub mod people;
pub mod portal;
pub mod style;
#[cfg(test)]
mod tests;
