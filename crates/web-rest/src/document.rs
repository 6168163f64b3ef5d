//! The OpenAPI document of an API (OpenAPI 3.1), collected from the table's rows.

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
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{IntoParams, ToSchema};
use web_base::RealmState;

use crate::api::ApiNames;
use crate::refuse::ErrorBody;
use crate::row::{Row, method_name};

const JSON: &str = "application/json";

type Schemas = Vec<(String, RefOr<Schema>)>;

/// The parameters, the request body and the response of a row.
pub(crate) struct Operation {
    query: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    answer: RefOr<Schema>,
    status: &'static str,
    schemas: Schemas,
}

impl Operation {
    pub(crate) fn reads<Q: IntoParams, O: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        let answer = reference::<O>(&mut schemas);
        let query = Q::into_params(|| Some(ParameterIn::Query));
        Self { query, body: None, answer, status: "200", schemas }
    }

    pub(crate) fn changes<I: ToSchema, O: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        let body = Some(reference::<I>(&mut schemas));
        let answer = reference::<O>(&mut schemas);
        Self { query: Vec::new(), body, answer, status: "200", schemas }
    }

    pub(crate) fn creates<I: ToSchema, O: ToSchema>() -> Self {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "A request that is repeated with the same key within 24 hours is carried out once, \
                 and gets the same answer.",
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

/// Collects the operations of an OpenAPI document.
pub(crate) struct Document {
    api: ApiNames,
    paths: Paths,
    components: Components,
    tags: Vec<utoipa::openapi::Tag>,
}

impl Document {
    pub(crate) fn new(api: ApiNames) -> Self {
        let mut components = Components::new();
        for (name, scheme) in (api.schemes)() {
            components.add_security_scheme(name, scheme);
        }
        let mut schemas = Vec::new();
        let _ = reference::<ErrorBody>(&mut schemas);
        let mut document = Self { api, paths: Paths::new(), components, tags: Vec::new() };
        document.add_schemas(schemas);
        document
    }

    /// Adds the schemas of an operation. Two types of one name would be one schema in the document, and
    /// each client would send or read the wrong one: every test fails then.
    fn add_schemas(&mut self, schemas: Schemas) {
        for (name, schema) in schemas {
            if let Some(clashing) = clash(&self.components, &name, &schema) {
                debug_assert!(false, "{clashing}");
            }
            self.components.schemas.insert(name, schema);
        }
    }

    pub(crate) fn tag(&mut self, name: &str, description: &str) {
        self.tags.push(TagBuilder::new().name(name).description(Some(description)).build());
    }

    pub(crate) fn add(&mut self, row: &Row, operation: Operation) {
        let Operation { query, body, answer, status, schemas } = operation;
        self.add_schemas(schemas);
        let method = method_name(row.method);
        let failed = ResponseBuilder::new()
            .description("The request was refused.")
            .content(JSON, content(Ref::from_schema_name(ErrorBody::name()).into()))
            .build();
        let done = ResponseBuilder::new()
            .description(if status == "201" { "It was created." } else { "The request succeeded." })
            .content(JSON, content(answer))
            .build();
        let mut builder = OperationBuilder::new()
            .operation_id(Some(operation_id(&method, row.path)))
            .summary(Some(row.summary))
            .description(Some((self.api.needs)(row.scope)))
            .parameters(Some(path_parameters(row.path).chain(query)))
            .securities(Some(self.security(row)))
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
        let path = format!("{}{}", self.api.root, row.path);
        match self.paths.paths.get_mut(&path) {
            Some(known) => known.merge_operations(item),
            None => {
                self.paths.paths.insert(path, item);
            }
        }
    }

    /// The security requirements of a row. A caller must meet one of them.
    fn security(&self, row: &Row) -> Vec<SecurityRequirement> {
        let schemes = (self.api.schemes)();
        let needed = |name: &str| SecurityRequirement::new(name, [row.scope]);
        let allowed = schemes.iter().filter(|(name, _)| (self.api.leads)(name, row.scope));
        allowed.map(|(name, _)| needed(name)).collect()
    }

    pub(crate) fn finish(self) -> OpenApi {
        let info = InfoBuilder::new()
            .title(self.api.title)
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(self.api.about))
            .build();
        OpenApiBuilder::new()
            .info(info)
            .paths(self.paths)
            .components(Some(self.components))
            .tags(Some(self.tags))
            .build()
    }
}

/// What is wrong where the document has another schema of this name.
fn clash(components: &Components, name: &str, schema: &RefOr<Schema>) -> Option<String> {
    let known = components.schemas.get(name)?;
    (known != schema).then(|| format!("two types are called {name} in the OpenAPI document"))
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

/// Serves the document. It has no secrets, so it needs no authentication.
pub(crate) fn served(path: &str, document: OpenApi) -> Router<RealmState> {
    let text: Arc<str> = document.to_json().unwrap_or_default().into();
    Router::new().route(
        path,
        get(move || async move {
            let mut response = text.to_string().into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    mod one {
        /// A reason.
        #[derive(utoipa::ToSchema)]
        #[allow(dead_code, reason = "only its schema is used")]
        pub(super) struct Decline {
            reason: String,
        }
    }

    mod other {
        /// Another one of the same name.
        #[derive(utoipa::ToSchema)]
        #[allow(dead_code, reason = "only its schema is used")]
        pub(super) struct Decline {
            text: Option<String>,
        }
    }

    #[test]
    fn two_types_of_one_name_are_a_clash_and_the_same_type_twice_is_none() {
        let mut schemas = Vec::new();
        let _ = reference::<one::Decline>(&mut schemas);
        let mut components = Components::new();
        components.schemas.extend(schemas.clone());
        let (name, schema) = &schemas[0];
        assert_eq!(clash(&components, name, schema), None);
        let mut others = Vec::new();
        let _ = reference::<other::Decline>(&mut others);
        let (name, schema) = &others[0];
        let text = "two types are called Decline in the OpenAPI document";
        assert_eq!(clash(&components, name, schema).as_deref(), Some(text));
    }
}
