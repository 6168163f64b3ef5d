//! Reads the environment. The only module that does.

/// The log filter: `info`, or a filter such as `postern=debug`.
pub(crate) const LOG: &str = "POSTERN_LOG";

/// A variable; `None` where it is not set, empty, or not UTF-8.
#[allow(clippy::disallowed_methods, reason = "this file owns the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
