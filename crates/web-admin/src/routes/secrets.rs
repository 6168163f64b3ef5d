//! `/clients/{id}/secrets` and `/resource-servers/{id}/secrets`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::client_secrets::{self, NewSecret};
use engine::admin::credentials::{self as all, OwnerFilter};
use engine::admin::{clients, resource_server_secrets, resource_servers};
use engine::{AdminReason, Denial, Outcome};
use web_rest::views::{List, NoQuery, PageParams, Reason};
use web_rest::{Made, row};

use super::credentials::{self, CredentialView, IssuedView};
use crate::call::{Call, Table};

const OF_CLIENT: CredentialKind = CredentialKind::ClientSecret;
const OF_SERVER: CredentialKind = CredentialKind::ResourceServerSecret;

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("secrets:read", "secrets:write");
    let of_client = "/clients/{id}/secrets";
    let one_of_client = "/clients/{id}/secrets/{secret}";
    let revoke_of_client = "/clients/{id}/secrets/{secret}/revoke";
    let of_server = "/resource-servers/{id}/secrets";
    let one_of_server = "/resource-servers/{id}/secrets/{secret}";
    let revoke_of_server = "/resource-servers/{id}/secrets/{secret}/revoke";
    table
        .about("Secrets", "The secrets with which clients and resource servers authenticate.")
        .create(
            row(
                MethodFilter::POST,
                of_client,
                write,
                "Give a client another secret: to rotate, revoke the old one afterwards",
            ),
            create_of_client,
        )
        .read(row(MethodFilter::GET, of_client, read, "List a client's secrets"), list_of_client)
        .read(row(MethodFilter::GET, one_of_client, read, "Read a client's secret"), show_client)
        .change(
            row(MethodFilter::POST, revoke_of_client, write, "Revoke a client's secret"),
            revoke_client,
        )
        .create(
            row(MethodFilter::POST, of_server, write, "Give a resource server another secret"),
            create_of_server,
        )
        .read(
            row(MethodFilter::GET, of_server, read, "List a resource server's secrets"),
            list_of_server,
        )
        .read(
            row(MethodFilter::GET, one_of_server, read, "Read a resource server's secret"),
            show_server,
        )
        .change(
            row(MethodFilter::POST, revoke_of_server, write, "Revoke a resource server's secret"),
            revoke_server,
        )
}

async fn create_of_client(
    call: Call,
    input: Arc<NewSecret>,
) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    let outcome = client_secrets::create(&ctx, call.actor(), call.id(), &input).await?;
    credentials::made(&ctx, outcome).await
}

async fn create_of_server(
    call: Call,
    input: Arc<NewSecret>,
) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let ctx = call.context();
    let outcome = resource_server_secrets::create(&ctx, call.actor(), call.id(), &input).await?;
    credentials::made(&ctx, outcome).await
}

async fn list_of_client(call: Call, page: PageParams) -> Result<List<CredentialView>, Denial> {
    clients::read(&call.context(), call.id()).await?;
    let owned_by = OwnerFilter { client: Some(call.id().to_owned()), ..OwnerFilter::default() };
    credentials::list(call, OF_CLIENT, owned_by, page.into()).await
}

async fn list_of_server(call: Call, page: PageParams) -> Result<List<CredentialView>, Denial> {
    resource_servers::read(&call.context(), call.id()).await?;
    let owned_by =
        OwnerFilter { resource_server: Some(call.id().to_owned()), ..OwnerFilter::default() };
    credentials::list(call, OF_SERVER, owned_by, page.into()).await
}

/// Checks that the secret in the path belongs to the owner in the path.
async fn check_owner(call: &Call, kind: CredentialKind) -> Result<(), Denial> {
    let ctx = call.context();
    let id = call.path("secret");
    let secret = all::read(&ctx, kind, id).await?;
    let its = match kind {
        OF_SERVER => {
            let owner = resource_servers::read(&ctx, call.id()).await?;
            secret.resource_server() == Some(owner.id)
        }
        _ => secret.client() == Some(clients::read(&ctx, call.id()).await?.id),
    };
    let missing = || AdminReason::NotFound { what: kind.as_str(), id: id.to_owned() };
    if its { Ok(()) } else { Err(missing().into()) }
}

async fn show_client(call: Call, _: NoQuery) -> Result<CredentialView, Denial> {
    check_owner(&call, OF_CLIENT).await?;
    credentials::show(call.clone(), OF_CLIENT, call.path("secret")).await
}

async fn show_server(call: Call, _: NoQuery) -> Result<CredentialView, Denial> {
    check_owner(&call, OF_SERVER).await?;
    credentials::show(call.clone(), OF_SERVER, call.path("secret")).await
}

async fn revoke_client(call: Call, reason: Arc<Reason>) -> Result<Outcome<CredentialView>, Denial> {
    check_owner(&call, OF_CLIENT).await?;
    credentials::revoke(call.clone(), OF_CLIENT, call.path("secret"), reason).await
}

async fn revoke_server(call: Call, reason: Arc<Reason>) -> Result<Outcome<CredentialView>, Denial> {
    check_owner(&call, OF_SERVER).await?;
    credentials::revoke(call.clone(), OF_SERVER, call.path("secret"), reason).await
}
