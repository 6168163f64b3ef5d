//! Which organization the app expects, or the person has chosen. Whether it is theirs shows when
//! they are known.

use domain::PublicId;
use oauth::Parameter;

use crate::Denial;
use crate::authorize::check::{CheckInput, Draft};

/// Takes the name of the organization.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let Some(named) = asked.value(Parameter::Organization) else { return Ok(()) };
    let malformed = |_| Denial::ParameterMalformed(Parameter::Organization);
    let public_id: PublicId = named.parse().map_err(malformed)?;
    draft.organization = Some(public_id.to_string());
    Ok(())
}
