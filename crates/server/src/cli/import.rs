//! `postern token import`: reads tokens of an older system from a file and hands them to the admin
//! API, several batches at a time.
//!
//! Importing is idempotent by id, so an import that was cut short is simply started again. Secrets
//! are in the file and in the requests, never in a message.

mod batch;
mod file;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use super::api::{AdminApiError, Api};
use super::connection::Connection;
use super::output::{print_line, print_remark};
use crate::error::{CommandError, FAILED};
use batch::{Batch, Batches, Done};
use file::Format;

#[cfg(test)]
pub(crate) mod reading {
    //! The parts that read a file, for tests.
    pub(crate) use super::batch::{Batches, Done};
    pub(crate) use super::file::{Format, Rows};
}

/// A file to import.
#[derive(Debug, Args)]
pub(crate) struct ImportFile {
    /// CSV with a header, or a JSON object a line: id, secret, organization, and where wanted
    /// scopes, label, expires_at
    file: PathBuf,
    /// The format of the file; without, the name of the file decides
    #[arg(long)]
    format: Option<Format>,
    /// The identifier of the resource server; may be missing where the realm has exactly one
    #[arg(long)]
    audience: Option<String>,
    /// How many batches are sent at the same time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    in_flight: u8,
    /// Import secrets that can be guessed, too
    #[arg(long)]
    allow_weak: bool,
    #[command(flatten)]
    connection: Connection,
}

/// How often a batch is sent before the import gives up.
const MAX_ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The counts of all rows.
#[derive(Debug, Default)]
struct Total {
    imported: u64,
    unchanged: u64,
    refused: u64,
    weak: u64,
}

/// Runs the import.
///
/// # Errors
/// When the file or the admin API cannot be used, or when a row was refused.
pub(crate) async fn run(import: ImportFile) -> Result<(), CommandError> {
    let api = import.connection.open()?;
    let format = import.format.unwrap_or_else(|| file::format_of(&import.file));
    let started = Instant::now();
    let rows = file::Rows::open(&import.file, format)?;
    let mut batches = Batches::new(rows, import.audience.clone(), import.allow_weak);
    let bar = bar(file::lines(&import.file)?);
    let mut total = Total::default();
    let outcome = drive(&api, &import, &mut batches, |done| {
        total.count(&import, &bar, done);
    });
    let outcome = outcome.await;
    bar.finish_and_clear();
    let (seconds, rows) = (started.elapsed().as_secs_f64(), total.rows());
    let speed = rows as f64 / seconds.max(0.001);
    if import.connection.json {
        print_line(&total.to_json().to_string())?;
    }
    print_remark(&format!(
        "{} imported, {} unchanged, {} refused in {seconds:.1} s ({speed:.0} rows a second)",
        total.imported, total.unchanged, total.refused,
    ));
    if total.weak > 0 {
        print_remark(&format!(
            "{} of them have a secret that can be guessed: give their owners API keys, and revoke them",
            total.weak
        ));
    }
    if let Err(error) = outcome {
        return Err(CommandError::new(format!(
            "{error}; what was imported stays, and starting again goes on from there"
        )));
    }
    if total.refused > 0 { Err(CommandError::silent(FAILED)) } else { Ok(()) }
}

impl Total {
    fn rows(&self) -> u64 {
        self.imported + self.unchanged + self.refused
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "imported": self.imported, "unchanged": self.unchanged, "refused": self.refused,
            "weak": self.weak,
        })
    }

    fn count(&mut self, import: &ImportFile, bar: &ProgressBar, done: &Done) {
        self.imported += done.imported;
        self.unchanged += done.unchanged;
        self.refused += done.problems.len() as u64;
        self.weak += done.weak;
        for (line, problem) in &done.problems {
            bar.suspend(|| print_remark(&format!("{}:{line}: {problem}", import.file.display())));
        }
        bar.set_position(self.rows());
    }
}

/// Keeps several batches in flight until the file ends.
async fn drive(
    api: &Api,
    import: &ImportFile,
    batches: &mut Batches,
    mut report: impl FnMut(&Done),
) -> Result<(), CommandError> {
    let mut under_way: JoinSet<Result<Done, AdminApiError>> = JoinSet::new();
    loop {
        while under_way.len() < usize::from(import.in_flight) {
            let Some(batch) = batches.next()? else { break };
            under_way.spawn(deliver(api.clone(), batch));
        }
        match under_way.join_next().await {
            None => return Ok(()),
            Some(joined) => report(&joined.map_err(CommandError::new)??),
        }
    }
}

/// Sends a batch, and retries where that may help.
async fn deliver(api: Api, batch: Batch) -> Result<Done, AdminApiError> {
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    if batch.is_empty() {
        return Ok(batch.done(&serde_json::Value::Null));
    }
    loop {
        match api.send(batch.plan()).await {
            Ok(answer) => return Ok(batch.done(&answer)),
            Err(refused) if attempt < MAX_ATTEMPTS && refused.is_temporary() => {
                tokio::time::sleep(pause).await;
                pause *= 2;
                attempt += 1;
            }
            Err(refused) => return Err(refused),
        }
    }
}

fn bar(lines: u64) -> ProgressBar {
    let style = "{bar:40} {human_pos} of {human_len} rows, {per_sec}, {eta} to go";
    let bar = ProgressBar::new(lines);
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
