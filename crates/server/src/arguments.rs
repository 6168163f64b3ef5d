//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The API access of a product: issues every form of credential and answers for each of them.
#[derive(Debug, Parser)]
#[command(name = "postern", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the realms of a configuration
    Serve(Configured),
    /// Serve five demo realms with sample data, and nothing to configure
    Dev(Dev),
    /// Check a configuration for mistakes and weaknesses
    Check(Check),
    /// Bring the database up to date
    Migrate(Configured),
    /// Admin keys, the credentials of the admin API
    #[command(subcommand)]
    AdminKey(AdminKey),
    #[command(flatten)]
    Administer(crate::cli::Command),
}

/// What a configuration says.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "postern.toml")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// The port of the portal; the realms are on the five after it, then an app of a partner
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65529))]
    pub(crate) port: u16,
    /// The data folder
    #[arg(long, value_name = "FOLDER", default_value = ".postern")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Also fail for weaknesses
    #[arg(long)]
    pub(crate) strict: bool,
    /// Also ask a running realm for what is weak in what it has stored
    #[arg(long)]
    pub(crate) live: bool,
    #[command(flatten)]
    pub(crate) connection: crate::cli::Connection,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminKey {
    /// Create one in the database itself: the first, which creates all others
    Create(CreateAdminKey),
    #[command(flatten)]
    OverTheApi(crate::cli::AdminKey),
}

#[derive(Debug, Args)]
pub(crate) struct CreateAdminKey {
    /// The realm
    #[arg(long)]
    pub(crate) realm: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// A name that people see in lists
    #[arg(long, default_value = "created on the command line")]
    pub(crate) label: String,
}
