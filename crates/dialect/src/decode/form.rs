//! `application/x-www-form-urlencoded` bodies and queries (RFC 6749 appendix B).

use oauth::{ErrorResponse, Parameter};

use super::collector::Collector;
use super::percent::{Plus, decode};
use super::refuse::invalid_request;

/// Reads the pairs that `names` knows; the others must only be well formed (RFC 6749 §3.2:
/// unrecognized parameters are ignored).
pub(super) fn read<'a>(
    bytes: &'a [u8],
    names: &[(String, Parameter)],
    collector: &mut Collector<'_, 'a>,
) -> Result<(), ErrorResponse> {
    let broken = || invalid_request("The form is not percent-encoded UTF-8.");
    for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        let cut = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(cut);
        let value = value.strip_prefix(b"=").unwrap_or(value);
        let name = decode(name, Plus::Space).ok_or_else(broken)?;
        let value = decode(value, Plus::Space).ok_or_else(broken)?;
        if let Some((wire, parameter)) = names.iter().find(|(known, _)| *known == name) {
            collector.put(*parameter, wire, value)?;
        }
    }
    Ok(())
}
