//! A person manages only their own resources: the engine on the store in memory.

mod apps;
mod connections;
mod passwords;
mod people;
mod tokens;
mod world;
