//! The store suite, on memory in front of the store in memory.

use std::sync::Arc;

use postern_store::{Hot, HotOptions, Memory};
use store_suite::Fixture;

async fn empty() -> Fixture {
    Fixture::new(Hot::new(Arc::new(Memory::new()), HotOptions::default()))
}

store_suite::cases!(empty);
