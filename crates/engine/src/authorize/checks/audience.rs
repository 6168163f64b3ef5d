//! The API that the request is for: the named one (RFC 8707 §2), else the app's default, else the
//! only API of the realm.

use domain::{Client, Status};
use oauth::{Parameter, Parameters};
use store::StoreExt as _;

use super::input::{Audience, CheckInput, Draft};
use crate::admin::find::only_resource_server;
use crate::chain::link;
use crate::{Context, Denial, GrantReason, ScopeReason};

/// Looks up the API that the request is for.
pub(in crate::authorize) async fn read(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<Audience, Denial> {
    let names = [Parameter::Audience, Parameter::Resource].map(|it| parameters.value(it));
    let named = match names {
        // A token is for one API, so a second, different name is an error.
        [Some(one), Some(other)] if one != other => return Ok(Audience::Unknown(other.to_owned())),
        [one, other] => one.or(other),
    };
    match (named, client.default_audience) {
        (Some(named), _) if named.contains(char::is_control) => Ok(unknown(named)),
        (Some(named), _) => {
            let found = ctx.store.by_handle(ctx.issuer.realm(), named).await?;
            Ok(found.map_or_else(|| unknown(named), Audience::Known))
        }
        (None, Some(default)) => Ok(Audience::Known(link(ctx, default).await?)),
        (None, None) => {
            Ok(only_resource_server(ctx).await?.map_or(Audience::Missing, Audience::Known))
        }
    }
}

fn unknown(named: &str) -> Audience {
    Audience::Unknown(named.to_owned())
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
        Audience::Unknown(name) => Err(ScopeReason::AudienceUnknown(name.clone()).into()),
        Audience::Missing => Err(ScopeReason::AudienceMissing.into()),
    }
}
