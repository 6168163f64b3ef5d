//! Mail: sends answers to access requests to a mail server.

mod deliver;
mod smtp;
#[cfg(test)]
mod smtp_tests;

pub(crate) use deliver::{CHECK_INTERVAL, Delivery};
pub(crate) use smtp::{Smtp, password};
