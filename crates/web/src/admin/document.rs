//! The OpenAPI document of the admin API (OpenAPI 3.1), collected from the table's rows.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{IntoParams, ToSchema};

use super::refuse::ErrorBody;
use super::table::{Row, method_name};
use super::{DOCUMENT, ROOT};
use crate::RealmState;

const KEY: &str = "admin_key";
const JSON: &str = "application/json";

type Schemas = Vec<(String, RefOr<Schema>)>;

/// What a row takes and gives.
pub(super) struct Operation {
    query: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    answer: RefOr<Schema>,
    status: &'static str,
    schemas: Schemas,
}

impl Operation {
    pub(super) fn reads<Q: IntoParams, O: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        let answer = reference::<O>(&mut schemas);
        let query = Q::into_params(|| Some(ParameterIn::Query));
        Self { query, body: None, answer, status: "200", schemas }
    }

    pub(super) fn changes<I: ToSchema, O: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        let body = Some(reference::<I>(&mut schemas));
        let answer = reference::<O>(&mut schemas);
        Self { query: Vec::new(), body, answer, status: "200", schemas }
    }

    pub(super) fn creates<I: ToSchema, O: ToSchema>() -> Self {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "The same request under the same key is carried out once, and answered the same \
                 for 24 hours.",
            ))
            .schema(Some(Object::with_type(Type::String)))
            .build();
        Self { query: vec![key], status: "201", ..Self::changes::<I, O>() }
    }
}

fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    Ref::from_schema_name(T::name()).into()
}

/// Collects operations.
pub(super) struct Document {
    paths: Paths,
    components: Components,
    tags: Vec<utoipa::openapi::Tag>,
}

impl Document {
    pub(super) fn new() -> Self {
        let mut components = Components::new();
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An admin key; each operation names the scope it needs."))
            .build();
        components.add_security_scheme(KEY, SecurityScheme::Http(scheme));
        let mut schemas = Vec::new();
        let _ = reference::<ErrorBody>(&mut schemas);
        components.schemas.extend(schemas);
        Self { paths: Paths::new(), components, tags: Vec::new() }
    }

    pub(super) fn tag(&mut self, name: &str, description: &str) {
        self.tags.push(TagBuilder::new().name(name).description(Some(description)).build());
    }

    pub(super) fn add(&mut self, row: &Row, operation: Operation) {
        let Operation { query, body, answer, status, schemas } = operation;
        self.components.schemas.extend(schemas);
        let method = method_name(row.method);
        let failed = ResponseBuilder::new()
            .description("It was refused.")
            .content(JSON, content(Ref::from_schema_name(ErrorBody::name()).into()))
            .build();
        let done = ResponseBuilder::new()
            .description(if status == "201" { "It was made." } else { "It went well." })
            .content(JSON, content(answer))
            .build();
        let mut builder = OperationBuilder::new()
            .operation_id(Some(operation_id(&method, row.path)))
            .summary(Some(row.summary))
            .description(Some(format!("Needs the scope `{}`.", row.scope)))
            .parameters(Some(path_parameters(row.path).chain(query)))
            .security(SecurityRequirement::new(KEY, [row.scope]))
            .response(status, done)
            .response("default", failed);
        if let Some(tag) = self.tags.last() {
            builder = builder.tag(tag.name.clone());
        }
        if let Some(body) = body {
            let body = RequestBodyBuilder::new().content(JSON, content(body)).build();
            builder = builder.request_body(Some(body));
        }
        let item = PathItem::new(http_method(&method), builder);
        let path = format!("{ROOT}{}", row.path);
        match self.paths.paths.get_mut(&path) {
            Some(known) => known.merge_operations(item),
            None => {
                self.paths.paths.insert(path, item);
            }
        }
    }

    pub(super) fn finish(self) -> OpenApi {
        let info = InfoBuilder::new()
            .title("Postern admin API")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "Manages one realm. Identifiers are public ids; times are RFC 3339 in UTC; lists \
                 are paged by an opaque cursor; a secret is shown once, in the answer to its \
                 creation.",
            ))
            .build();
        OpenApiBuilder::new()
            .info(info)
            .paths(self.paths)
            .components(Some(self.components))
            .tags(Some(self.tags))
            .build()
    }
}

fn content(schema: RefOr<Schema>) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

/// `GET /clients/{id}/secrets` becomes `get_clients_id_secrets`.
fn operation_id(method: &Method, path: &str) -> String {
    let name: String =
        path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<_> = name.split_whitespace().collect();
    format!("{}_{}", method.as_str().to_lowercase(), words.join("_"))
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = Parameter> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(Object::with_type(Type::String)))
            .build()
    })
}

fn http_method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// Serves the document. It holds nothing secret, so it asks for no key.
pub(super) fn served(document: OpenApi) -> Router<RealmState> {
    let text: Arc<str> = document.to_json().unwrap_or_default().into();
    Router::new().route(
        DOCUMENT,
        get(move || async move {
            let mut response = text.to_string().into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }),
    )
}
