//! The store suite, on the store in memory.

use postern_store::Memory;
use store_suite::Fixture;

async fn empty() -> Fixture {
    Fixture::new(Memory::new())
}

store_suite::cases!(empty);
