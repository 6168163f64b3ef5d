//! Commands over the admin API, and helpers that need no server.
//!
//! A command becomes a [`plan::Plan`], one request as data. [`api::Api`] sends it, and [`output`]
//! prints the answer. Exit codes: 0 success, 1 the request was refused or failed, 2 the command
//! line was wrong.

mod access_request;
mod admin_key;
mod api;
mod api_command;
mod audit;
mod budget;
mod client;
mod connection;
mod credential;
mod grant;
mod import;
mod inspect;
mod jose;
mod key;
mod organization;
mod output;
mod pkce;
mod plan;
mod resource_server;
mod secret;
mod signing_key;
#[cfg(test)]
mod tests;
mod token;
mod user;
mod why;

use clap::Subcommand;

use crate::error::CommandError;
use api_command::ApiCommand;

pub(crate) use admin_key::AdminKey;
pub(crate) use api::Api;
pub(crate) use connection::Connection;
pub(crate) use plan::{Page, Plan};

/// Commands over the admin API, and helpers.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Organizations: the provider's customers
    Org(ApiCommand<organization::Command>),
    /// People, and the organizations they belong to
    User(ApiCommand<user::Command>),
    /// Resource servers: the APIs that tokens are for, and their scopes
    Api(ApiCommand<resource_server::Command>),
    /// OAuth clients
    Client(ApiCommand<client::Command>),
    /// Secrets of clients and resource servers
    Secret(ApiCommand<secret::Command>),
    /// Grants: what clients may do
    Grant(ApiCommand<grant::Command>),
    /// Organizations' API keys
    Key(ApiCommand<key::Command>),
    /// Tokens with a row: personal, refresh and legacy; and a look into any token
    #[command(subcommand)]
    Token(token::Command),
    /// People without an account who ask for credentials
    AccessRequest(ApiCommand<access_request::Command>),
    /// How many tokens may be issued
    Budget(ApiCommand<budget::Command>),
    /// The keys that sign access tokens
    SigningKey(ApiCommand<signing_key::Command>),
    /// Events: what was changed
    Event(ApiCommand<audit::Events>),
    /// Refusals: what was denied, and why
    Refusal(ApiCommand<audit::Refusals>),
    /// Explain a request id, or the id of a credential, client, grant or organization
    Why(why::Why),
    /// Make a PKCE verifier and its challenge (RFC 7636)
    Pkce(pkce::Pkce),
    /// Check signatures offline
    #[command(subcommand)]
    Jose(jose::Command),
}

/// Runs a command.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Org(it) => it.run().await,
        Command::User(it) => user::run(it).await,
        Command::Api(it) => it.run().await,
        Command::Client(it) => it.run().await,
        Command::Secret(it) => it.run().await,
        Command::Grant(it) => it.run().await,
        Command::Key(it) => it.run().await,
        Command::Token(it) => token::run(it).await,
        Command::AccessRequest(it) => it.run().await,
        Command::Budget(it) => it.run().await,
        Command::SigningKey(it) => it.run().await,
        Command::Event(it) => it.run().await,
        Command::Refusal(it) => it.run().await,
        Command::Why(it) => why::run(it).await,
        Command::Pkce(it) => pkce::run(&it),
        Command::Jose(it) => jose::run(&it),
    }
}

/// Runs a command about admin keys.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn run_admin_key(command: AdminKey) -> Result<(), CommandError> {
    admin_key::run(command).await
}
