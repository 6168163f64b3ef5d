//! The log: JSON for machines, text for people. Secrets have no `Display`, so they cannot be
//! logged.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Log, LogFormat};
use crate::environment;
use crate::error::CommandError;

/// Starts the log. `POSTERN_LOG` in the environment overrides the configured level.
///
/// # Errors
/// When the filter cannot be parsed.
pub(crate) fn start(log: &Log) -> Result<(), CommandError> {
    let directives = environment::variable(environment::LOG).unwrap_or_else(|| log.level.clone());
    let filter = EnvFilter::try_new(&directives).map_err(|error| {
        CommandError::new(format!(
            "the log level {directives:?} cannot be read ({error}); expected such as \"info\" or \
             \"postern=debug\""
        ))
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr);
    // Another subscriber exists only in tests that start twice; it is kept.
    let _ = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => builder.with_target(false).compact().try_init(),
    };
    Ok(())
}

/// Standard error, one line per write, so that lines of several threads do not mix.
#[derive(Clone, Copy, Debug)]
struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = std::io::Stderr;

    fn make_writer(&'a self) -> Self::Writer {
        std::io::stderr()
    }
}
