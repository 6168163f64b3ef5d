//! The whole protocol side of a realm: one request in the RFCs' words in, one reply out.

use domain::Credential;
use oauth::{Operation, Reply, Request};

use crate::introspect::introspect;
use crate::oidc::{metadata, userinfo};
use crate::revoke::revoke;
use crate::token::token;
use crate::{AdminReason, Denial, WriteContext};

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
        Operation::Metadata => Ok(plain(Reply::Metadata(Box::new(metadata(ctx))))),
        Operation::UserInfo => {
            let (reply, used) = userinfo(ctx, request).await?;
            Ok(Answered { reply, inactive: None, used: Some(used) })
        }
        Operation::Authorization | Operation::EndSession => {
            Err(AdminReason::NotPermitted("a browser".to_owned()).into())
        }
    }
}
