//! The store in one SQLite file.
//!
//! ```text
//!  commit() ─┐                       ┌─ batches, in savepoints where one of them fails
//!  commit() ─┼─ queue ─ one writer ──┼─ …                    one COMMIT, one fsync, then all answers
//!  commit() ─┘                       └─ budgets, once a subject
//!  fetch()  ─── a few read-only connections (WAL: readers and the writer never wait for each other)
//! ```
//!
//! - One process has the file, by a lock beside it. The writer therefore keeps in memory what only
//!   it changes: recent budgets, the next sequence number.
//! - `synchronous = FULL`: a commit is acknowledged after it is on disk.
//! - Nothing grows with traffic. Budgets, uses and refusals are overwritten. Writes delete expired
//!   revoked tokens, spent codes, idempotency records and old changes of their own kind. Events
//!   have a table per month.
//! - Point reads run inline in the calling task (one indexed row, microseconds). Reads of many rows
//!   run on the blocking threads of the runtime.
//!   rows runs on the blocking threads of the runtime.

mod changes;
mod error;
mod event_month;
mod file;
mod migrations;
mod open;
mod prepared;
mod readers;
mod reads;
mod sql;
mod store;
mod writer;

pub use self::open::OpenOptions;
pub use self::store::SqliteStore;
