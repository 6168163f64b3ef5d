//! Where the answer goes: only where the app is registered for (RFC 6749 §3.1.2, RFC 9700 §4.1.3).
//!
//! Invariant: the one place that makes a [`RedirectTarget`].

use dialect::{RedirectMatch, RedirectRule};
use domain::{AppType, Client};
use oauth::{Parameter, Parameters, RedirectUri};

use crate::authorize::RedirectTarget;
use crate::{AuthorizationReason, Context, Denial};

/// The target, if it is the app's. A request that names none means the only one that is registered.
pub(in crate::authorize) fn check(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<RedirectTarget, Denial> {
    let rule = ctx.issuer.dialect().redirect_rule();
    let uri: RedirectUri = match (parameters.value(Parameter::RedirectUri), &*client.redirect_uris)
    {
        (Some(text), _) => text.parse().map_err(AuthorizationReason::RedirectMalformed)?,
        (None, [only]) => only.clone(),
        (None, _) => return Err(AuthorizationReason::RedirectMissing.into()),
    };
    if is_allowed(rule, client, &uri) && is_registered(ctx, client, &uri) {
        Ok(RedirectTarget::checked(uri))
    } else {
        Err(AuthorizationReason::RedirectNotRegistered(uri.as_str().to_owned()).into())
    }
}

/// Whether the realm sends anybody to such places: what was registered under an older rule is held
/// to the present one.
fn is_allowed(rule: RedirectRule, client: &Client, uri: &RedirectUri) -> bool {
    if uri.is_loopback() {
        return rule.allow_localhost || client.app_type == AppType::Native;
    }
    !rule.require_https || uri.is_https()
}

/// Character by character; a native app may choose the port on its own machine (RFC 8252 §7.3); and
/// anything on a partner's own domain where the dialect compares by it.
fn is_registered(ctx: &Context<'_>, client: &Client, uri: &RedirectUri) -> bool {
    let rule = ctx.issuer.dialect().redirect_rule();
    let native = client.app_type == AppType::Native;
    let mut registered = client.redirect_uris.iter();
    registered.any(|known| known == uri || (native && differs_in_port(known, uri)))
        || (rule.matching == RedirectMatch::Domain
            && is_on_domain(client, uri)
            && !is_forged(ctx, uri))
}

/// Whether its query passes itself off as an answer of ours: `?code=` of somebody else's making
/// would stand before the real one.
fn is_forged(ctx: &Context<'_>, uri: &RedirectUri) -> bool {
    let mut endpoints = ctx.issuer.dialect().endpoints().iter();
    endpoints.any(|endpoint| endpoint.collides_with(uri))
}

/// Whether nothing but the port differs: not what is written otherwise and means the same, either.
fn differs_in_port(known: &RedirectUri, uri: &RedirectUri) -> bool {
    known.is_same_loopback(uri) && without_port(known.as_str()) == without_port(uri.as_str())
}

/// The text before the port of an `http` URI, and after it.
fn without_port(text: &str) -> Option<(&str, &str)> {
    let after = text.find("://")? + 3;
    let end = text.get(after..)?.find(['/', '?']).map_or(text.len(), |at| after + at);
    let (front, rest) = text.split_at_checked(end)?;
    let host = front.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':');
    Some((host.unwrap_or(front), rest))
}

/// `https`, on the default port, on the registered domain or below it.
fn is_on_domain(client: &Client, uri: &RedirectUri) -> bool {
    let Some(domain) = client.redirect_domain.as_deref().filter(|it| !it.is_empty()) else {
        return false;
    };
    let Some(host) = uri.host() else { return false };
    let domain = domain.to_ascii_lowercase();
    let below = host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    (host == domain || below) && uri.origin() == format!("https://{host}")
}
