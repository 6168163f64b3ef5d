//! Commands over the admin API, and helpers that need no server.
//!
//! A command becomes a [`plan::Plan`], one request as data; [`api::Api`] carries it out and
//! [`output`] tells the answer. Exit codes: 0 it went well, 1 it was refused or failed, 2 the command
//! was called wrongly.

mod access_request;
mod admin_key;
mod api;
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
mod talking;
#[cfg(test)]
mod tests;
mod token;
mod user;
mod why;

use clap::Subcommand;

use crate::error::CommandError;
use talking::Talking;

pub(crate) use admin_key::AdminKey;

/// Commands over the admin API, and helpers.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Organizations: the provider's customers
    Org(Talking<organization::Command>),
    /// People, and the organizations they belong to
    User(Talking<user::Command>),
    /// Resource servers: the APIs that tokens are for, and their scopes
    Api(Talking<resource_server::Command>),
    /// OAuth clients
    Client(Talking<client::Command>),
    /// Secrets of clients and resource servers
    Secret(Talking<secret::Command>),
    /// What clients may do
    Grant(Talking<grant::Command>),
    /// Organizations' API keys
    Key(Talking<key::Command>),
    /// Tokens with a row: personal, refresh and legacy; and a look into any token
    #[command(subcommand)]
    Token(token::Command),
    /// People without an account who ask for credentials
    AccessRequest(Talking<access_request::Command>),
    /// How many tokens may be issued
    Budget(Talking<budget::Command>),
    /// What access tokens are signed with
    SigningKey(Talking<signing_key::Command>),
    /// What was changed
    Event(Talking<audit::Events>),
    /// What was refused
    Refusal(Talking<audit::Refusals>),
    /// Explain a request id, or the id of a credential, client, grant or organization
    Why(why::Why),
    /// Make a PKCE verifier and its challenge (RFC 7636)
    Pkce(pkce::Pkce),
    /// Check signatures offline
    #[command(subcommand)]
    Jose(jose::Command),
}

/// Carries a command out.
///
/// # Errors
/// What was refused, or went wrong.
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

/// Carries a command about admin keys out.
///
/// # Errors
/// What was refused, or went wrong.
pub(crate) async fn run_admin_key(command: AdminKey) -> Result<(), CommandError> {
    admin_key::run(command).await
}
