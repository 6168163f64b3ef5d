//! Commands as data, and the helpers that need no server.

mod commands;
mod helpers;
mod importing;
