//! The suite of the stores, on SQLite.

mod place;

use store_suite::Fixture;

use place::Place;

async fn empty() -> Fixture {
    let place = Place::new();
    Fixture::keeping(place.open(), place)
}

store_suite::cases!(empty);
