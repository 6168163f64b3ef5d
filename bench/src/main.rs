//! `cargo xtask bench`: the server compared with a ceiling probe, in one run, in one table.
//!
//! The server under measurement has core 0, the load core 1. Each kind of work is measured in turns
//! on both servers, so that changes of the machine affect both.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to the terminal")]

mod arguments;
mod children;
mod coldstart;
mod compare;
mod cpu;
mod flows;
mod footprint;
mod gate;
mod growth;
mod key_set;
mod load;
mod memory;
mod ports;
mod postgres;
mod probe;
mod revocation;
mod run;
mod scratch;
mod subject;
mod table;
mod verifying;
mod work;

use std::process::ExitCode;

use arguments::{Arguments, HELP};

/// Runs one of the helper servers as a process of its own.
fn serve(what: &str, folder: &str, port: &str) -> Result<(), String> {
    let number = port.parse().map_err(|_| format!("not a port: {port}"))?;
    match what {
        "probe" => probe::run(folder.as_ref(), number),
        _ => verifying::issuer::run(folder.as_ref(), number),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--help"] => {
            print!("{HELP}");
            Ok(())
        }
        [what @ ("probe" | "issuer"), folder, port] => serve(what, folder, port),
        _ => Arguments::parse(words.into_iter()).and_then(|arguments| run::run(&arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bench: {problem}");
            ExitCode::FAILURE
        }
    }
}
