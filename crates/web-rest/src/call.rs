//! A call of a JSON API: the caller, the realm, the origin of the request, and the values of the path.
//!
//! Invariant: a call exists only after the caller was authenticated, and what they presented has the scope of the row.

use std::fmt;
use std::sync::Arc;

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use domain::Actor;
use engine::{Denial, RequestOrigin, WriteContext};
use web_base::RealmState;

use crate::api::Api;
use crate::row::Row;

/// One authorized call of the API `A`. Cheap to clone.
pub struct Call<A: Api>(Arc<Inner<A>>);

struct Inner<A: Api> {
    state: RealmState,
    origin: Arc<RequestOrigin>,
    caller: A::Caller,
    actor: Actor,
    means: String,
    parameters: Vec<(String, String)>,
}

impl<A: Api> Call<A> {
    /// Authenticates the caller, records the use of their credential, and checks the scope of `row`.
    pub(crate) async fn authorize(
        state: RealmState,
        origin: Arc<RequestOrigin>,
        headers: &HeaderMap,
        row: &Row,
        parameters: &RawPathParams,
    ) -> Result<Self, Denial> {
        let ctx = state.direct_context(&origin);
        let caller = A::authenticate(&state, &ctx, headers, row).await?;
        if let Some(credential) = A::credential(&caller) {
            state.app().uses.note(credential.id, ctx.now, origin.address);
        }
        A::require(&caller, row.scope)?;
        let parameters =
            parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (actor, means) = (A::actor(&caller), A::means(&caller));
        Ok(Self(Arc::new(Inner { state, origin, caller, actor, means, parameters })))
    }

    /// The context of an operation at the current time.
    pub fn context(&self) -> WriteContext<'_> {
        self.0.state.direct_context(&self.0.origin)
    }

    /// The realm.
    pub fn state(&self) -> &RealmState {
        &self.0.state
    }

    /// The caller.
    pub fn caller(&self) -> &A::Caller {
        &self.0.caller
    }

    /// The caller as events record it.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// The value of a placeholder of the path; empty where the row has none of this name.
    pub fn path(&self, name: &str) -> &str {
        let found = self.0.parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The value of the placeholder `{id}`.
    pub fn id(&self) -> &str {
        self.path("id")
    }

    /// As [`Api::means`].
    pub(crate) fn means(&self) -> &str {
        &self.0.means
    }
}

impl<A: Api> Clone for Call<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

// Not derived: the caller may have a secret.
impl<A: Api> fmt::Debug for Call<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("actor", &self.0.actor).finish_non_exhaustive()
    }
}
