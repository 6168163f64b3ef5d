//! Makes the error response from a [`Denial`], and records it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use engine::{AdminReason, ClientReason, Context, Denial, Reason, RequestOrigin, RequestReason};
use oauth::{ErrorResponse, Problem};
use serde::Serialize;
use web_base::RealmState;

use crate::api::{Api, ApiNames};

/// What went wrong.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// A code: `invalid_request`, `invalid_token`, `insufficient_scope`, `not_found`, `conflict`, …
    error: &'static str,
    /// For people.
    error_description: String,
    /// Under this id the reason is found: `postern why`.
    request_id: String,
}

/// Logs and records a denial, and makes the error response. Its content follows from the reason alone.
pub(crate) fn refuse(
    api: &ApiNames,
    state: &RealmState,
    ctx: &Context<'_>,
    denial: &Denial,
) -> Response {
    state.note(ctx, denial);
    let problem = denial.problem();
    let status = StatusCode::from_u16(problem.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = problem.api_code().as_str();
    let description = match lacking(denial) {
        Some(scope) => (api.lacking)(scope),
        None => denial.error_response().description,
    };
    let body = ErrorBody {
        error,
        error_description: description,
        request_id: ctx.origin.request_id.clone(),
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // RFC 9110 §10.2.3. The time is not known, so it is the shortest: one second.
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let Some(challenge) = challenge(api.challenge, status, error, denial) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The scope that the caller lacks; `None` where the denial has another reason.
fn lacking(denial: &Denial) -> Option<&str> {
    match &denial.reason {
        Reason::Admin(AdminReason::NotPermitted(scope)) => Some(scope),
        _ => None,
    }
}

/// The value of `WWW-Authenticate` (RFC 6750 §3).
fn challenge(realm: &str, status: StatusCode, error: &str, denial: &Denial) -> Option<HeaderValue> {
    // RFC 6750 §3.1: no error code where no credential was sent.
    let nameless = matches!(denial.reason, Reason::Client(ClientReason::NoAuthentication));
    let text = match (status, lacking(denial)) {
        (StatusCode::FORBIDDEN, Some(scope)) => {
            format!(r#"Bearer realm="{realm}", error="{error}", scope="{scope}""#)
        }
        (StatusCode::UNAUTHORIZED, _) if nameless => format!(r#"Bearer realm="{realm}""#),
        (StatusCode::UNAUTHORIZED, _) => format!(r#"Bearer realm="{realm}", error="{error}""#),
        _ => return None,
    };
    HeaderValue::try_from(text).ok()
}

/// The origin that the realm attached; an empty one where the router runs without a realm, in tests.
pub(crate) fn origin_of(extension: Option<Extension<Arc<RequestOrigin>>>) -> Arc<RequestOrigin> {
    extension.map(|Extension(origin)| origin).unwrap_or_default()
}

/// The response 404 for an unknown path.
pub(crate) async fn nothing_here<A: Api>(
    State(state): State<RealmState>,
    extension: Option<Extension<Arc<RequestOrigin>>>,
) -> Response {
    plain(&A::NAMES, &state, extension, Problem::NotFound, "There is nothing at this path.")
}

/// The response 405 for a path without this method.
pub(crate) async fn method_not_allowed<A: Api>(
    State(state): State<RealmState>,
    extension: Option<Extension<Arc<RequestOrigin>>>,
) -> Response {
    plain(
        &A::NAMES,
        &state,
        extension,
        Problem::MethodNotAllowed,
        "The method is not allowed at this path.",
    )
}

fn plain(
    api: &ApiNames,
    state: &RealmState,
    extension: Option<Extension<Arc<RequestOrigin>>>,
    problem: Problem,
    text: &str,
) -> Response {
    let origin = origin_of(extension);
    let denial = RequestReason::Malformed(ErrorResponse::new(problem, text)).into();
    refuse(api, state, &state.direct_context(&origin), &denial)
}
