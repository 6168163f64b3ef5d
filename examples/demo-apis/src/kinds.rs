//! The kinds of credentials that an API accepts. A refresh token is genuine, but no API accepts it.

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::Router;
use verify::{Principal, Rejection, RequestId, VerifyLayer};

/// The kinds named in introspection responses.
pub(crate) const ACCESS_TOKEN: &str = "access_token";
pub(crate) const API_KEY: &str = "api_key";
pub(crate) const LEGACY_TOKEN: &str = "legacy_token";
pub(crate) const PERSONAL_ACCESS_TOKEN: &str = "personal_access_token";

/// The settings of [`guard`].
#[derive(Clone, Debug)]
struct Kinds {
    layer: VerifyLayer,
    accepted: &'static [&'static str],
}

/// Puts `layer` in front of every route of `router`, and after it a check that the credential is of
/// one of the `accepted` kinds. Any other one gets the same answer as an unknown one.
pub(crate) fn guard<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    layer: VerifyLayer,
    accepted: &'static [&'static str],
) -> Router<S> {
    let kinds = Kinds { layer: layer.clone(), accepted };
    router.route_layer(from_fn_with_state(kinds, check)).route_layer(layer)
}

async fn check(State(kinds): State<Kinds>, request: Request, next: Next) -> Response {
    let principal = request.extensions().get::<Principal>();
    let refused = principal.is_some_and(|principal| {
        !principal.kind.as_deref().is_some_and(|kind| kinds.accepted.contains(&kind))
    });
    if refused {
        let id = request.extensions().get::<RequestId>();
        return kinds.layer.reject(&Rejection::Inactive, id).map(Into::into);
    }
    next.run(request).await
}
