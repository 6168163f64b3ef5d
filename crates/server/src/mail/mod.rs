//! Mail: answers to access requests on their way to a mail server.

mod deliver;
mod smtp;
#[cfg(test)]
mod smtp_tests;

pub(crate) use deliver::{Delivery, LOOK_EVERY};
pub(crate) use smtp::{Smtp, password};
