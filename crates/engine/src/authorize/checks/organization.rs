//! The organization that the app expects or the person chose. Whether the person is a member is
//! checked later, when the person is known.

use domain::PublicId;
use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{Denial, RequestReason};

/// Records the public id of the organization.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let Some(named) = input.value(Parameter::Organization) else { return Ok(()) };
    let malformed = |_| RequestReason::ParameterMalformed(Parameter::Organization);
    let public_id: PublicId = named.parse().map_err(malformed)?;
    draft.organization = Some(public_id.to_string());
    Ok(())
}
