//! A call: who asked, in which realm, from where, and about what. It exists only after the admin
//! key was checked and the route's scope found on it.

use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::{HeaderMap, header};
use domain::Actor;
use engine::admin::admin_keys::{self, Administrator};
use engine::{Context, Denial, RequestOrigin};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use web_base::RealmState;

use super::api::{Api, Caller};
use super::table::Row;
use super::{DOCUMENT, ROOT};

/// One authorized call. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Call(Arc<Inner>);

struct Inner {
    state: RealmState,
    origin: Arc<RequestOrigin>,
    administrator: Administrator,
    actor: Actor,
    parameters: Vec<(String, String)>,
}

impl Caller for Call {
    const API: Api = Api {
        root: ROOT,
        document: DOCUMENT,
        title: "Postern admin API",
        about: "Manages one realm. Identifiers are public ids; times are RFC 3339 in UTC; lists \
                are paged by an opaque cursor; a secret is shown once, in the answer to its \
                creation.",
        challenge: "admin",
        lacking: |scope| format!("The admin key lacks the scope {scope}."),
        needs: |scope| format!("Needs the scope `{scope}`."),
        leads: |_, _| true,
        schemes: || {
            let about = "An admin key; each operation names the scope it needs.";
            let scheme = Http::builder().scheme(HttpAuthScheme::Bearer);
            let scheme = scheme.description(Some(about)).build();
            vec![("admin_key", SecurityScheme::Http(scheme))]
        },
    };

    async fn authorize(
        state: RealmState,
        origin: Arc<RequestOrigin>,
        headers: &HeaderMap,
        row: &Row,
        parameters: &RawPathParams,
    ) -> Result<Self, Denial> {
        let ctx = state.direct_context(&origin);
        let administrator = admin_keys::authenticate(&ctx, bearer(headers)?).await?;
        let key = administrator.key().id;
        state.app().uses.note(key, ctx.now, origin.address);
        administrator.require(row.scope)?;
        let parameters =
            parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let actor = administrator.actor();
        Ok(Self(Arc::new(Inner { state, origin, administrator, actor, parameters })))
    }

    fn context(&self) -> Context<'_> {
        self.0.state.direct_context(&self.0.origin)
    }

    fn actor(&self) -> &Actor {
        &self.0.actor
    }
}

impl Call {
    /// The surroundings of a decision, now.
    pub(crate) fn context(&self) -> Context<'_> {
        Caller::context(self)
    }

    /// Who asked.
    pub(crate) fn actor(&self) -> &Actor {
        Caller::actor(self)
    }

    pub(crate) fn state(&self) -> &RealmState {
        &self.0.state
    }

    /// What they may hand on.
    pub(crate) fn administrator(&self) -> &Administrator {
        &self.0.administrator
    }

    /// A placeholder of the path.
    pub(crate) fn path(&self, name: &str) -> &str {
        let found = self.0.parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The placeholder `{id}`, which most paths have.
    pub(crate) fn id(&self) -> &str {
        self.path("id")
    }
}

/// The key in `Authorization: Bearer` (RFC 6750 §2.1); the scheme in any case (RFC 9110 §11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Denial> {
    let missing = || Denial::Token(Box::new(Denial::NoClientAuthentication));
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
    let text = value.to_str().map_err(|_| missing())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("Bearer") { Ok(key) } else { Err(missing()) }
}
