//! The whole protocol side of a realm: one request in the RFCs' words in, one reply out.

use domain::Credential;
use oauth::{ClientAuthMethod, Metadata, Operation, Reply, Request};

use crate::introspect::introspect;
use crate::revoke::revoke;
use crate::token::token;
use crate::{Context, Denial};

/// A reply, and what else the request taught.
#[derive(Debug)]
pub struct Answered {
    /// What to say.
    pub reply: Reply,
    /// Why an introspection was answered `active: false`, where it was.
    pub inactive: Option<Denial>,
    /// The credential that was used, where one was.
    pub used: Option<base::Id<Credential>>,
}

/// Answers a request to one of the issuer's endpoints.
///
/// # Errors
/// The precise reason why not; [`Denial::failure`] is what the client is told.
pub async fn answer(ctx: &Context<'_>, request: &Request) -> Result<Answered, Denial> {
    let plain = |reply| Answered { reply, inactive: None, used: None };
    match request.operation {
        Operation::Token => {
            let (reply, used) = token(ctx, request).await?;
            Ok(Answered { reply, inactive: None, used: Some(used) })
        }
        Operation::Introspection => {
            let answer = introspect(ctx, request).await?;
            Ok(Answered { reply: answer.reply, inactive: answer.denial, used: answer.used })
        }
        Operation::Revocation => revoke(ctx, request).await.map(plain),
        Operation::Jwks => Ok(plain(Reply::Jwks(ctx.issuer.keys().published().to_owned()))),
        Operation::Metadata => Ok(plain(Reply::Metadata(Box::new(metadata(ctx))))),
        Operation::UserInfo | Operation::Authorization | Operation::EndSession => {
            Err(Denial::NotPermitted("a browser".to_owned()))
        }
    }
}

/// What the issuer says about itself (RFC 8414 §2).
fn metadata(ctx: &Context<'_>) -> Metadata {
    let dialect = ctx.issuer.dialect();
    let endpoint = |operation| -> Option<String> {
        let path = dialect.endpoint(operation)?.paths().first()?;
        Some(format!("{}{path}", ctx.issuer.url()))
    };
    let methods = |operation: Operation| -> Vec<String> {
        let endpoint = dialect.endpoint(operation);
        let methods = endpoint.map_or(&[][..], |it| it.client_auth_methods()).iter();
        // RFC 7662 §2.1: who introspects must prove who they are.
        let open = operation != Operation::Introspection;
        let methods = methods.filter(|it| open || **it != ClientAuthMethod::None);
        methods.map(ToString::to_string).collect()
    };
    Metadata {
        issuer: ctx.issuer.identifier().to_owned(),
        token_endpoint: endpoint(Operation::Token),
        jwks_uri: endpoint(Operation::Jwks),
        introspection_endpoint: endpoint(Operation::Introspection),
        revocation_endpoint: endpoint(Operation::Revocation),
        grant_types_supported: dialect.grant_types().iter().map(ToString::to_string).collect(),
        response_types_supported: Vec::new(),
        scopes_supported: Vec::new(),
        token_endpoint_auth_methods_supported: methods(Operation::Token),
        introspection_endpoint_auth_methods_supported: methods(Operation::Introspection),
        revocation_endpoint_auth_methods_supported: methods(Operation::Revocation),
        ..Metadata::default()
    }
}
