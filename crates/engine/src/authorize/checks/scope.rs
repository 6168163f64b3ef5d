//! The requested scopes: no more than the app is registered for, of those that the API defines or
//! that say who the person is (RFC 6749 §3.3; OpenID Connect Core §5.4).
//!
//! Invariant: the app's own list bounds every scope, identity scopes too.

use oauth::{Parameter, ScopeSet};

use super::input::{CheckInput, Draft};
use crate::{Denial, ScopeReason, identity};

/// Records the scopes. A request without scopes asks for all scopes that the app may ask for, except
/// those that give a refresh token: nobody stays connected who did not ask for it (OpenID Connect
/// Core §11).
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let api = draft.resource_server.as_ref().map(|it| it.scope_set()).unwrap_or_default();
    let of_app = &input.client.scopes;
    let identity = identity::scopes(input.ctx.issuer.dialect());
    let defined: ScopeSet = api.iter().chain(identity.iter()).cloned().collect();
    let allowed = of_app.intersection(&defined);
    let text = input.value(Parameter::Scope).unwrap_or_default();
    let wanted: ScopeSet = text.parse().map_err(|_| ScopeReason::Malformed)?;
    if wanted.is_empty() {
        let stays = &input.ctx.issuer.dialect().authorization().refresh_scopes;
        draft.scopes = allowed.iter().filter(|it| !stays.contains(it.as_str())).cloned().collect();
        return Ok(());
    }
    if let Some(scope) = wanted.first_not_in(&allowed) {
        return Err(ScopeReason::NotGranted(scope.to_string()).into());
    }
    draft.scopes = wanted;
    Ok(())
}
