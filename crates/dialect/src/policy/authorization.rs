//! The rules for the consent of users and for PKCE: sections `[pkce]` and `[authorization]`.

use oauth::ScopeSet;
use oauth::pkce::ChallengeMethod;

use crate::DialectError;
use crate::read::Table;

/// Who must send a code challenge (RFC 7636, RFC 9700 §2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkceRequired {
    /// Every app.
    Always,
    /// Public clients (RFC 6749 §2.1).
    Public,
}

/// Proof Key for Code Exchange in this dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PkceRule {
    /// Who must use it.
    pub required: PkceRequired,
    /// The accepted methods; the first is preferred.
    pub methods: Vec<ChallengeMethod>,
    /// The method of a challenge that names none (RFC 7636 §4.3: `plain`). `None`: the token
    /// endpoint that receives the code decides, by a fixed `code_challenge_method`.
    pub default_method: Option<ChallengeMethod>,
}

/// Whether a connection acts for an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationChoice {
    /// It must act for one of the user's organizations. A user without any cannot connect.
    Required,
    /// It acts for one of the user's organizations, where they have any.
    Optional,
    /// It acts for the user alone.
    Never,
}

/// The rules for the consent of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationPolicy {
    /// Whether a connection acts for an organization.
    pub organization: OrganizationChoice,
    /// Whether a code can be tried only once, so that a failed attempt uses it up.
    pub code_single_attempt: bool,
    /// A refresh token is issued only when one of these scopes is granted; empty: always.
    pub refresh_scopes: ScopeSet,
    /// Whether changing an app's scopes revokes the grants that users gave it.
    pub scope_change_revokes: bool,
    /// Whether people without an account may ask for credentials by a public form.
    pub access_requests: bool,
}

/// Reads `[pkce]`.
pub(crate) fn pkce(table: &Table<'_>) -> Result<PkceRule, DialectError> {
    let known = [ChallengeMethod::S256, ChallengeMethod::Plain];
    let choices = known.map(|method| (method.as_str(), method));
    let methods_item = table.required("methods")?;
    let methods: Vec<_> =
        methods_item.array()?.iter().map(|it| it.one_of(&choices)).collect::<Result<_, _>>()?;
    if methods.is_empty() {
        return Err(methods_item.error("found no method; expected \"S256\""));
    }
    let default = table.required("default_method")?;
    let by_endpoint = [("token_endpoint", None)];
    let named = choices.map(|(name, method)| (name, Some(method)));
    let default_method = default.one_of(&[&named[..], &by_endpoint[..]].concat())?;
    let rule = PkceRule {
        required: table
            .required("required")?
            .one_of(&[("always", PkceRequired::Always), ("public", PkceRequired::Public)])?,
        methods,
        default_method,
    };
    table.finish("key")?;
    Ok(rule)
}

/// Reads `[authorization]`.
pub(crate) fn authorization(table: &Table<'_>) -> Result<AuthorizationPolicy, DialectError> {
    let refresh_scopes = table.required("refresh_scopes")?;
    let texts = refresh_scopes.texts()?;
    let policy = AuthorizationPolicy {
        organization: table.required("organization")?.one_of(&[
            ("required", OrganizationChoice::Required),
            ("optional", OrganizationChoice::Optional),
            ("never", OrganizationChoice::Never),
        ])?,
        code_single_attempt: table.required("code_single_attempt")?.boolean()?,
        refresh_scopes: texts
            .join(" ")
            .parse()
            .map_err(|_| refresh_scopes.error("found what is no scope; expected scope names"))?,
        scope_change_revokes: table.required("scope_change_revokes")?.boolean()?,
        access_requests: table.required("access_requests")?.boolean()?,
    };
    table.finish("key")?;
    Ok(policy)
}
