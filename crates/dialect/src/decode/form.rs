//! Queries and form bodies, by the rule of [`oauth::form`].

use oauth::{Parameter, form};

use super::collector::Collector;

/// Reads the pairs that `names` knows.
pub(super) fn read<'a>(
    bytes: &'a [u8],
    names: &[(String, Parameter)],
    collector: &mut Collector<'_, 'a>,
) {
    for pair in form::pairs(bytes) {
        let Some(name) = pair.name() else { continue };
        if let Some((wire, parameter)) = names.iter().find(|(known, _)| *known == name) {
            collector.put(*parameter, wire, pair.value());
        }
    }
}
