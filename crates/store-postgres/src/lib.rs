//! The store on PostgreSQL 15 or later, for several nodes at once.
//!
//! - A batch is a transaction at READ COMMITTED. Each precondition is one statement that checks and
//!   writes at once and keeps its row locked until the commit; nothing is decided on a row read
//!   before. What the database aborts in favour of another transaction is tried again.
//! - Nodes hold no truth: every read goes to the database.
//! - A transaction that tells of events or changes takes their numbers from one row, last of all, and
//!   holds that row until it has committed; `NOTIFY postern_feed` wakes whoever follows. A store has
//!   one connection of its own, beside the pool, that listens.
//! - Every wait is finite: for a connection, for a lock, for an answer.
//! - Nothing grows with traffic: budgets, uses and refusals are written over, revoked tokens, spent
//!   codes, remembered answers and old changes are swept by the writes that add others, events lie in a
//!   partition a month.

mod commit;
mod database;
mod error;
mod event_month;
mod migrations;
mod newest;
mod notes;
mod open;
mod reads;
mod sql;
mod status_indexes;
mod store;
mod tls;
mod uuid;

pub use self::open::OpenOptions;
pub use self::store::PostgresStore;
