//! The scopes of admin keys. Each route of the admin API needs exactly one of them.

use oauth::ScopeSet;

use crate::Denial;
use crate::fields;

/// The scope that allows everything, also scopes that are added later.
pub const EVERYTHING: &str = "*";

/// Every scope of the admin API, and its description.
pub const ALL: [(&str, &str); 25] = [
    ("organizations:read", "See organizations"),
    ("organizations:write", "Create, change and suspend organizations"),
    ("users:read", "See users and their memberships"),
    ("users:write", "Create, change and remove users"),
    ("resource_servers:read", "See resource servers and scopes"),
    ("resource_servers:write", "Create and change resource servers and scopes"),
    ("clients:read", "See clients"),
    ("clients:write", "Create, change and suspend clients"),
    ("secrets:read", "See which secrets clients and resource servers have"),
    ("secrets:write", "Create and revoke secrets of clients and resource servers"),
    ("grants:read", "See grants"),
    ("grants:write", "Create, change and revoke grants"),
    ("keys:read", "See API keys"),
    ("keys:write", "Create and revoke API keys"),
    ("tokens:read", "See personal access tokens, refresh tokens and legacy tokens"),
    ("tokens:write", "Create, import and revoke such tokens"),
    ("budgets:read", "See limits and what was spent"),
    ("budgets:write", "Change limits"),
    ("signing_keys:read", "See signing keys"),
    ("signing_keys:write", "Rotate, retire and revoke signing keys"),
    ("access_requests:read", "See who asks for credentials"),
    ("access_requests:write", "Approve and decline requests for credentials, and resend links"),
    ("admin_keys:read", "See admin keys"),
    ("admin_keys:write", "Create and revoke admin keys"),
    ("audit:read", "See events and refusals, and why something was refused"),
];

/// Whether the scopes `held` allow an operation that needs the scope `needed`.
pub fn allows(held: &ScopeSet, needed: &str) -> bool {
    held.contains(EVERYTHING) || held.contains(needed)
}

/// Parses the scopes of an admin key.
pub(super) fn parse(texts: &[String]) -> Result<ScopeSet, Denial> {
    let scopes = fields::scopes("scopes", texts)?;
    let known = |scope: &str| scope == EVERYTHING || ALL.iter().any(|(name, _)| *name == scope);
    if let Some(stray) = scopes.iter().find(|scope| !known(scope.as_str())) {
        let expected = format!("scopes of the admin API; {stray} is none");
        return Err(fields::invalid("scopes", expected));
    }
    if scopes.is_empty() {
        return Err(fields::invalid("scopes", "at least one scope"));
    }
    Ok(scopes)
}
