//! The store suite, on PostgreSQL.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code, reason = "this is test code")]

mod database;

use database::Database;
use store_suite::Fixture;

async fn empty() -> Fixture {
    let database = Database::new().await;
    Fixture::keeping(database.open().await, database)
}

store_suite::cases!(empty);
