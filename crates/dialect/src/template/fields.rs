//! The placeholders, and where each is allowed.

use oauth::ScopeSet;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A placeholder of a template.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

fields! {
    RequestId = "request_id",
    Issuer = "issuer",
    AccessToken = "access_token",
    RefreshToken = "refresh_token",
    IdToken = "id_token",
    TokenType = "token_type",
    ExpiresIn = "expires_in",
    Scope = "scope",
    Scopes = "scopes",
    ClientId = "client_id",
    Organization = "organization",
    User = "user",
    Subject = "subject",
    Audience = "audience",
    IssuedAt = "issued_at",
    ExpiresAt = "expires_at",
    NotBefore = "not_before",
    TokenId = "token_id",
    Grant = "grant",
    Credential = "credential",
    Active = "active",
    Username = "username",
    CredentialKind = "credential_kind",
    InactiveReason = "inactive_reason",
    Jwks = "jwks",
    Metadata = "metadata",
    UserInfo = "userinfo",
    AuthorizationCode = "authorization_code",
    State = "state",
    Code = "code",
    Description = "description",
    Problem = "problem",
    Status = "status",
    RetryAfter = "retry_after",
    ClientQuota = "client_quota",
    OrganizationQuota = "organization_quota",
    Window = "window",
    Limit = "limit",
    Remaining = "remaining",
    ResetsIn = "resets_in",
}

use Field as F;

pub(crate) const TOKEN: &[Field] = &[
    F::AccessToken,
    F::RefreshToken,
    F::IdToken,
    F::TokenType,
    F::ExpiresIn,
    F::Scope,
    F::Scopes,
    F::ClientId,
    F::Organization,
    F::ClientQuota,
    F::OrganizationQuota,
    F::RequestId,
    F::Issuer,
];
pub(crate) const INTROSPECTION: &[Field] = &[
    F::Active,
    F::Scope,
    F::Scopes,
    F::ClientId,
    F::Username,
    F::TokenType,
    F::ExpiresAt,
    F::IssuedAt,
    F::NotBefore,
    F::Subject,
    F::Audience,
    F::Issuer,
    F::TokenId,
    F::Organization,
    F::User,
    F::CredentialKind,
    F::InactiveReason,
    F::RequestId,
];
pub(crate) const REVOCATION: &[Field] = &[F::RequestId, F::Issuer];
pub(crate) const JWKS: &[Field] = &[F::Jwks, F::RequestId, F::Issuer];
pub(crate) const USERINFO: &[Field] = &[F::UserInfo, F::RequestId, F::Issuer];
pub(crate) const REDIRECT: &[Field] =
    &[F::AuthorizationCode, F::Scope, F::State, F::Issuer, F::RequestId];
pub(crate) const REDIRECT_FAILURE: &[Field] =
    &[F::Code, F::Description, F::Problem, F::State, F::Issuer, F::RequestId];
pub(crate) const METADATA: &[Field] = &[F::Metadata, F::RequestId, F::Issuer];
pub(crate) const FAILURE: &[Field] = &[
    F::Code,
    F::Description,
    F::Problem,
    F::Status,
    F::RequestId,
    F::Issuer,
    F::RetryAfter,
    F::ClientQuota,
    F::OrganizationQuota,
];
pub(crate) const CLAIMS: &[Field] = &[
    F::Issuer,
    F::Subject,
    F::Audience,
    F::ClientId,
    F::Organization,
    F::User,
    F::Scope,
    F::Scopes,
    F::IssuedAt,
    F::ExpiresAt,
    F::TokenId,
    F::Grant,
    F::Credential,
];
/// Placeholders that every response knows, so that `[headers]` may use them.
pub(crate) const SHARED: &[Field] =
    &[F::RequestId, F::Issuer, F::ClientQuota, F::OrganizationQuota];
pub(crate) const CHALLENGE: &[Field] = &[F::Issuer];
pub(crate) const QUOTA: &[Field] = &[F::Window, F::Limit, F::Remaining, F::ResetsIn];

/// The value of a placeholder in one response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// No value: the member is omitted.
    Absent,
    Text(&'a str),
    Integer(i64),
    Boolean(bool),
    /// 22 base62 digits.
    Id(u128),
    /// A string, its scopes separated by spaces.
    Scope(&'a ScopeSet),
    /// A list of strings.
    ScopeList(&'a ScopeSet),
    /// The same list, from space-separated text.
    WordList(&'a str),
    /// JSON text, written unchanged.
    Json(&'a str),
}

/// Gives the values of placeholders.
pub(crate) trait Facts {
    fn value(&self, field: Field) -> Value<'_>;
}

/// `Absent` for `None`.
pub(crate) fn text<'a>(text: Option<&'a str>) -> Value<'a> {
    text.map_or(Value::Absent, Value::Text)
}
