//! The protocol side of a realm: it takes one request in RFC terms and returns one reply.

use domain::Credential;
use oauth::{Operation, Reply, Request};

use crate::introspect::introspect;
use crate::oidc::{metadata, userinfo};
use crate::revoke::revoke;
use crate::token::token;
use crate::{AdminReason, Denial, WriteContext};

/// A reply, and what is recorded about the request beside it.
#[derive(Debug)]
pub struct Answered {
    /// The reply to the client.
    pub reply: Reply,
    /// The private reason of an introspection answer with `active: false`; `None` for other
    /// answers.
    pub inactive: Option<Denial>,
    /// The credential that the request used; `None`: it used none.
    pub used: Option<base::Id<Credential>>,
}

/// Answers a request to one of the issuer's endpoints.
///
/// # Errors
/// The private reason of the denial; [`Denial::error_response`] is the answer to the client.
pub async fn answer(ctx: &WriteContext<'_>, request: &Request) -> Result<Answered, Denial> {
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
        Operation::Revocation => revoke(&ctx.direct(), request).await.map(plain),
        Operation::Jwks => Ok(plain(Reply::Jwks(ctx.issuer.keys().published().to_owned()))),
        Operation::Metadata => Ok(plain(Reply::Metadata(Box::new(metadata(ctx).await)))),
        Operation::UserInfo => {
            let (reply, used) = userinfo(ctx, request).await?;
            Ok(Answered { reply, inactive: None, used: Some(used) })
        }
        Operation::Authorization | Operation::EndSession => {
            Err(AdminReason::NotPermitted("a browser".to_owned()).into())
        }
    }
}
