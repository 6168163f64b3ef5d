//! `cargo xtask bench`: the server beside a ceiling probe, in one run, in one table.
//!
//! The server under measurement has core 0, the load core 1. Each kind of work is measured by turns
//! on both servers, so that what the machine does meanwhile happens to both.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to the terminal")]

mod arguments;
mod children;
mod coldstart;
mod compare;
mod cpu;
mod flows;
mod footprint;
mod growth;
mod load;
mod memory;
mod ports;
mod probe;
mod run;
mod scratch;
mod subject;
mod table;
mod work;

use std::process::ExitCode;

use arguments::{Arguments, HELP};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.as_slice() {
        [help] if help == "--help" => {
            print!("{HELP}");
            Ok(())
        }
        [probe, folder, port] if probe == "probe" => match port.parse() {
            Ok(port) => probe::run(folder.as_ref(), port),
            Err(_) => Err(format!("not a port: {port}")),
        },
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
