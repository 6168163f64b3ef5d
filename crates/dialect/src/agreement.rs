//! Rules that span several sections of a dialect file.
//!
//! Each rule checks what no section can check by itself: in a file that loads, every endpoint can
//! answer, and the engine can follow every setting.

use domain::CredentialKind;
use oauth::{GrantType, Operation, Parameter};

use crate::read::{Item, Table};
use crate::{Dialect, DialectError, Endpoint, Environment, Rotation, SecretShape};

/// Whether an operation exists only where users can grant access.
pub(crate) const fn is_for_people(operation: Operation) -> bool {
    matches!(operation, Operation::Authorization | Operation::UserInfo | Operation::EndSession)
}

/// Checks a dialect against its `file`.
pub(crate) fn check(file: &Table<'_>, dialect: &Dialect) -> Result<(), DialectError> {
    people(file, dialect)?;
    endpoint_grants(file, dialect)?;
    rotation(file, dialect)?;
    challenge_methods(file, dialect)
}

/// The authorization endpoint and the authorization code grant exist together or not at all.
fn people(file: &Table<'_>, dialect: &Dialect) -> Result<(), DialectError> {
    let codes = dialect.grant_types.contains(&GrantType::AuthorizationCode);
    let own = |wanted: fn(Operation) -> bool| {
        dialect.endpoints.iter().find(|endpoint| wanted(endpoint.operation()))
    };
    match (codes, own(is_for_people), own(|it| it == Operation::Authorization)) {
        (false, Some(endpoint), _) => Err(file.required("grant_types")?.error(format!(
            "found no \"authorization_code\"; expected it, since the endpoint {:?} is for people",
            endpoint.operation().as_str()
        ))),
        (true, _, None) => Err(file.required("grant_types")?.error(
            "found \"authorization_code\"; expected it only where people can be asked, by an \
             endpoint with the operation \"authorization\"",
        )),
        _ => Ok(()),
    }
}

/// An endpoint may only list grant types that the dialect has.
fn endpoint_grants(file: &Table<'_>, dialect: &Dialect) -> Result<(), DialectError> {
    for endpoint in &dialect.endpoints {
        let unknown = |grant: &&GrantType| !dialect.grant_types.contains(grant);
        if let Some(grant) = endpoint.grant_types().unwrap_or_default().iter().find(unknown) {
            return Err(file.required("grant_types")?.error(format!(
                "found no \"{grant}\"; expected it, since the endpoint {} takes it",
                path(endpoint)
            )));
        }
    }
    Ok(())
}

/// The successor of a rotating token is computed from its predecessor. Only the secret shape
/// `checked` has room for that.
fn rotation(file: &Table<'_>, dialect: &Dialect) -> Result<(), DialectError> {
    let kind = CredentialKind::RefreshToken;
    let shape = dialect.secret(kind, Environment::Live).shape;
    if dialect.rotation == Rotation::Reusable || shape == SecretShape::Checked {
        return Ok(());
    }
    let blamed: Item<'_> = match file.own_table("secrets")?.own(kind.as_str()) {
        Some(secret) => secret,
        None => file.table("refresh")?.required("rotation")?,
    };
    Err(blamed.error("refresh tokens rotate here; expected them to have the shape \"checked\""))
}

/// Where one token endpoint fixes the `code_challenge_method`, every one must.
fn challenge_methods(file: &Table<'_>, dialect: &Dialect) -> Result<(), DialectError> {
    let pkce = file.table("pkce")?;
    for endpoint in &dialect.endpoints {
        let fixed = endpoint.rules.fixed_value(Parameter::CodeChallengeMethod);
        let known = fixed.and_then(|text| text.parse().ok());
        let decides = endpoint.operation() == Operation::Token
            && endpoint.rules.reads(Parameter::Code)
            && dialect.pkce.default_method.is_none();
        let text = match (fixed, known) {
            (None, _) if decides => format!(
                "the token endpoint {} fixes no code_challenge_method; expected each to, by \
                 code_challenge_method = {{ fixed = \"S256\" }}",
                path(endpoint)
            ),
            (Some(text), None) => {
                format!("{} fixes {text:?}; expected \"S256\" or \"plain\"", path(endpoint))
            }
            (Some(text), Some(method)) if !dialect.pkce.methods.contains(&method) => {
                format!("{} fixes {text:?}; expected one of pkce.methods", path(endpoint))
            }
            _ => continue,
        };
        return Err(pkce.required("default_method")?.error(text));
    }
    Ok(())
}

fn path(endpoint: &Endpoint) -> &str {
    endpoint.paths().first().map_or("", String::as_str)
}
