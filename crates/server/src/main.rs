//! The binary `postern`: configuration, commands, listeners. The only crate that names a backend.

mod admin_key;
mod arguments;
mod check;
mod cli;
mod config;
mod database;
mod dev;
mod environment;
mod error;
mod figures;
mod follow;
mod introspection;
mod listen;
mod logging;
mod mail;
mod master_key;
mod migrate;
mod realms;
mod run;
mod serve;
mod signals;
mod sweep;
mod tasks;

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

use crate::arguments::{AdminKey, Arguments, Command};
use crate::error::{CommandError, USAGE};

/// Small short-lived allocations are most of a request's cost beside its cryptography.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version also arrive as errors.
            let code = if error.use_stderr() { USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            ExitCode::from(error.code)
        }
    }
}

fn run(command: Command) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        match command {
            Command::Serve(configured) => serve::serve(&configured.config).await,
            Command::Migrate(configured) => migrate::migrate(&configured.config).await,
            Command::Dev(arguments) => dev::dev(&arguments).await,
            Command::Check(arguments) => check::check(&arguments).await,
            Command::AdminKey(AdminKey::Create(arguments)) => admin_key::create(&arguments).await,
            Command::AdminKey(AdminKey::OverTheApi(command)) => cli::run_admin_key(command).await,
            Command::Administer(command) => cli::run(command).await,
        }
    })
}
