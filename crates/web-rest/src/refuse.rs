//! From a [`Denial`] to the one shape of errors of these APIs, and to the record of refusals.

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

/// Logs and records a denial, and answers the caller. All that it says follows from the row of the reason.
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
        // RFC 9110 §10.2.3; nobody knows how long: the shortest wait there is.
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let Some(challenge) = challenge(api.challenge, status, error, denial) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The scope that the caller lacks, where that is the reason.
fn lacking(denial: &Denial) -> Option<&str> {
    match &denial.reason {
        Reason::Admin(AdminReason::NotPermitted(scope)) => Some(scope),
        _ => None,
    }
}

/// The `WWW-Authenticate` of an answer (RFC 6750 §3): what the caller needs.
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

/// The origin that the realm attached; an empty one where the router runs without a realm.
pub(crate) fn origin_of(extension: Option<Extension<Arc<RequestOrigin>>>) -> Arc<RequestOrigin> {
    extension.map(|Extension(origin)| origin).unwrap_or_default()
}

/// There is nothing at this path.
pub(crate) async fn nothing_here<A: Api>(
    State(state): State<RealmState>,
    extension: Option<Extension<Arc<RequestOrigin>>>,
) -> Response {
    plain(&A::NAMES, &state, extension, Problem::NotFound, "There is nothing at this path.")
}

/// There is something at this path, but not for this method.
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
