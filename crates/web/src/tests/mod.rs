//! Tests that need more than one part of a realm.

mod connected_apps;
mod neighbour;
