//! Userinfo (OpenID Connect Core §5.3): who the person behind an access token is.

use base::Id;
use domain::{Credential, CredentialKind};
use oauth::{Reply, Request};

use crate::present::{Presented, PresentedAt, PresentedKind, present};
use crate::{AdminReason, ClientReason, Context, Denial, DeniedAt, identity};

/// Answers a userinfo request. Also returns which credential was used.
///
/// # Errors
/// RFC 6750 §3.1: `invalid_token` without an active access token, `insufficient_scope` when it does
/// not have `openid`.
pub(crate) async fn userinfo(
    ctx: &Context<'_>,
    request: &Request,
) -> Result<(Reply, Id<Credential>), Denial> {
    let missing = || ClientReason::NoAuthentication.at(DeniedAt::Bearer);
    let token = request.bearer.as_ref().ok_or_else(missing)?;
    let verified = present(ctx, &Presented::Token(token.expose()), PresentedAt::Api).await?;
    // API keys and personal access tokens were not given to an app by the person's consent.
    let minted = matches!(
        verified.kind,
        PresentedKind::AccessToken | PresentedKind::Credential(CredentialKind::AccessToken)
    );
    let user = verified.chain.user.as_ref();
    let Some(user) = user.filter(|_| minted && verified.scopes.contains(identity::OPENID)) else {
        return Err(AdminReason::NotPermitted(identity::OPENID.to_owned()).into());
    };
    let mut claims = identity::claims(user, &verified.scopes);
    if let Some(organization) = &verified.chain.organization {
        claims.insert("organization".to_owned(), serde_json::json!(organization.public_id));
    }
    let claims = serde_json::Value::Object(claims).to_string();
    Ok((Reply::UserInfo(claims), verified.credential.id))
}
