//! How callers of the account API authenticate: with the session of a browser, or with a personal access token.

use axum::http::{HeaderMap, header};
use axum::routing::MethodFilter;
use domain::{Actor, Credential};
use engine::account::{Person, SESSION};
use engine::{Context, Denial};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use web_base::RealmState;
use web_base::cookies::Cookie;
use web_rest::{Api, ApiNames, Row, bearer, no_credential};

use crate::same_origin;

/// The names of the security schemes.
const BY_SESSION: &str = "session";
const BY_TOKEN: &str = "personal_access_token";

/// The account API.
pub(crate) struct AccountApi;

/// One authorized call.
pub(crate) type Call = web_rest::Call<AccountApi>;
/// The table of the account API.
pub(crate) type Table = web_rest::Table<AccountApi>;

impl Api for AccountApi {
    const NAMES: ApiNames = ApiNames {
        root: "/account/v1",
        document: "/account/openapi.json",
        title: "Postern account API",
        about: "Resources that a person manages for themselves. Identifiers are public ids; times are RFC 3339 \
                in UTC; lists are paged by an opaque cursor; a secret is shown once, in the answer \
                to its creation. A resource of another person is not found.",
        challenge: "account",
        lacking: |scope| match scope {
            SESSION => "A token cannot be used here: sign in.".to_owned(),
            scope => format!("The token lacks the scope {scope}."),
        },
        needs: |scope| match scope {
            SESSION => "Needs a session: a token cannot be used.".to_owned(),
            scope => format!("With a token, needs the scope `{scope}`."),
        },
        schemes: || {
            let about = "The cookie of a browser where the person is signed in; its name ends in \
                         that of the realm. A change also needs a JSON body and an `Origin` header.";
            let cookie = ApiKeyValue::with_description("postern_session_REALM", about);
            let token = Http::builder().scheme(HttpAuthScheme::Bearer);
            let token = token.description(Some("A personal access token.")).build();
            vec![
                (BY_SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
                (BY_TOKEN, SecurityScheme::Http(token)),
            ]
        },
        ignores_unknown_parameters: true,
        leads: |scheme, scope| scheme == BY_SESSION || scope != SESSION,
    };

    type Caller = Person;

    /// A token goes before a cookie, which the browser sends by itself. So an invalid token is refused even beside a
    /// valid cookie.
    async fn authenticate(
        state: &RealmState,
        ctx: &Context<'_>,
        headers: &HeaderMap,
        row: &Row,
    ) -> Result<Person, Denial> {
        if headers.contains_key(header::AUTHORIZATION) {
            return Person::by_token(ctx, bearer(headers)?).await;
        }
        let cookie = Cookie::Session.read(state.issuer(), headers);
        let person = Person::by_cookie(ctx, cookie.ok_or_else(no_credential)?).await?;
        if row.method != MethodFilter::GET {
            same_origin::check(headers, ctx.issuer.url())?;
        }
        Ok(person)
    }

    fn require(person: &Person, scope: &str) -> Result<(), Denial> {
        person.require(scope)
    }

    fn actor(person: &Person) -> Actor {
        person.actor()
    }

    fn credential(person: &Person) -> Option<&Credential> {
        person.credential()
    }

    fn means(person: &Person) -> String {
        person.credential().map(|token| token.public_id.to_string()).unwrap_or_default()
    }
}
