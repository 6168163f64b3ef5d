//! A call: who asked, in which realm, from where, and about what. It exists only after the person proved
//! who they are, and the row's scope was found on what they proved it with.

use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::{HeaderMap, header};
use axum::routing::MethodFilter;
use domain::Actor;
use engine::account::{Person, SESSION};
use engine::{Context, Denial, RequestOrigin};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use web_base::RealmState;
use web_base::cookies::Cookie;

use super::{DOCUMENT, ROOT, same_origin};
use crate::admin::api::{Api, Caller};
use crate::admin::call::bearer;
use crate::admin::table::Row;

/// The ways in.
const BY_SESSION: &str = "session";
const BY_TOKEN: &str = "personal_access_token";

/// One authorized call. Cheap to clone.
#[derive(Clone)]
pub(super) struct Call(Arc<Inner>);

struct Inner {
    state: RealmState,
    origin: Arc<RequestOrigin>,
    person: Person,
    actor: Actor,
    way: String,
    parameters: Vec<(String, String)>,
}

impl Caller for Call {
    const API: Api = Api {
        root: ROOT,
        document: DOCUMENT,
        title: "Postern account API",
        about: "What a person manages of their own. Identifiers are public ids; times are RFC 3339 \
                in UTC; lists are paged by an opaque cursor; a secret is shown once, in the answer \
                to its creation. What is somebody else's is not found.",
        challenge: "account",
        lacking: |scope| match scope {
            SESSION => "No token opens this: sign in.".to_owned(),
            scope => format!("The token lacks the scope {scope}."),
        },
        needs: |scope| match scope {
            SESSION => "Needs a session: no token opens it.".to_owned(),
            scope => format!("With a token, needs the scope `{scope}`."),
        },
        schemes: || {
            let about = "The cookie of a browser where the person is signed in; its name ends in \
                         that of the realm. A change needs JSON and an Origin, too.";
            let cookie = ApiKeyValue::with_description("postern_session_REALM", about);
            let token = Http::builder().scheme(HttpAuthScheme::Bearer);
            let token = token.description(Some("A personal access token.")).build();
            vec![
                (BY_SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
                (BY_TOKEN, SecurityScheme::Http(token)),
            ]
        },
        leads: |way, scope| way == BY_SESSION || scope != SESSION,
    };

    async fn authorize(
        state: RealmState,
        origin: Arc<RequestOrigin>,
        headers: &HeaderMap,
        row: &Row,
        parameters: &RawPathParams,
    ) -> Result<Self, Denial> {
        let ctx = state.direct_context(&origin);
        let person = person(&state, &ctx, headers, row).await?;
        if let Some(token) = person.credential() {
            state.app().uses.note(token.id, ctx.now, origin.address);
        }
        person.require(row.scope)?;
        let parameters =
            parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let way = person.credential().map(|token| token.public_id.to_string());
        let (actor, way) = (person.actor(), way.unwrap_or_default());
        Ok(Self(Arc::new(Inner { state, origin, person, actor, way, parameters })))
    }

    fn context(&self) -> Context<'_> {
        self.0.state.direct_context(&self.0.origin)
    }

    fn actor(&self) -> &Actor {
        &self.0.actor
    }

    fn way(&self) -> &str {
        &self.0.way
    }
}

/// Whose call it is. What is sent on purpose counts before what the browser sends by itself: a bad
/// token is refused, also where a good cookie lies beside it.
async fn person(
    state: &RealmState,
    ctx: &Context<'_>,
    headers: &HeaderMap,
    row: &Row,
) -> Result<Person, Denial> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Person::by_token(ctx, bearer(headers)?).await;
    }
    let cookie = Cookie::Session.read(state.issuer(), headers);
    let nobody = || Denial::Token(Box::new(Denial::NoClientAuthentication));
    let person = Person::by_cookie(ctx, cookie.ok_or_else(nobody)?).await?;
    if row.method != MethodFilter::GET {
        same_origin::check(headers, ctx.issuer.url())?;
    }
    Ok(person)
}

impl Call {
    /// The surroundings of a decision, now.
    pub(super) fn context(&self) -> Context<'_> {
        Caller::context(self)
    }

    pub(super) fn state(&self) -> &RealmState {
        &self.0.state
    }

    /// Who asked.
    pub(super) fn person(&self) -> &Person {
        &self.0.person
    }

    /// The placeholder `{id}`.
    pub(super) fn id(&self) -> &str {
        let found = self.0.parameters.iter().find(|(known, _)| known == "id");
        found.map_or("", |(_, value)| value)
    }
}
