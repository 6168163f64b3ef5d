//! The table of routes: from each row come a handler and an operation of the OpenAPI document.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Extension, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::on;
use engine::idempotency::IdempotentRequest;
use engine::{AdminReason, Denial, DeniedAt, Outcome, RequestOrigin, RequestReason, settle};
use oauth::{ErrorResponse, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, ToSchema};
use web_base::RealmState;

use crate::api::Api;
use crate::call::Call;
use crate::document::{self, Document, Operation};
use crate::read;
use crate::refuse::{method_not_allowed, nothing_here, origin_of, refuse};
use crate::row::{Made, Row};

/// Collects the rows of the API `A`.
pub struct Table<A> {
    router: Router<RealmState>,
    document: Document,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for Table<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

impl<A: Api> Default for Table<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Api> Table<A> {
    /// A table without rows.
    #[must_use]
    pub fn new() -> Self {
        Self { router: Router::new(), document: Document::new(A::NAMES), api: PhantomData }
    }

    /// Sets the tag of the rows that follow, with its description.
    pub fn about(mut self, tag: &'static str, description: &'static str) -> Self {
        self.document.tag(tag, description);
        self
    }

    /// Adds a row that reads.
    pub fn read<Q, O, H, F>(mut self, row: Row, handler: H) -> Self
    where
        Q: DeserializeOwned + IntoParams + Send + 'static,
        O: Serialize + ToSchema + Send + 'static,
        H: Fn(Call<A>, Q) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<O, Denial>> + Send + 'static,
    {
        self.document.add(&row, Operation::reads::<Q, O>());
        let known = A::NAMES.ignores_unknown_parameters.then(read::names::<Q>);
        let known: Option<Arc<[String]>> = known.map(Into::into);
        self.route(row, move |call, request| {
            let (handler, known) = (handler.clone(), known.clone());
            async move {
                let query = read::query(request.uri(), known.as_deref())?;
                let view = handler(call, query).await?;
                Ok(Answer::new(StatusCode::OK, &view))
            }
        })
    }

    /// Adds a row that creates an entity. Requests with one idempotency key create it once.
    pub fn create<I, O, H, F>(mut self, row: Row, handler: H) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + Sync + 'static,
        O: Serialize + ToSchema + Send + 'static,
        H: Fn(Call<A>, Arc<I>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Outcome<Made<O>>, Denial>> + Send + 'static,
    {
        self.document.add(&row, Operation::creates::<I, O>());
        self.route(row, move |call, request| {
            let handler = handler.clone();
            async move {
                let (head, body) = request.into_parts();
                let bytes = read::bytes(&head.headers, body, row.body_limit).await?;
                let input: Arc<I> = Arc::new(read::json(&bytes)?);
                let path = head.uri.path().to_owned();
                let means = call.means().as_bytes();
                let parts = [head.method.as_str().as_bytes(), path.as_bytes(), means, &bytes];
                let ctx = call.context();
                let key = idempotency_key(&head.headers)?;
                let key = key.map(|key| IdempotentRequest::new(&ctx, call.actor(), key, &parts));
                let key = key.transpose()?;
                let settled = settle(&ctx, async |ctx| {
                    if let Some(key) = &key
                        && let Some(known) = key.earlier_answer(&ctx).await?
                    {
                        return Ok(Outcome::without_writes(Answer::recalled(&known)));
                    }
                    let outcome = handler(call.clone(), Arc::clone(&input)).await?;
                    let Outcome { mut batch, reply: made } = outcome;
                    let location = format!("{}{path}/{}", ctx.issuer.url(), made.id);
                    let answer = Answer::created(location, &made.view);
                    if let Some(key) = &key {
                        key.remember(&ctx, &mut batch, &answer.to_remember());
                    }
                    Ok(Outcome { batch, reply: answer })
                });
                settled.await.map(|(answer, _)| answer)
            }
        })
    }

    /// Adds a row that changes an entity.
    pub fn change<I, O, H, F>(mut self, row: Row, handler: H) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + Sync + 'static,
        O: Serialize + ToSchema + Send + 'static,
        H: Fn(Call<A>, Arc<I>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Outcome<O>, Denial>> + Send + 'static,
    {
        self.document.add(&row, Operation::changes::<I, O>());
        self.route(row, move |call, request| {
            let handler = handler.clone();
            async move {
                let input: Arc<I> = Arc::new(body(request, row.body_limit).await?);
                let ctx = call.context();
                let settled =
                    settle(&ctx, async |_| handler(call.clone(), Arc::clone(&input)).await);
                let (view, _) = settled.await?;
                Ok(Answer::new(StatusCode::OK, &view))
            }
        })
    }

    /// Adds a row whose handler writes to the store itself.
    pub fn perform<I, O, H, F>(mut self, row: Row, handler: H) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Serialize + ToSchema + Send + 'static,
        H: Fn(Call<A>, I) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<O, Denial>> + Send + 'static,
    {
        self.document.add(&row, Operation::changes::<I, O>());
        self.route(row, move |call, request| {
            let handler = handler.clone();
            async move {
                let input = body(request, row.body_limit).await?;
                let view = handler(call, input).await?;
                Ok(Answer::new(StatusCode::OK, &view))
            }
        })
    }

    fn route<H, F>(mut self, row: Row, handler: H) -> Self
    where
        H: Fn(Call<A>, Request) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Answer, Denial>> + Send + 'static,
    {
        let answer = move |State(state): State<RealmState>,
                           extension: Option<Extension<Arc<RequestOrigin>>>,
                           parameters: Result<RawPathParams, RawPathParamsRejection>,
                           request: Request| {
            let handler = handler.clone();
            async move {
                let origin = origin_of(extension);
                let Ok(parameters) = parameters else {
                    let text = "The path is not percent-encoded UTF-8.";
                    let failure = ErrorResponse::new(Problem::InvalidRequest, text);
                    let denial = RequestReason::Malformed(failure).into();
                    return refuse(&A::NAMES, &state, &state.direct_context(&origin), &denial);
                };
                let authorized = Call::<A>::authorize(
                    state.clone(),
                    Arc::clone(&origin),
                    request.headers(),
                    &row,
                    &parameters,
                );
                let answered = match authorized.await {
                    Ok(call) => {
                        let answered = handler(call, request).await;
                        answered.map_err(|denial| denial.at(DeniedAt::ManagementApi))
                    }
                    Err(denial) => Err(denial),
                };
                let answered = match answered {
                    Ok(answer) if row.touches_keys => reloaded(&state, answer).await,
                    other => other,
                };
                match answered {
                    Ok(answer) => answer.into_response(),
                    Err(denial) => {
                        refuse(&A::NAMES, &state, &state.direct_context(&origin), &denial)
                    }
                }
            }
        };
        let path = format!("{}{}", A::NAMES.root, row.path);
        self.router = self.router.route(&path, on(row.method, answer));
        self
    }

    /// The router of the rows. It also serves their document, and answers all other paths with 404 or 405.
    pub fn into_router(self, state: RealmState) -> Router {
        self.router
            .merge(document::served(A::NAMES.document, self.document.finish()))
            .fallback(nothing_here::<A>)
            .method_not_allowed_fallback(method_not_allowed::<A>)
            .with_state(state)
    }

    /// The OpenAPI document of the rows.
    pub fn into_document(self) -> OpenApi {
        self.document.finish()
    }
}

async fn body<I: DeserializeOwned>(request: Request, limit: usize) -> Result<I, Denial> {
    let (head, body) = request.into_parts();
    read::json(&read::bytes(&head.headers, body, limit).await?)
}

async fn reloaded(state: &RealmState, answer: Answer) -> Result<Answer, Denial> {
    state.issuer().reload_keys(&*state.app().store).await?;
    Ok(answer)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let mut values = headers.get_all("idempotency-key").iter();
    let invalid = |expected: &str| AdminReason::InvalidField {
        field: "Idempotency-Key".to_owned(),
        expected: expected.to_owned(),
    };
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => Ok(Some(key.to_str().map_err(|_| invalid("printable ASCII"))?)),
        (Some(_), Some(_)) => Err(invalid("one value").into()),
    }
}

/// A successful answer.
struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: StatusCode, view: &impl Serialize) -> Self {
        // Views have only texts, numbers and lists, so serializing them cannot fail.
        let body = serde_json::to_vec(view).unwrap_or_default();
        Self { status, location: None, body }
    }

    fn created(location: String, view: &impl Serialize) -> Self {
        Self { location: Some(location), ..Self::new(StatusCode::CREATED, view) }
    }

    /// The form in the idempotency record: location, line feed, body. A location has no line feed.
    fn to_remember(&self) -> Vec<u8> {
        let location = self.location.as_deref().unwrap_or_default();
        [location.as_bytes(), b"\n", &self.body].concat()
    }

    fn recalled(remembered: &[u8]) -> Self {
        let mut parts = remembered.splitn(2, |byte| *byte == b'\n');
        let location = parts.next().map(|part| String::from_utf8_lossy(part).into_owned());
        let body = parts.next().unwrap_or_default().to_vec();
        Self { status: StatusCode::CREATED, location, body }
    }

    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(location) = self.location.and_then(|it| HeaderValue::try_from(it).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}
