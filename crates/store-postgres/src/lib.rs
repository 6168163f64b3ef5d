//! The store on PostgreSQL 15 or later, for several nodes at once.
//!
//! - A batch is a transaction at READ COMMITTED. Each precondition is one statement that checks and
//!   writes at once and keeps its row locked until the commit; no decision depends on a row that
//!   was read before. A transaction that the database aborts in favour of another is retried.
//! - Nodes hold no truth: every read goes to the database.
//! - A transaction that publishes events or changes takes their numbers from one row, last of all,
//!   and holds that row until it has committed; `NOTIFY postern_feed` wakes the followers. Beside
//!   the pool, a store has one connection of its own that listens.
//! - Every wait has a time limit: for a connection, for a lock, for an answer.
//! - Nothing grows with traffic. Budgets, uses and refusals are overwritten. Writes delete expired
//!   revoked tokens, spent codes, idempotency records and old changes of their own kind. Events
//!   have a partition per month.

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
