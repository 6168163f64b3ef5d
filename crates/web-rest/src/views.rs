//! The views and formats that many responses share.

use std::borrow::Cow;

use base::Timestamp;
use domain::{AppType, BudgetLimits, Revocation, Session, Status};
use engine::Outcome;
use engine::admin::{Page, PageQuery};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct List<T: ToSchema> {
    /// The rows.
    pub data: Vec<T>,
    /// The cursor for `after` of the next page; null when this is the last.
    pub next: Option<String>,
}

impl<T: ToSchema> List<T> {
    /// A page whose rows `view` makes.
    pub fn of<R>(page: Page<R>, view: impl Fn(&R) -> T) -> Self {
        Self { data: page.items.iter().map(view).collect(), next: page.next }
    }
}

// Not derived: the derived name of a generic type does not name its parameter.
impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("The cursor for `after` of the next page; null: this is the last."));
        let list = ObjectBuilder::new().property("data", rows).property("next", next);
        list.required("data").required("next").into()
    }
}

impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// No query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// No members.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The reason for a revocation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A few words for support.
    pub reason: Option<String>,
}

/// The page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageParams {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// The cursor from `next` of the page before.
    after: Option<String>,
}

impl From<PageParams> for PageQuery {
    fn from(params: PageParams) -> Self {
        Self { limit: params.limit, after: params.after }
    }
}

/// A revocation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revocation)]
pub struct RevocationView {
    /// The time of the revocation.
    at: String,
    /// Who revoked it.
    by: String,
    /// The reason that was given.
    reason: Option<String>,
}

/// The session of a user in a browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    id: String,
    /// When the user signed in.
    authenticated_at: String,
    expires_at: String,
    /// The address that the session was started from.
    address: Option<String>,
    /// The `User-Agent` of the browser.
    user_agent: Option<String>,
}

/// The view of a session.
pub fn session(it: &Session) -> SessionView {
    SessionView {
        id: it.id.to_string(),
        authenticated_at: time(it.authenticated_at),
        expires_at: time(it.expires_at),
        address: it.address.clone(),
        user_agent: it.user_agent.clone(),
    }
}

/// How many sessions were ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ended)]
pub struct EndedView {
    ended: usize,
}

impl EndedView {
    /// The view of this number of ended sessions.
    pub const fn new(ended: usize) -> Self {
        Self { ended }
    }
}

/// Limits of tokens issued; null is unlimited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsView {
    /// Tokens per clock hour (UTC).
    per_hour: Option<u64>,
    /// Tokens per UTC day.
    per_day: Option<u64>,
}

/// The view of a revocation.
pub fn revocation(revocation: Option<&Revocation>) -> Option<RevocationView> {
    revocation.map(|it| RevocationView {
        at: time(it.at),
        by: it.by.to_string(),
        reason: it.reason.clone(),
    })
}

/// The view of limits.
pub const fn limits(limits: &BudgetLimits) -> LimitsView {
    LimitsView { per_hour: limits.per_hour, per_day: limits.per_day }
}

/// A time in RFC 3339 format, in UTC.
pub fn time(at: Timestamp) -> String {
    at.to_string()
}

/// The names of scopes.
pub fn scopes(scopes: &ScopeSet) -> Vec<String> {
    scopes.iter().map(ToString::to_string).collect()
}

/// The name of an app type.
pub const fn app_type(app_type: AppType) -> &'static str {
    match app_type {
        AppType::Web => "web",
        AppType::Native => "native",
    }
}

/// The name of a status.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
    }
}

/// The same outcome, with a view as its result.
pub fn shown<R, T>(outcome: Outcome<R>, view: impl FnOnce(R) -> T) -> Outcome<T> {
    Outcome { batch: outcome.batch, reply: view(outcome.reply) }
}
