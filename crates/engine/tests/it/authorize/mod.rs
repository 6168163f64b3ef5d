//! The authorization endpoint: what people are asked, and the results of their answers, with the
//! store in memory and a fixed clock.

mod apps;
mod challenges;
mod connections;
mod consent;
mod histories;
mod identity;
mod order;
mod organizations;
mod race;
mod redirects;
mod requests;
mod scopes;
mod signing_in;
mod world;
