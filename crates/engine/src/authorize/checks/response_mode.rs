//! How the answer travels: in the query (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Whether the response mode, where one is named, is `query`.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    match asked.value(Parameter::ResponseMode) {
        None | Some("query") => Ok(()),
        Some(other) => Err(AuthorizationReason::ResponseModeUnsupported(other.to_owned()).into()),
    }
}
