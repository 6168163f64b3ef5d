//! The log: JSON for machines, text for people. Secrets have no `Display`, so they cannot be
//! logged.

use std::io;

use domain::text::{escaped, escaped_json};
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
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr(log.format));
    // Another subscriber exists only in tests that start twice; it is kept.
    let _ = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => builder.with_target(false).compact().try_init(),
    };
    Ok(())
}

/// Standard error, one line per write, so that lines of several threads do not mix. What callers
/// sent cannot break a line, hide in it, or move the cursor of a terminal.
#[derive(Clone, Copy, Debug)]
struct Stderr(LogFormat);

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        *self
    }
}

impl io::Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::Write::write_all(&mut io::stderr(), shown(line, self.0).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(&mut io::stderr())
    }
}

/// A line of the log as it is written, with the line break at its end.
fn shown(line: &[u8], format: LogFormat) -> String {
    let line = String::from_utf8_lossy(line);
    let (text, end) = line.strip_suffix('\n').map_or((&*line, ""), |text| (text, "\n"));
    match format {
        LogFormat::Json => format!("{}{end}", escaped_json(text)),
        LogFormat::Text => format!("{}{end}", escaped(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_callers_send_cannot_break_a_line_or_hide_in_it() {
        let line = "INFO a\nERROR b\u{1b}[2J\u{202e}\u{2028}ü\n";
        let text = shown(line.as_bytes(), LogFormat::Text);
        assert_eq!(text, "INFO a\\u{a}ERROR b\\u{1b}[2J\\u{202e}\\u{2028}ü\n");
        let json = shown("{\"a\":\"\u{9b}\u{e0041}\"}\n".as_bytes(), LogFormat::Json);
        assert_eq!(json, "{\"a\":\"\\u009b\\udb40\\udc41\"}\n");
    }
}
