//! The no: in the dialect's words, with what RFC 6750 §3 and RFC 9728 §5.1 tell a caller to come
//! back with.
//!
//! Invariant: a refusal tells nothing of who called. `X-Postern-Status` holds its status also where
//! the proxy can only be told 401 or 403.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use engine::{Context, Denial, GateReason, Reason, RequestOrigin};
use oauth::ErrorResponse;
use web_base::RealmState;

use super::known::{AnswerForm, Known};
use super::{Access, Gate};

static STATUS: HeaderName = HeaderName::from_static("x-postern-status");

/// What is refused, and why.
pub(super) struct GateRefusal<'a> {
    pub(super) denial: Denial,
    pub(super) known: &'a Known<'a>,
    pub(super) form: AnswerForm,
    /// The method of the question itself.
    pub(super) head: &'a Method,
}

/// Writes a refusal, and tells of it.
pub(super) fn refuse(
    state: &RealmState,
    gate: &Gate,
    ctx: &Context<'_>,
    refused: GateRefusal<'_>,
) -> Response<Body> {
    let GateRefusal { denial, known, form, head } = refused;
    note(state, gate, ctx, (&denial, known, form));
    let failure = ErrorResponse {
        resource_metadata: metadata(gate, known),
        ..with_scope(denial.error_response(), known)
    };
    let mut response = state.failure(&failure, &ctx.origin.request_id);
    let status = response.status();
    response.headers_mut().insert(&STATUS, HeaderValue::from(status.as_u16()));
    let bodiless =
        head == Method::HEAD || known.original.is_some_and(|original| original.method == "HEAD");
    if bodiless {
        *response.body_mut() = Body::empty();
    }
    if form == AnswerForm::Verdict && status != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

fn metadata(gate: &Gate, known: &Known<'_>) -> Option<String> {
    match &known.route?.access {
        Access::Public => None,
        Access::Protected { audience, .. } => gate.resources.url(audience).map(str::to_owned),
    }
}

/// RFC 6750 §3: the scopes that are needed may be told of any 401, too.
fn with_scope(failure: ErrorResponse, known: &Known<'_>) -> ErrorResponse {
    let needed = || match &known.route?.access {
        Access::Protected { scopes, .. } if !scopes.is_empty() => Some(scopes.to_string()),
        _ => None,
    };
    ErrorResponse { scope: failure.scope.clone().or_else(needed), ..failure }
}

fn note(
    state: &RealmState,
    gate: &Gate,
    ctx: &Context<'_>,
    (denial, known, form): (&Denial, &Known<'_>, AnswerForm),
) {
    let code = denial.code();
    if is_about_the_proxy(denial) && gate.tells(ctx.now) {
        let realm = state.issuer().realm().as_str();
        tracing::warn!(realm, "the gate cannot tell what is asked for: {denial}");
    }
    let first = form != AnswerForm::Refusal;
    if ctx.origin.recognized.get().is_none() && !gate.log_limiter.admits(ctx.now) {
        if first {
            state.metrics().refused(code);
        }
        return;
    }
    // The pattern, not the path: that may hold a value.
    let pattern = known.route.map_or("", |route| route.path.as_str());
    let method = known.original.map_or("", |original| original.method);
    let origin =
        RequestOrigin { request: format!("{method} {pattern} at the gate"), ..ctx.origin.clone() };
    let ctx = Context { origin: &origin, ..*ctx };
    if first {
        state.note(&ctx, denial);
    } else {
        // The verdict counted it a moment ago; here is the id that the caller will tell support.
        state.app().refusals.note(denial.refusal(&ctx));
    }
}

const fn is_about_the_proxy(denial: &Denial) -> bool {
    matches!(
        denial.reason,
        Reason::Gate(
            GateReason::HeaderMissing(_)
                | GateReason::HeaderRepeated(_)
                | GateReason::HeaderMalformed(..)
        )
    )
}
