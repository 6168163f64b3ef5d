//! The gate end to end, asked in the format of each proxy, byte by byte.

mod fixture;
mod proxies;
mod rates;
mod refusals;
mod resources;
mod withdrawn;
