//! The store in one SQLite file.
//!
//! ```text
//!  commit() ─┐                       ┌─ batches, in savepoints where one of them fails
//!  commit() ─┼─ queue ─ one writer ──┼─ …                    one COMMIT, one fsync, then all answers
//!  commit() ─┘                       └─ budgets, once a subject
//!  fetch()  ─── a few read-only connections (WAL: readers and the writer never wait for each other)
//! ```
//!
//! - One process has the file, by a lock beside it; so the writer may keep in memory what only it
//!   changes: recent budgets, the next sequence number.
//! - `synchronous = FULL`: an answer is given after its commit is on disk.
//! - Nothing grows with traffic: budgets, uses and refusals are overwritten, revoked tokens, spent
//!   codes, remembered answers and old changes are swept by the writes that add others, events lie in
//!   a table a month.
//! - Point reads run where they are called (one indexed row, microseconds); what may walk many
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
