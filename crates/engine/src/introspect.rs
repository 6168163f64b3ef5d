//! Introspection (RFC 7662), for every form of credential.
//!
//! A resource server may introspect tokens for its API; a client may introspect its own tokens; the
//! bearer of a token may introspect tokens of the same credential; an admin key may introspect
//! every token of the realm. For a token that is not active, or that the caller may not introspect,
//! the answer is `active: false` alone (§2.2).

use base::Id;
use domain::{Credential, CredentialKind};
use oauth::{Introspection, Parameter, Reply, Request};

use crate::caller::{Caller, CallerPurpose};
use crate::chain::link;
use crate::present::{Presented, PresentedKind, Verified, look_up};
use crate::{AccessTokenReason, ClientReason, Context, Denial, Reason, RequestReason};

/// The value of [`Introspection::inactive_reason`] for a genuine token whose client or organization
/// is suspended.
pub const SUSPENDED: &str = "suspended";

/// An introspection answer, and the private reason where it is `active: false`. The caller records
/// the reason under the request id.
#[derive(Debug)]
pub struct Answer {
    /// The reply.
    pub reply: Reply,
    /// The private reason of an inactive answer; `None`: the token is active.
    pub denial: Option<Denial>,
    /// The credential of the token, where it is active.
    pub used: Option<Id<Credential>>,
}

/// Answers an introspection request.
///
/// # Errors
/// When the *caller* is refused, or the store fails. An inactive token is no error (RFC 7662 §2.2).
pub async fn introspect(ctx: &Context<'_>, request: &Request) -> Result<Answer, Denial> {
    let caller = Caller::of(ctx, request, CallerPurpose::Introspect).await?;
    let token = request.parameters.value(Parameter::Token);
    let token = token.ok_or(RequestReason::ParameterMissing(Parameter::Token))?;
    match look_into(ctx, &caller, token).await {
        Ok(verified) => Ok(Answer {
            reply: boxed(describe(ctx, &verified)),
            denial: None,
            used: Some(verified.credential.id),
        }),
        Err(denial) if denial.is_of_store() => Err(denial),
        Err(denial) => {
            Ok(Answer { reply: boxed(inactive(&denial)), denial: Some(denial), used: None })
        }
    }
}

/// Reads a `token` parameter. `id:secret` is a Basic pair, since no other form has a colon.
pub fn presented(token: &str) -> Presented<'_> {
    match token.split_once(':') {
        Some((id, secret)) => Presented::Basic { id, secret },
        None => Presented::Token(token),
    }
}

fn boxed(introspection: Introspection) -> Reply {
    Reply::Introspection(Box::new(introspection))
}

/// Verifies `token`. Whether the caller may introspect it is checked before whether it is active.
async fn look_into(ctx: &Context<'_>, caller: &Caller, token: &str) -> Result<Verified, Denial> {
    let found = look_up(ctx, &presented(token), caller.presented_at()).await?;
    if caller.may_introspect(&found) {
        return found.verified(ctx).await;
    }
    let server = link(ctx, found.grant.resource_server).await?;
    let token = server.identifier.clone();
    Err(AccessTokenReason::WrongAudience { token, asked: caller.public_id().to_string() }.into())
}

/// The answer for a token that is not active.
pub fn inactive(denial: &Denial) -> Introspection {
    let suspended = matches!(
        denial.reason,
        Reason::Client(ClientReason::Suspended | ClientReason::OrganizationSuspended)
    );
    Introspection {
        active: false,
        inactive_reason: suspended.then(|| SUSPENDED.to_owned()),
        ..Introspection::default()
    }
}

/// The answer for an active token.
pub fn describe(ctx: &Context<'_>, verified: &Verified) -> Introspection {
    let chain = &verified.chain;
    let key = &verified.credential;
    let organization = chain.organization.as_ref().map(|it| it.public_id.to_string());
    let user = chain.user.as_ref();
    let client = chain.client.as_ref().map(|it| it.public_id.to_string());
    let client = client.or_else(|| user.is_none().then(|| key.public_id.to_string()));
    let user_id = user.map(|it| it.public_id.to_string());
    let pair = matches!(
        verified.kind,
        PresentedKind::Credential(CredentialKind::ApiKey | CredentialKind::LegacyToken)
    );
    Introspection {
        active: true,
        scope: Some(verified.scopes.to_string()),
        sub: user_id.clone().or_else(|| client.clone()),
        client_id: client,
        username: Some(user.map_or_else(|| key.label.clone(), |it| it.email.clone()))
            .filter(|name| !name.is_empty()),
        token_type: Some(if pair { "Basic" } else { "Bearer" }.to_owned()),
        exp: verified.expires_at.map(base::Timestamp::seconds),
        iat: Some(verified.issued_at.seconds()),
        nbf: None,
        aud: Some(chain.resource_server.identifier.clone()),
        iss: Some(ctx.issuer.identifier().to_owned()),
        jti: verified.token_id.map(|id| Id::<()>::from_u128(id).to_string()),
        organization,
        user: user_id,
        credential_kind: Some(verified.kind.as_str().to_owned()),
        inactive_reason: None,
    }
}
