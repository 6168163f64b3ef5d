//! Compiles a file to a [`Dialect`]. Missing keys of every section are taken from `rfc.toml`.

use oauth::{GrantType, Operation};
use toml::de::DeTable;

use crate::decode::grant_types;
use crate::encode::{ErrorShapes, ErrorsOf, Headers, QuotaTemplate};
use crate::endpoint::{self, Endpoint, Shared};
use crate::error::Source;
use crate::read::{Item, Table};
use crate::route::Routes;
use crate::template::fields;
use crate::{Dialect, DialectError, Inherits, agreement, builtin, policy};

impl Dialect {
    /// A built-in dialect; `None` for an unknown name.
    pub fn builtin(name: &str) -> Option<Self> {
        let (file, text) = builtin::file(name)?;
        // Tests load every one of them: none is refused.
        Self::parse(file, text).ok()
    }

    /// The names of the built-in dialects. The first follows the RFCs.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        builtin::names()
    }

    /// Reads a dialect file. `file_name` appears in messages only.
    ///
    /// # Errors
    /// [`DialectError`] names the position, what was found there and what was expected.
    pub fn parse(file_name: &str, source: &str) -> Result<Self, DialectError> {
        parse(file_name, source)
    }
}

fn parse(file: &str, text: &str) -> Result<Dialect, DialectError> {
    let base_source = Source { file: builtin::BASE.0, text: builtin::BASE.1 };
    let base_document = document(base_source)?;
    let base = Table::new(base_source, base_document.get_ref(), 0..0);
    let source = Source { file, text };
    let own_document = document(source)?;
    let own = Table::new(source, own_document.get_ref(), 0..0);
    dialect(&own.or(Some(base.clone())), &base)
}

fn document(source: Source<'_>) -> Result<toml::Spanned<DeTable<'_>>, DialectError> {
    DeTable::parse(source.text).map_err(|error| {
        source.error(&error.span().unwrap_or_default(), error.message().trim_end())
    })
}

fn dialect(file: &Table<'_>, base: &Table<'_>) -> Result<Dialect, DialectError> {
    let name = file.own("name").ok_or_else(|| file.error("the key \"name\" is missing here"))?;
    let description = file.required("description")?;
    let prefixes_item = file.required("prefixes")?;
    let prefixes = prefixes(&prefixes_item)?;
    let errors = file.table("errors")?;
    let headers = file.table("headers")?;
    Headers::read(&headers, fields::SHARED)?;
    let shared = Shared { prefixes: &prefixes, errors: &errors, headers: &headers };
    let presentation = policy::presentation(&file.table("presentation")?)?;
    let of_apis = ErrorsOf::Api(presentation.schemes.first().map(String::as_str));
    let failures = ErrorShapes::read(&errors, &headers, of_apis)?;
    let grant_types = grant_types(&file.required("grant_types")?)?;
    let (endpoints, items) = endpoints(file, base, &shared, &grant_types)?;
    let routes = Routes::new(&endpoints).map_err(|(first, second, path)| {
        let clash = format!("two endpoints answer at {path:?}");
        match (items.get(second), items.get(first), endpoints.get(second)) {
            (Some(item), ..) => item.error(format!("{clash}; expected one for each method")),
            (None, Some(item), Some(inherited)) => item.error(format!(
                "{clash}; expected another path, or omit = [{:?}] to drop the inherited one",
                inherited.operation().as_str()
            )),
            _ => name.error(clash),
        }
    })?;
    let (rotation, refresh_retry_window) = policy::rotation(&file.table("refresh")?)?;
    let dialect = Dialect {
        name: name.text()?.to_owned(),
        description: description.text()?.to_owned(),
        prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
        trailing_slash_issuer: file.required("trailing_slash_issuer")?.boolean()?,
        grant_types,
        endpoints,
        routes,
        failures,
        quota: QuotaTemplate::read(&file.table("quota")?)?,
        identifiers: policy::identifiers(&file.table("identifiers")?)?,
        secrets: policy::secrets(&file.table("secrets")?)?,
        access_token: policy::access_token(&file.table("access_token")?)?,
        lifetimes: policy::lifetimes(&file.table("lifetimes")?)?,
        rotation,
        refresh_retry_window,
        redirect_rule: policy::redirect(&file.table("redirect")?)?,
        state_rule: policy::state(&file.table("state")?)?,
        pkce: policy::pkce(&file.table("pkce")?)?,
        authorization: policy::authorization(&file.table("authorization")?)?,
        kept_from_personal_tokens: policy::kept_scopes(&file.table("personal_access_token")?)?,
        presentation,
        inherits: Inherits {
            rotation: inherits(file, "refresh", "rotation")?,
            pkce: inherits(file, "pkce", "required")?,
        },
    };
    file.finish("key")?;
    agreement::check(file, &dialect)?;
    Ok(dialect)
}

/// Whether a key has its value from `rfc.toml`, which is so in that file, too.
fn inherits(
    file: &Table<'_>,
    table: &'static str,
    key: &'static str,
) -> Result<bool, DialectError> {
    Ok(file.text() == builtin::BASE.1 || file.own_table(table)?.own(key).is_none())
}

fn prefixes<'a>(item: &Item<'a>) -> Result<Vec<&'a str>, DialectError> {
    let prefixes = item.texts()?;
    let good =
        |prefix: &&str| prefix.is_empty() || (prefix.starts_with('/') && !prefix.ends_with('/'));
    match prefixes.iter().find(|prefix| !good(prefix)) {
        None if prefixes.is_empty() => Err(item.error("found no prefix; expected at least \"\"")),
        None => Ok(prefixes),
        Some(bad) => {
            Err(item.error(format!("found prefix {bad:?}; expected \"\" or one such as \"/v1\"")))
        }
    }
}

/// The file's own endpoints, then the inherited ones. An endpoint is inherited for each operation
/// that the file neither defines nor omits; the endpoints for users are inherited only where users
/// can grant access. The file's own endpoints come with their items, for error messages.
fn endpoints<'a>(
    file: &Table<'a>,
    base: &Table<'a>,
    shared: &Shared<'_>,
    grant_types: &[GrantType],
) -> Result<(Vec<Endpoint>, Vec<Item<'a>>), DialectError> {
    let items = file.own("endpoint").map_or_else(|| Ok(Vec::new()), |item| item.array())?;
    let inherited = base.required("endpoint")?.array()?;
    let find = |wanted: Operation| {
        inherited.iter().find(|item| {
            item.table()
                .and_then(|table| endpoint::operation(&table.required("operation")?))
                .is_ok_and(|operation| operation == wanted)
        })
    };
    let omitted: Vec<Operation> = match file.own("omit") {
        Some(item) => item.array()?.iter().map(endpoint::operation).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let mut endpoints = Vec::new();
    for item in &items {
        let table = item.table()?;
        let operation = endpoint::operation(&table.required("operation")?)?;
        if omitted.contains(&operation) {
            return Err(item.error(format!("omit names the operation {:?}", operation.as_str())));
        }
        let fallback = find(operation).map(Item::table).transpose()?;
        endpoints.push(endpoint::endpoint(&table.or(fallback), shared)?);
    }
    for operation in Operation::ALL {
        let has = endpoints.iter().any(|endpoint| endpoint.operation() == operation)
            || (agreement::is_for_people(operation)
                && !grant_types.contains(&GrantType::AuthorizationCode));
        if let Some(item) = find(operation).filter(|_| !has && !omitted.contains(&operation)) {
            endpoints.push(endpoint::endpoint(&item.table()?, shared)?);
        }
    }
    Ok((endpoints, items))
}
