//! The client: an active app of this realm (RFC 6749 §2.2, §4.1.1).

use domain::{Client, ClientKind, PublicId};
use oauth::{GrantType, Parameter, Parameters};
use store::{Loaded, StoreExt as _};

use super::input::{CheckInput, Draft};
use super::parameters;
use crate::chain::check_client;
use crate::{AuthorizationReason, Context, Denial, DeniedAt, RequestReason};

/// Finds the app. The app and its owner must be active.
pub(in crate::authorize) async fn check(
    ctx: &Context<'_>,
    parameters: &Parameters,
) -> Result<Loaded<Client>, Denial> {
    parameters::check_one(parameters, Parameter::ClientId)?;
    let named = parameters.value(Parameter::ClientId);
    let named = named.ok_or(RequestReason::ParameterMissing(Parameter::ClientId))?;
    let unknown = || AuthorizationReason::UnknownApp(named.to_owned());
    let public_id: PublicId = named.parse().map_err(|_| unknown())?;
    let found = ctx.store.by_public_id(ctx.issuer.realm(), public_id.as_str()).await?;
    // Machine clients have no authorization requests: they count as unknown here.
    let client = found.filter(|it: &Loaded<Client>| it.kind == ClientKind::App);
    let client = client.ok_or_else(unknown)?;
    ctx.recognize(&client.public_id);
    check_client(ctx, &client).await.map_err(|denial| denial.at(DeniedAt::AuthorizationPage))?;
    Ok(client)
}

/// Checks that the app is registered for authorization codes (RFC 6749 §4.1.2.1,
/// `unauthorized_client`).
pub(in crate::authorize) fn grant_type_allowed(
    input: &CheckInput<'_>,
    _: &mut Draft,
) -> Result<(), Denial> {
    if input.client.grant_types.contains(&GrantType::AuthorizationCode) {
        Ok(())
    } else {
        Err(AuthorizationReason::GrantTypeNotAllowed.into())
    }
}
