//! The environment of a task. The one place of this crate that reads it.

/// The variable called `name`, when it is set to text that is not empty.
#[allow(clippy::disallowed_methods, reason = "this file owns the environment of the tasks")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
