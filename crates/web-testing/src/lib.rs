//! What the tests of the HTTP crates share: one builder of realms, customers to fill them with, a browser.
//! It is a dev-dependency only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "only tests use it, and a fixture that cannot be built fails the test"
)]

mod browser;
mod customers;
mod passwords;
mod realm;

pub use browser::{Answer, Browser, Serve};
pub use customers::{CALLBACK, PASSWORD};
pub use passwords::PlainPasswords;
pub use realm::{LIMITS, NOW, TestRealm, TestRealmBuilder};
