//! Writes a refusal in the format of the dialect. Its `WWW-Authenticate` names the scopes that are needed (RFC 6750
//! §3) and the URL of the metadata of the API (RFC 9728 §5.1).
//!
//! Invariant: a refusal does not say who the caller is. `X-Postern-Status` holds the status of the refusal, also
//! where the proxy takes 401 and 403 only and the status of the response is one of these.

use axum::http::{HeaderName, HeaderValue, Method, Response};
use engine::{Context, Denial, GateReason, Reason, RequestOrigin};
use oauth::ErrorResponse;
use web_base::{RealmState, respond};

use super::known::{AnswerForm, Known};
use super::{Access, Gate};

static STATUS: HeaderName = HeaderName::from_static("x-postern-status");

/// A refused request, and the reason.
pub(super) struct GateRefusal<'a> {
    pub(super) denial: Denial,
    pub(super) known: &'a Known<'a>,
    pub(super) form: AnswerForm,
    /// The method of the proxy's request.
    pub(super) method: &'a Method,
}

/// Records a refusal, and makes the response to the proxy.
pub(super) fn refuse(
    state: &RealmState,
    gate: &Gate,
    ctx: &Context<'_>,
    refusal: GateRefusal<'_>,
) -> Response<Vec<u8>> {
    let GateRefusal { denial, known, form, method } = refusal;
    note(state, gate, ctx, (&denial, known, form));
    let error_response = ErrorResponse {
        resource_metadata: metadata(gate, known),
        ..with_scope(denial.error_response(), known)
    };
    let context = state.reply_context(&ctx.origin.request_id);
    let outgoing = state.issuer().dialect().encode_error(None, &error_response, &context);
    let mut response = respond::outgoing_whole(outgoing);
    let status = response.status();
    response.headers_mut().insert(&STATUS, HeaderValue::from(status.as_u16()));
    let bodiless =
        method == Method::HEAD || known.original.is_some_and(|original| original.method == "HEAD");
    if bodiless {
        response.body_mut().clear();
    }
    response
}

/// The URL of the metadata of the API behind the route (RFC 9728 §5.1).
fn metadata(gate: &Gate, known: &Known<'_>) -> Option<String> {
    match &known.route?.access {
        Access::Public => None,
        Access::Protected { audience, .. } => gate.resources.url(audience).map(str::to_owned),
    }
}

/// Adds the scopes of the route. RFC 6750 §3 allows `scope` in the challenge of every 401.
fn with_scope(error_response: ErrorResponse, known: &Known<'_>) -> ErrorResponse {
    let needed = || match &known.route?.access {
        Access::Protected { scopes, .. } if !scopes.is_empty() => Some(scopes.to_string()),
        _ => None,
    };
    ErrorResponse { scope: error_response.scope.clone().or_else(needed), ..error_response }
}

/// Logs, counts and stores the refusal. A refusal of an unknown caller is counted only, where there are too many
/// of them.
fn note(
    state: &RealmState,
    gate: &Gate,
    ctx: &Context<'_>,
    (denial, known, form): (&Denial, &Known<'_>, AnswerForm),
) {
    let code = denial.code();
    if is_about_the_proxy(denial) {
        let realm = state.issuer().realm().as_str();
        gate.warnings.line(ctx.now, |left_out| {
            tracing::warn!(realm, left_out, "the gate cannot read the original request: {denial}");
        });
    }
    let is_first = form != AnswerForm::Refusal;
    if ctx.origin.recognized.get().is_none() && !gate.recorded.admits(ctx.now) {
        if is_first {
            state.count_refusal(code);
        }
        return;
    }
    // The pattern is recorded and not the path, which may hold a secret.
    let pattern = known.route.map_or("", |route| route.path.as_str());
    let method = known.original.map_or("", |original| original.method);
    let origin =
        RequestOrigin { request: format!("{method} {pattern} at the gate"), ..ctx.origin.clone() };
    let ctx = Context { origin: &origin, ..*ctx };
    if is_first {
        state.note(&ctx, denial);
    } else {
        // The question before counted and logged it, and the proxy did not send that refusal back. It is stored under
        // this request id too: the caller sees this one.
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
