//! A call: who asked, in which realm, from where, and about what. It exists only after the admin
//! key was checked and the route's scope found on it.

use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::{HeaderMap, header};
use domain::Actor;
use engine::admin::admin_keys::{self, Administrator};
use engine::{Context, Denial, RequestOrigin};

use crate::RealmState;

/// One authorized call. Cheap to clone.
#[derive(Clone)]
pub(super) struct Call(Arc<Inner>);

struct Inner {
    state: RealmState,
    origin: Arc<RequestOrigin>,
    administrator: Administrator,
    actor: Actor,
    parameters: Vec<(String, String)>,
}

impl Call {
    /// Checks the key and the scope.
    pub(super) async fn authorize(
        state: RealmState,
        origin: Arc<RequestOrigin>,
        headers: &HeaderMap,
        scope: &str,
        parameters: &RawPathParams,
    ) -> Result<Self, Denial> {
        let ctx = state.context(&origin);
        let administrator = admin_keys::authenticate(&ctx, bearer(headers)?).await?;
        let key = administrator.key().id;
        state.house().uses.note(key, ctx.now, origin.address);
        administrator.require(scope)?;
        let parameters =
            parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let actor = administrator.actor();
        Ok(Self(Arc::new(Inner { state, origin, administrator, actor, parameters })))
    }

    /// The surroundings of a decision, now.
    pub(super) fn context(&self) -> Context<'_> {
        self.0.state.context(&self.0.origin)
    }

    pub(super) fn state(&self) -> &RealmState {
        &self.0.state
    }

    /// Who asked.
    pub(super) fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// What they may hand on.
    pub(super) fn administrator(&self) -> &Administrator {
        &self.0.administrator
    }

    /// A placeholder of the path.
    pub(super) fn path(&self, name: &str) -> &str {
        let found = self.0.parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The placeholder `{id}`, which most paths have.
    pub(super) fn id(&self) -> &str {
        self.path("id")
    }
}

/// The key in `Authorization: Bearer` (RFC 6750 §2.1); the scheme in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Denial> {
    let missing = || Denial::Token(Box::new(Denial::NoClientAuthentication));
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(missing()) };
    let text = value.to_str().map_err(|_| missing())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("Bearer") { Ok(key) } else { Err(missing()) }
}
