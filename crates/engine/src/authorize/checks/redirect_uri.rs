//! The redirect URI: it must be registered for the app (RFC 6749 §3.1.2, RFC 9700 §4.1.3).
//!
//! Invariant: only this file makes a [`RedirectTarget`].

use dialect::{RedirectMatch, RedirectRule};
use domain::{AppType, Client};
use oauth::{Parameter, Parameters, RedirectUri};

use super::parameters;
use crate::authorize::RedirectTarget;
use crate::{AuthorizationReason, Context, Denial};

/// The redirect target, if it is registered for the app. A request without a redirect URI uses the
/// only registered one.
pub(in crate::authorize) fn check(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<RedirectTarget, Denial> {
    parameters::check_one(parameters, Parameter::RedirectUri)?;
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

/// Whether the present rules of the realm allow this URI. They also apply to URIs that were
/// registered under older rules.
fn is_allowed(rule: RedirectRule, client: &Client, uri: &RedirectUri) -> bool {
    if uri.is_loopback() {
        return rule.allow_localhost || client.app_type == AppType::Native;
    }
    !rule.require_https || uri.is_https()
}

/// Whether the URI is registered. URIs are compared character by character, with two exceptions: a
/// native app may choose the port on this machine (RFC 8252 §7.3, RFC 9700 §4.1.3), and where the dialect
/// compares by domain, any URI on the app's registered domain is accepted.
fn is_registered(ctx: &Context<'_>, client: &Client, uri: &RedirectUri) -> bool {
    let rule = ctx.issuer.dialect().redirect_rule();
    let native = client.app_type == AppType::Native;
    let mut registered = client.redirect_uris.iter();
    registered.any(|known| known == uri || (native && differs_in_port(known, uri)))
        || (rule.matching == RedirectMatch::Domain
            && is_on_domain(client, uri)
            && !is_forged(ctx, uri))
}

/// Whether the query of the URI contains response parameters such as `code`. A `code` set by an
/// attacker would come before the real one.
fn is_forged(ctx: &Context<'_>, uri: &RedirectUri) -> bool {
    let mut endpoints = ctx.issuer.dialect().endpoints().iter();
    endpoints.any(|endpoint| endpoint.collides_with(uri))
}

/// Whether the URIs differ in the port only. URIs that are written differently but mean the same do
/// not match.
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

/// Whether the URI is `https`, on the default port, on the registered domain or a subdomain of it.
fn is_on_domain(client: &Client, uri: &RedirectUri) -> bool {
    let Some(domain) = client.redirect_domain.as_deref().filter(|it| !it.is_empty()) else {
        return false;
    };
    let Some(host) = uri.host() else { return false };
    let domain = domain.to_ascii_lowercase();
    let below = host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    (host == domain || below) && uri.origin() == format!("https://{host}")
}
