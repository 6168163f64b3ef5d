//! The store suite, on SQLite.

mod database;

use store_suite::Fixture;

use database::Database;

async fn empty() -> Fixture {
    let database = Database::new();
    Fixture::keeping(database.open(), database)
}

store_suite::cases!(empty);
