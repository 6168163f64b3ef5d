//! Answers one request of the proxy: decides, counts, and writes the response.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderName, Response, StatusCode};
use engine::gate::{Rule, admit};
use engine::present::Verified;
use engine::{Context, Denial, GateReason, RequestOrigin};
use web_base::{RealmRequest, RealmState, respond};

use super::compile::never_kept;
use super::known::{AnswerForm, Known};
use super::original::{Original, names_headers};
use super::path::plain;
use super::rates::Counted;
use super::refuse::{GateRefusal, refuse};
use super::routes::normal_host;
use super::{Access, Gate, Preflights, WhenUnsure, fetched, identity};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The methods that a preflight may be for.
const ANY_METHOD: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The refusal that the proxy fetches by a second request (`answer=refusal`), where it was decided by an earlier one.
pub fn earlier_refusal(
    state: &RealmState,
    gate: &Gate,
    request: &RealmRequest,
) -> Option<Response<Body>> {
    let form = AnswerForm::of(gate.source, request.http.uri().query());
    if form == AnswerForm::Refusal { fetched::open(state, request.http.headers()) } else { None }
}

/// Answers a request of the proxy: 200 with the caller's identity, or a refusal.
pub async fn answer(state: &RealmState, gate: &Gate, request: RealmRequest) -> Response<Body> {
    let RealmRequest { http, path, request_id, address, .. } = request;
    // The body is not read: the decision does not depend on it, and it takes no memory.
    let (head, _) = http.into_parts();
    let below_gate = head.uri.path().get(path).and_then(|it| it.strip_prefix("/gate"));
    let origin = RequestOrigin { request_id, address: Some(address), ..RequestOrigin::default() };
    let ctx = state.context(&origin);
    let form = AnswerForm::of(gate.source, head.uri.query());
    let mut known = Known::default();
    let decided =
        decide(state, gate, &ctx, (&head, below_gate.unwrap_or_default()), &mut known).await;
    let decided = match decided {
        Ok(verified) => count(gate, &ctx, verified, form, &mut known),
        Err(denial) => Err(denial),
    };
    let passed = decided.and_then(|verified| pass(state, gate, &ctx, verified));
    let is_refused = passed.is_err();
    let for_pages = is_refused && gate.preflights == Preflights::Pass;
    let mut response = passed.unwrap_or_else(|denial| {
        let refusal = GateRefusal { denial, known: &known, form, method: &head.method };
        refuse(state, gate, &ctx, refusal)
    });
    if for_pages {
        respond::to_any_origin(response.headers_mut());
    }
    if let Some(Counted { rate_limit: Some(rate_limit), .. }) = known.counted {
        response.headers_mut().insert(&RATE_LIMIT, rate_limit);
        if let Some(policy) = &gate.rates.policy {
            response.headers_mut().insert(&RATE_LIMIT_POLICY, policy.clone());
        }
    }
    if is_refused && matches!(form, AnswerForm::Verdict | AnswerForm::Allowed) {
        fetched::attach(state, &mut response);
        if form == AnswerForm::Allowed || response.status() != StatusCode::UNAUTHORIZED {
            *response.status_mut() = StatusCode::FORBIDDEN;
        }
    }
    response.map(Body::from)
}

/// Decides whether the caller may pass, and who they are.
///
/// `Ok(None)` lets the request pass without an identity: the route is public, it is a preflight
/// ([`Preflights::Pass`]), or the route is open ([`WhenUnsure::Open`]) and the store cannot be reached.
async fn decide<'a>(
    state: &RealmState,
    gate: &'a Gate,
    ctx: &Context<'_>,
    (head, below_gate): (&'a Parts, &'a str),
    known: &mut Known<'a>,
) -> Result<Option<Verified>, Denial> {
    let original = Original::read(gate.source, head, below_gate)?;
    known.original = Some(original);
    if names_headers(&head.headers) {
        return Err(GateReason::ConnectionNamesHeaders.into());
    }
    let Original { method, host, path } = original;
    let is_preflight = method == "OPTIONS" && gate.preflights == Preflights::Pass;
    let methods = if is_preflight { &ANY_METHOD[..] } else { std::slice::from_ref(&method) };
    let found = methods
        .iter()
        .find_map(|method| gate.table.choose(&gate.routes, (host, method), path).transpose());
    let found = found.transpose().map_err(GateReason::PathAmbiguous)?;
    let Some(route) = found else {
        let path = plain(path).unwrap_or_default();
        let what = format!("{method} {}{path}", normal_host(host));
        return Err(GateReason::NoRoute(what).into());
    };
    known.route = Some(route);
    if is_preflight {
        return Ok(None);
    }
    let Access::Protected { audience, scopes, credentials } = &route.access else {
        return Ok(None);
    };
    let carried = gate.reader.read(&head.headers)?;
    let presented = carried.as_ref().map(|it| it.presented());
    let rule = Rule { audience, scopes, kinds: credentials };
    let open = route.when_unsure == WhenUnsure::Open;
    match admit(ctx, presented.as_ref(), &rule).await {
        Ok(verified) => match stale(state, gate, ctx) {
            Some(age) if !open => Err(GateReason::Stale(age).into()),
            _ => Ok(Some(verified)),
        },
        Err(denial) if open && denial.is_of_store() => {
            state.metrics().unverified();
            Ok(None)
        }
        Err(denial) => Err(denial),
    }
}

/// The age of the memory in seconds, where it is older than [`Gate::stale_after`]; else `None`.
///
/// A moment in the future counts as just as old: when the clock is set back, old data must not become fresh.
fn stale(state: &RealmState, gate: &Gate, ctx: &Context<'_>) -> Option<u64> {
    let as_of = state.app().memory.as_of();
    let age = ctx.now.apart(as_of);
    (age > gate.stale_after).then_some(age.as_secs())
}

/// Counts the request against the rate limits.
///
/// # Errors
/// [`GateReason::RateExceeded`] where a limit is reached. [`GateReason::PassesNow`] where the proxy asks for a
/// refusal ([`AnswerForm::Refusal`]) but the request would pass.
fn count<'a>(
    gate: &Gate,
    ctx: &Context<'_>,
    verified: Option<Verified>,
    form: AnswerForm,
    known: &mut Known<'a>,
) -> Result<Option<Verified>, Denial> {
    let spend = form != AnswerForm::Refusal;
    if let Some(verified) = &verified
        && gate.rates.policy.is_some()
    {
        let organization = verified.chain.grant.organization;
        let keys = (verified.credential.id.as_u128(), organization.map(base::Id::as_u128));
        let counted = gate.rates.count(keys, ctx.now, spend);
        let reached = counted.reached;
        known.counted = Some(counted);
        if let Some((of, seconds)) = reached {
            return Err(GateReason::RateExceeded { of, seconds }.into());
        }
    }
    if spend { Ok(verified) } else { Err(GateReason::PassesNow.into()) }
}

/// The response 200 with the caller's identity in its headers. Records the use of the credential.
fn pass(
    state: &RealmState,
    gate: &Gate,
    ctx: &Context<'_>,
    verified: Option<Verified>,
) -> Result<Response<Vec<u8>>, Denial> {
    let mut response = Response::new(Vec::new());
    let headers = response.headers_mut();
    headers.reserve(20);
    never_kept(headers);
    match &gate.identities {
        None => identity::plain(headers, gate.no_value, verified.as_ref()),
        Some(identities) => {
            let token = verified.as_ref().map(|it| identities.token(ctx, it)).transpose()?;
            identity::token(headers, gate.no_value, token.as_deref());
        }
    }
    if let Some(verified) = &verified {
        state.app().uses.note(verified.credential.id, ctx.now, ctx.origin.address);
    }
    Ok(response)
}

#[cfg(test)]
#[path = "stale_tests.rs"]
mod stale_tests;
