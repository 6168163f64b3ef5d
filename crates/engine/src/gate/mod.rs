//! The gate: whether a caller may call an API, for every kind of credential (RFC 6750 §3).
//!
//! Order of checks: there is one credential; it is active ([`crate::present`]); it is for this API;
//! the route allows its kind; it has the scopes. A caller learns nothing about a route before its
//! credential is known to be active.

mod identity;

pub use identity::{Identities, Identity};

use domain::CredentialKind;
use oauth::ScopeSet;

use crate::denial::GateReason;
use crate::present::{Presented, PresentedAt, PresentedKind, Verified, present};
use crate::{AccessTokenReason, Context, Denial, DeniedAt};

/// What a route requires of a caller.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// The API the credential must be for: the identifier of a resource server.
    pub audience: &'a str,
    /// The credential must have all of these scopes.
    pub scopes: &'a ScopeSet,
    /// The allowed kinds, as [`PresentedKind::as_str`] names them; empty: all.
    pub kinds: &'a [String],
}

/// The names of all kinds that may be presented to an API, as a route may list them.
pub const KINDS: [&str; 4] = [
    PresentedKind::AccessToken.as_str(),
    CredentialKind::ApiKey.as_str(),
    CredentialKind::PersonalAccessToken.as_str(),
    CredentialKind::LegacyToken.as_str(),
];

/// Admits a caller by a rule, or returns the reason why not.
///
/// # Errors
/// The precise reason. When the store failed ([`Denial::is_of_store`]), the answer is unknown at
/// present.
pub async fn admit(
    ctx: &Context<'_>,
    presented: Option<&Presented<'_>>,
    rule: &Rule<'_>,
) -> Result<Verified, Denial> {
    let presented = presented.ok_or(GateReason::NoCredential)?;
    let verified = present(ctx, presented, PresentedAt::Api).await;
    let verified = verified.map_err(|denial| denial.at(DeniedAt::Gate))?;
    let audience = &verified.chain.resource_server.identifier;
    if audience != rule.audience {
        let (token, asked) = (audience.clone(), rule.audience.to_owned());
        return Err(AccessTokenReason::WrongAudience { token, asked }.into());
    }
    let kind = verified.kind.as_str();
    if !rule.kinds.is_empty() && !rule.kinds.iter().any(|allowed| allowed == kind) {
        return Err(GateReason::KindNotAllowed(kind).into());
    }
    if !rule.scopes.is_subset(&verified.scopes) {
        return Err(GateReason::ScopeLacking { needed: rule.scopes.to_string() }.into());
    }
    Ok(verified)
}
