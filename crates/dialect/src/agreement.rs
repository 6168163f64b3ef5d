//! What the sections of a dialect file must agree on.
//!
//! Each rule keeps a promise that no section can keep by itself: a file that loads has no endpoint
//! that can never answer, and no setting that the engine could not follow.

use domain::CredentialKind;
use oauth::{GrantType, Operation, Parameter};

use crate::read::{Item, Table};
use crate::{Dialect, DialectError, Endpoint, Environment, Rotation, SecretShape};

/// Whether an operation exists for people who grant something.
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

/// People are asked where a code can be exchanged, and nowhere else.
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

/// An endpoint takes no grant type that the dialect lacks.
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

/// The successor of a rotating token is computed from its predecessor: only a checked secret has
/// room for that.
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

/// Where the token endpoint decides how a challenge follows from a verifier, each one does.
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
