//! The suite of the stores, on memory in front of the store in memory.

use std::sync::Arc;

use postern_store::{Hot, Memory};
use store_suite::Fixture;

async fn empty() -> Fixture {
    Fixture::new(Hot::new(Arc::new(Memory::new()), Hot::DEFAULT_CAPACITY))
}

store_suite::cases!(empty);
