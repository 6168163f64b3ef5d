//! Tests of commands as data, and of the helpers that need no server.

mod commands;
mod helpers;
mod importing;
