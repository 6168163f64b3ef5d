//! `postern check`: says what is wrong or weak in a configuration. Contacts nothing and writes
//! nothing: it reads the configuration and the files that it names. With `--live` it also asks a
//! running realm what it has stored.

mod files;
mod finding;
mod gate;
mod live;
mod network;
mod realms;
#[cfg(test)]
mod tests;

use std::io::Write as _;

use crate::arguments;
use crate::config::{self, Config};
use crate::error::{CommandError, FAILED};
use finding::{Finding, Severity};

/// Every check, in the order of the report.
const CHECKS: [fn(&Config, &mut Vec<Finding>); 15] = [
    files::database,
    files::master_key,
    files::certificates,
    files::mail_password,
    realms::issuers,
    realms::served,
    realms::tokens,
    realms::lifetimes,
    realms::people,
    realms::defaults,
    realms::environments,
    network::listeners,
    network::metrics,
    network::mail,
    gate::gates,
];

/// Runs all checks and prints the findings.
///
/// # Errors
/// When a finding is wrong, or weak and `strict` is set; when a running realm cannot be asked.
pub(crate) async fn check(arguments: &arguments::Check) -> Result<(), CommandError> {
    let config = config::load(&arguments.configured.config).map_err(CommandError::new)?;
    let mut findings = findings(&config);
    if arguments.live {
        findings.extend(live::findings(&arguments.connection.open()?, &config).await?);
        findings.sort_by_key(|finding| finding.severity);
    }
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        let _ = writeln!(out, "{finding}");
    }
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
    let (wrong, weak) = (count(Severity::Wrong), count(Severity::Weak));
    let _ = writeln!(out, "{}: {wrong} wrong, {weak} weak", config.file.display());
    let fails = wrong > 0 || (arguments.strict && weak > 0);
    if fails { Err(CommandError::silent(FAILED)) } else { Ok(()) }
}

fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in CHECKS {
        check(config, &mut findings);
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}
