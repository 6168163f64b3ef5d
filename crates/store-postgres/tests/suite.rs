//! The suite of the stores, on PostgreSQL.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code, reason = "this is test code")]

mod place;

use place::Place;
use store_suite::Fixture;

async fn empty() -> Fixture {
    let place = Place::new().await;
    Fixture::keeping(place.open().await, place)
}

store_suite::cases!(empty);
