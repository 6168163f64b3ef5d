//! The gate: whether a caller may pass to an API, whatever form its credential has (RFC 6750 §3).
//!
//! Order of checks: whether there is one credential, whether it is good ([`crate::present`]), whether
//! it is for this API, whether its kind is let in here, whether it has the scopes. A caller learns
//! nothing of a route before its credential is known to be good.

mod identity;

pub use identity::{Identities, Identity};

use domain::CredentialKind;
use oauth::ScopeSet;

use crate::denial::GateReason;
use crate::present::{Presented, PresentedAt, PresentedKind, Verified, present};
use crate::{AccessTokenReason, Context, Denial, DeniedAt};

/// What a route asks of whoever passes.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// The API the credential must be for: the identifier of a resource server.
    pub audience: &'a str,
    /// All of these scopes.
    pub scopes: &'a ScopeSet,
    /// Kinds as [`PresentedKind::as_str`] names them; empty: any.
    pub kinds: &'a [String],
}

/// The names of every kind that may be presented to an API, as a route may list them.
pub const KINDS: [&str; 4] = [
    PresentedKind::AccessToken.as_str(),
    CredentialKind::ApiKey.as_str(),
    CredentialKind::PersonalAccessToken.as_str(),
    CredentialKind::LegacyToken.as_str(),
];

/// Lets a caller pass by a rule, or says why not.
///
/// # Errors
/// The precise reason. Nothing can be known at present where it is of the store ([`Denial::is_of_store`]).
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
