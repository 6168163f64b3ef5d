//! The values of the placeholders of a response.

use oauth::{ErrorResponse, Granted, Introspection, Reply, TokenReply};

use super::error::Shape;
use super::quota::QuotaTemplate;
use crate::Context;
use crate::template::fields::text;
use crate::template::{Facts, Field, Value};

/// The values for a reply.
pub(crate) struct ReplyFacts<'a> {
    reply: &'a Reply,
    context: &'a Context<'a>,
    token_type: &'a str,
    /// Serialized metadata.
    metadata: String,
    client_quota: Option<String>,
    organization_quota: Option<String>,
}

impl<'a> ReplyFacts<'a> {
    pub(crate) fn new(
        token_type: &'a str,
        quota: &QuotaTemplate,
        reply: &'a Reply,
        context: &'a Context<'a>,
    ) -> Self {
        let (client, organization) = match reply {
            Reply::Token(token) => (token.client_quota.as_ref(), token.organization_quota.as_ref()),
            _ => (None, None),
        };
        Self {
            reply,
            context,
            token_type,
            metadata: match reply {
                // Serialising strings and lists of strings cannot fail.
                Reply::Metadata(metadata) => serde_json::to_string(metadata).unwrap_or_default(),
                _ => String::new(),
            },
            client_quota: quota.write(client),
            organization_quota: quota.write(organization),
        }
    }

    fn token(&self, token: &'a TokenReply, field: Field) -> Value<'_> {
        match field {
            Field::AccessToken => Value::Text(token.access_token.expose()),
            Field::RefreshToken => text(token.refresh_token.as_ref().map(base::Secret::expose)),
            Field::IdToken => text(token.id_token.as_ref().map(base::Secret::expose)),
            Field::TokenType => Value::Text(self.token_type),
            Field::ExpiresIn => token.expires_in.map_or(Value::Absent, |seconds| {
                Value::Integer(i64::try_from(seconds).unwrap_or(i64::MAX))
            }),
            Field::Scope => Value::Scope(&token.scope),
            Field::Scopes => Value::ScopeList(&token.scope),
            Field::ClientId => Value::Text(&token.client_id),
            Field::Organization => text(token.organization.as_deref()),
            _ => Value::Absent,
        }
    }
}

fn introspection(of: &Introspection, field: Field) -> Value<'_> {
    let seconds = |at: Option<i64>| at.map_or(Value::Absent, Value::Integer);
    match field {
        Field::Active => Value::Boolean(of.active),
        Field::Scope => text(of.scope.as_deref()),
        Field::Scopes => of.scope.as_deref().map_or(Value::Absent, Value::WordList),
        Field::ClientId => text(of.client_id.as_deref()),
        Field::Username => text(of.username.as_deref()),
        Field::TokenType => text(of.token_type.as_deref()),
        Field::ExpiresAt => seconds(of.exp),
        Field::IssuedAt => seconds(of.iat),
        Field::NotBefore => seconds(of.nbf),
        Field::Subject => text(of.sub.as_deref()),
        Field::Audience => text(of.aud.as_deref()),
        Field::Issuer => text(of.iss.as_deref()),
        Field::TokenId => text(of.jti.as_deref()),
        Field::Organization => text(of.organization.as_deref()),
        Field::User => text(of.user.as_deref()),
        Field::CredentialKind => text(of.credential_kind.as_deref()),
        Field::InactiveReason => text(of.inactive_reason.as_deref()),
        _ => Value::Absent,
    }
}

impl Facts for ReplyFacts<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        match (field, self.reply) {
            (Field::RequestId, _) => Value::Text(self.context.request_id),
            (Field::ClientQuota, _) => text(self.client_quota.as_deref()),
            (Field::OrganizationQuota, _) => text(self.organization_quota.as_deref()),
            (field, Reply::Introspection(of)) => introspection(of, field),
            (Field::Issuer, _) => Value::Text(self.context.issuer),
            (field, Reply::Token(token)) => self.token(token, field),
            (Field::Jwks, Reply::Jwks(json)) => Value::Json(json),
            (Field::Metadata, Reply::Metadata(_)) => Value::Json(&self.metadata),
            (Field::UserInfo, Reply::UserInfo(json)) => Value::Json(json),
            (_, Reply::Revoked | Reply::Jwks(_) | Reply::Metadata(_) | Reply::UserInfo(_)) => {
                Value::Absent
            }
        }
    }
}

/// The values for an error.
pub(crate) struct ErrorFacts<'a> {
    shape: &'a Shape,
    error: &'a ErrorResponse,
    context: &'a Context<'a>,
    client_quota: Option<String>,
    organization_quota: Option<String>,
}

impl<'a> ErrorFacts<'a> {
    pub(crate) fn new(
        quota: &QuotaTemplate,
        shape: &'a Shape,
        error: &'a ErrorResponse,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            shape,
            error,
            context,
            client_quota: quota.write(error.client_quota.as_ref()),
            organization_quota: quota.write(error.organization_quota.as_ref()),
        }
    }
}

impl Facts for ErrorFacts<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        match field {
            Field::RequestId => Value::Text(self.context.request_id),
            Field::Issuer => Value::Text(self.context.issuer),
            Field::Code => Value::Text(&self.shape.code),
            Field::Description => {
                Value::Text(self.shape.description.as_deref().unwrap_or(&self.error.description))
            }
            Field::Problem => Value::Text(self.error.problem.as_str()),
            Field::Status => Value::Integer(i64::from(self.shape.status)),
            Field::RetryAfter => self.error.retry_after().map_or(Value::Absent, |seconds| {
                Value::Integer(i64::try_from(seconds).unwrap_or(i64::MAX))
            }),
            Field::ClientQuota => text(self.client_quota.as_deref()),
            Field::OrganizationQuota => text(self.organization_quota.as_deref()),
            _ => Value::Absent,
        }
    }
}

/// The values for a redirect to an app.
pub(super) struct RedirectFacts<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) state: Option<&'a str>,
    pub(super) granted: Option<&'a Granted>,
    pub(super) failed: Option<RedirectError<'a>>,
}

/// The error, as it is reported to the app.
pub(super) struct RedirectError<'a> {
    error: &'a ErrorResponse,
    shape: &'a Shape,
    description: String,
}

impl<'a> RedirectError<'a> {
    pub(super) fn new(error: &'a ErrorResponse, shape: &'a Shape) -> Self {
        let text = shape.description.as_deref().unwrap_or(&error.description);
        // RFC 6749 §4.1.2.1 allows only ASCII without quotes and backslashes.
        let plain = |c| match c {
            '"' | '\\' => Some('\''),
            ' '..='~' => Some(c),
            _ => None,
        };
        Self { error, shape, description: text.chars().filter_map(plain).collect() }
    }
}

impl Facts for RedirectFacts<'_> {
    fn value(&self, field: Field) -> Value<'_> {
        match (field, self.granted, &self.failed) {
            (Field::RequestId, ..) => Value::Text(self.context.request_id),
            (Field::Issuer, ..) => Value::Text(self.context.issuer),
            (Field::State, ..) => text(self.state),
            (Field::AuthorizationCode, Some(granted), _) => Value::Text(granted.code.expose()),
            (Field::Scope, Some(granted), _) => Value::Scope(&granted.scope),
            (Field::Code, _, Some(failed)) => Value::Text(&failed.shape.code),
            (Field::Problem, _, Some(failed)) => Value::Text(failed.error.problem.as_str()),
            (Field::Description, _, Some(failed)) => Value::Text(&failed.description),
            _ => Value::Absent,
        }
    }
}
