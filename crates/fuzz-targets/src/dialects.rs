//! The dialects that ship, compiled once: that takes longer than most inputs.

use std::sync::LazyLock;

use dialect::Dialect;

/// All of them.
pub(crate) static DIALECTS: LazyLock<Vec<Dialect>> =
    LazyLock::new(|| Dialect::builtin_names().filter_map(Dialect::builtin).collect());
