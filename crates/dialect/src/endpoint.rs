//! An endpoint: one operation, the paths it is served at, and its wire format.

use oauth::{ClientAuthMethod, GrantType, Operation, RedirectUri};

use crate::DialectError;
use crate::decode::Rules;
use crate::encode::{Answer, ErrorShapes, ErrorsOf};
use crate::pattern::Pattern;
use crate::read::{Item, Table};

/// The largest body limit a dialect may set, in bytes.
const MAX_BODY: i64 = 1 << 20;

/// One operation with its wire format.
#[derive(Clone, Debug)]
pub struct Endpoint {
    operation: Operation,
    methods: Vec<String>,
    paths: Vec<String>,
    body_limit: usize,
    auth_methods: Vec<ClientAuthMethod>,
    cors: bool,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) rules: Rules,
    pub(crate) answer: Answer,
    pub(crate) failures: ErrorShapes,
}

impl Endpoint {
    /// The operation.
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The length limit of the body, in bytes.
    pub const fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// The HTTP methods that it accepts.
    pub fn methods(&self) -> &[String] {
        &self.methods
    }

    /// Every path of the endpoint. The first is advertised in the metadata.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The client authentication methods that it accepts.
    pub fn client_auth_methods(&self) -> &[ClientAuthMethod] {
        &self.auth_methods
    }

    /// The grant types that this token endpoint accepts, where they are not all of the dialect's.
    pub fn grant_types(&self) -> Option<&[GrantType]> {
        self.rules.grant_types.as_deref()
    }

    /// Whether it reads a parameter of this name from the query.
    pub fn reads_query(&self, name: &str) -> bool {
        self.rules.query.iter().any(|(known, _)| known == name)
    }

    /// Whether pages of other origins may call it. Such an endpoint never reads a cookie.
    pub const fn cors(&self) -> bool {
        self.cors
    }

    /// Whether the redirect URI's own query has a parameter that the redirect adds, too. An app
    /// might read either value. An exactly registered URI is its owner's choice, but where only a
    /// domain is registered, anybody could make such a URI.
    pub fn collides_with(&self, redirect_uri: &RedirectUri) -> bool {
        matches!(&self.answer, Answer::Redirected(it) if it.collides_with(redirect_uri))
    }

    /// Whether its redirects name the issuer (RFC 9207 §2).
    pub fn names_issuer(&self) -> bool {
        matches!(&self.answer, Answer::Redirected(redirect) if redirect.names_issuer())
    }
}

/// What endpoints of one dialect share.
pub(crate) struct Shared<'a> {
    /// Prepended to every path.
    pub(crate) prefixes: &'a [&'a str],
    /// `[errors]`.
    pub(crate) errors: &'a Table<'a>,
    /// `[headers]`.
    pub(crate) headers: &'a Table<'a>,
}

/// Reads one `[[endpoint]]`.
pub(crate) fn endpoint(table: &Table<'_>, shared: &Shared<'_>) -> Result<Endpoint, DialectError> {
    let operation = operation(&table.required("operation")?)?;
    let methods_item = table.required("methods")?;
    let methods = methods_item.texts()?;
    if let Some(bad) = methods.iter().find(|m| !METHODS.contains(*m)) {
        return Err(methods_item
            .error(format!("unknown method {bad:?}; expected some of {}", METHODS.join(", "))));
    }
    let paths = paths(table, shared.prefixes)?;
    let patterns: Vec<Pattern> = paths.iter().map(|path| Pattern::new(path)).collect();
    let auth_methods = auth_methods(&table.required("client_authentication")?)?;
    let cors_item = table.required("cors")?;
    let cors = cors_item.boolean()?;
    if cors && operation.is_for_browsers() {
        return Err(cors_item.error("found true; expected false: people come here with cookies"));
    }
    let endpoint = Endpoint {
        operation,
        methods: methods.into_iter().map(str::to_owned).collect(),
        body_limit: table.required("body_limit")?.integer_in(1..=MAX_BODY)? as usize,
        rules: Rules::read(operation, table, &auth_methods, &patterns)?,
        answer: Answer::read(operation, table, shared.headers)?,
        failures: ErrorShapes::read(
            &table.own_table("errors")?.or(Some(shared.errors.clone())),
            shared.headers,
            ErrorsOf::Endpoint,
        )?,
        paths,
        patterns,
        auth_methods,
        cors,
    };
    table.finish("key")?;
    Ok(endpoint)
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The operation that a text names.
pub(crate) fn operation(item: &Item<'_>) -> Result<Operation, DialectError> {
    item.one_of(&Operation::ALL.map(|operation| (operation.as_str(), operation)))
}

fn auth_methods(item: &Item<'_>) -> Result<Vec<ClientAuthMethod>, DialectError> {
    use ClientAuthMethod as M;
    let known = [M::ClientSecretBasic, M::ClientSecretPost, M::None];
    let choices = known.map(|method| (method.as_str(), method));
    item.array()?.iter().map(|method| method.one_of(&choices)).collect()
}

/// The paths, with every prefix and, where asked for, with and without a trailing slash.
fn paths(table: &Table<'_>, prefixes: &[&str]) -> Result<Vec<String>, DialectError> {
    let item = table.required("paths")?;
    let slash = table.required("trailing_slash")?.boolean()?;
    let prefixes = if table.required("prefixed")?.boolean()? { prefixes } else { &[""] };
    let mut paths = Vec::new();
    for path in item.texts()? {
        Pattern::check(path).map_err(|message| item.error(message))?;
        for prefix in prefixes {
            paths.push(format!("{prefix}{path}"));
            if slash {
                paths.push(format!("{prefix}{path}/"));
            }
        }
    }
    if paths.is_empty() {
        return Err(item.error("found no path; expected at least one"));
    }
    Ok(paths)
}
