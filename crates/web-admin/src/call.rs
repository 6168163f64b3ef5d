//! How callers of the admin API authenticate: with an admin key, as a bearer token.

use axum::http::HeaderMap;
use domain::{Actor, Credential};
use engine::admin::admin_keys::{self, Administrator};
use engine::{Context, Denial};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use web_base::RealmState;
use web_rest::{Api, ApiNames, Row, bearer};

/// The admin API.
pub(crate) struct AdminApi;

/// One authorized call.
pub(crate) type Call = web_rest::Call<AdminApi>;
/// The table of the admin API.
pub(crate) type Table = web_rest::Table<AdminApi>;

impl Api for AdminApi {
    const NAMES: ApiNames = ApiNames {
        root: "/admin/v1",
        document: "/admin/openapi.json",
        title: "Postern admin API",
        about: "Manages one realm. Identifiers are public ids; times are RFC 3339 in UTC; lists \
                are paged by an opaque cursor; a secret is shown once, in the answer to its \
                creation.",
        challenge: "admin",
        lacking: |scope| format!("The admin key lacks the scope {scope}."),
        needs: |scope| format!("Needs the scope `{scope}`."),
        // A misspelt filter must not give the whole list.
        ignores_unknown_parameters: false,
        leads: |_, _| true,
        schemes: || {
            let about = "An admin key; each operation names the scope it needs.";
            let scheme = Http::builder().scheme(HttpAuthScheme::Bearer);
            let scheme = scheme.description(Some(about)).build();
            vec![("admin_key", SecurityScheme::Http(scheme))]
        },
    };

    type Caller = Administrator;

    async fn authenticate(
        _: &RealmState,
        ctx: &Context<'_>,
        headers: &HeaderMap,
        _: &Row,
    ) -> Result<Administrator, Denial> {
        admin_keys::authenticate(ctx, bearer(headers)?).await
    }

    fn require(administrator: &Administrator, scope: &str) -> Result<(), Denial> {
        administrator.require(scope)
    }

    fn actor(administrator: &Administrator) -> Actor {
        administrator.actor()
    }

    fn credential(administrator: &Administrator) -> Option<&Credential> {
        Some(administrator.key())
    }
}
