//! The API that the request is for: the named one (RFC 8707 §2), else the app's default, else the
//! only API of the realm. Of several named ones it is the app's default.

use domain::{Client, Status};
use oauth::Parameters;

use super::input::{Audience, CheckInput, Draft};
use crate::admin::find::only_resource_server;
use crate::chain::link;
use crate::{Context, Denial, GrantReason, ScopeReason, audience};

/// Looks up the API that the request is for.
pub(in crate::authorize) async fn read(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<Audience, Denial> {
    let mut named = match audience::named(ctx, parameters).await? {
        Ok(named) => named,
        Err(reason) => return Ok(Audience::Refused(reason)),
    };
    match (named.pop(), client.default_audience) {
        (Some(one), _) if named.is_empty() => Ok(Audience::Known(one)),
        (Some(one), default) => {
            named.push(one);
            let own = named.into_iter().find(|server| Some(server.id) == default);
            Ok(own.map_or(Audience::Refused(ScopeReason::AudiencesSeveral), Audience::Known))
        }
        (None, Some(default)) => Ok(Audience::Known(link(ctx, default).await?)),
        (None, None) => {
            let only = only_resource_server(ctx).await?;
            Ok(only.map_or(Audience::Refused(ScopeReason::AudienceMissing), Audience::Known))
        }
    }
}

/// Records the API. It must exist and be active.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    match input.audience {
        Audience::Known(server) if server.status == Status::Suspended => {
            Err(GrantReason::ResourceServerSuspended.into())
        }
        Audience::Known(server) => {
            draft.resource_server = Some(server.clone());
            Ok(())
        }
        Audience::Refused(reason) => Err(reason.clone().into()),
    }
}
