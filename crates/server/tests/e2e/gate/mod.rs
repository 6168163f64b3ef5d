//! The gate through the real program, asked in the words of each proxy, byte by byte.

mod fixture;
mod proxies;
mod rates;
mod refusals;
mod resources;
