//! Pages for people: signing in and out, and saying yes or no to an app.

mod attempts;
mod passwords;

pub use attempts::{Allowance, Attempts, Counted};
pub use passwords::Argon2id;
