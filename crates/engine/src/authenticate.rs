//! Client authentication (RFC 6749 §2.3): `client_secret_basic`, `client_secret_post`, `none`.
//!
//! Invariant: an [`Authenticated`] exists only after the presented proof was checked. A client with
//! a secret is also checked to be active.

use domain::{Client, Credential, CredentialKind, PublicId, ResourceServer, Status};
use oauth::{ClientAuthMethod, GrantType, Parameter, Request};
use store::{Loaded, StoreError, StoreExt as _};

use crate::chain::check_client;
use crate::secrets::{check_alive, find, find_key, refuse_white_space};
use crate::{Chain, ClientReason, Context, CredentialReason, Denial, GrantReason};

/// An authenticated caller: a client, an API key or a resource server.
#[derive(Clone, Debug)]
pub enum Authenticated {
    /// A client. A public client has no secret.
    Client {
        /// The client.
        client: Loaded<Client>,
        /// The secret that the client presented; `None`: it presented none.
        secret: Option<Loaded<Credential>>,
    },
    /// An organization's API key, which may be exchanged for a token like a client's secret.
    Key {
        /// The key.
        credential: Loaded<Credential>,
        /// The chain that the key depends on.
        chain: Box<Chain>,
    },
    /// A resource server.
    ResourceServer(Loaded<ResourceServer>),
}

impl Authenticated {
    /// The public id of the client, key or resource server.
    pub fn public_id(&self) -> &PublicId {
        match self {
            Self::Client { client, .. } => &client.public_id,
            Self::Key { credential, .. } => &credential.public_id,
            Self::ResourceServer(server) => &server.public_id,
        }
    }
}

/// The client authentication that a request carries.
struct Proof<'a> {
    id: &'a str,
    secret: Option<&'a str>,
    method: ClientAuthMethod,
}

/// Authenticates the sender of `request`.
///
/// # Errors
/// The private reason why the authentication failed.
pub async fn authenticate(ctx: &Context<'_>, request: &Request) -> Result<Authenticated, Denial> {
    let proof = proof(request)?;
    refuse_white_space("client id", proof.id)?;
    if let Some(secret) = proof.secret {
        refuse_white_space("client secret", secret)?;
    }
    let realm = ctx.issuer.realm();
    // While the database cannot be reached, a client that is not found may exist. A resource server
    // or key of this id that is in memory is accepted all the same; otherwise the denial reports
    // the store error, and not an unknown client.
    let (client, store_error) =
        unless_unavailable(ctx.store.by_public_id::<Client>(realm, proof.id).await)?;
    if let Some(client) = client {
        ctx.recognize(&client.public_id);
        return client_proof(ctx, client, &proof, proves_itself_by_code(request)).await;
    }
    let Some(secret) = proof.secret else {
        let unknown = || ClientReason::Unknown(proof.id.to_owned()).into();
        return Err(store_error.map_or_else(unknown, Denial::from));
    };
    let server = ctx.store.by_public_id::<ResourceServer>(realm, proof.id).await;
    let (server, server_error) = unless_unavailable(server)?;
    if let Some(server) = server {
        ctx.recognize(&server.public_id);
        return resource_server_proof(ctx, server, secret).await;
    }
    let store_error = store_error.or(server_error);
    let of_legacy_token = ClientReason::AuthMethodNotAllowed(proof.method);
    let found = find_key(ctx, (proof.id, secret), of_legacy_token).await;
    let key = found.map_err(|denial| store_error.map_or(denial, Denial::from))?;
    let chain = Box::new(Chain::of_credential(ctx, &key).await?);
    Ok(Authenticated::Key { credential: key.credential, chain })
}

/// The result of a look-up, and the error where the store cannot be reached. Other errors are
/// returned.
fn unless_unavailable<T>(
    found: Result<Option<T>, StoreError>,
) -> Result<(Option<T>, Option<StoreError>), StoreError> {
    match found {
        Ok(found) => Ok((found, None)),
        Err(error @ StoreError::Unavailable(_)) => Ok((None, Some(error))),
        Err(failed) => Err(failed),
    }
}

fn proof(request: &Request) -> Result<Proof<'_>, Denial> {
    let posted_id = request.parameters.value(Parameter::ClientId);
    let posted_secret = request.parameters.value(Parameter::ClientSecret);
    match (&request.basic, posted_id, posted_secret) {
        (Some(_), _, Some(_)) => Err(ClientReason::TwoAuthentications.into()),
        // The body may repeat the client id of the Basic header: this is no second authentication.
        (Some(basic), Some(id), None) if basic.id != id => {
            Err(ClientReason::TwoAuthentications.into())
        }
        (Some(basic), _, None) => Ok(Proof {
            id: &basic.id,
            secret: Some(basic.secret.expose()),
            method: ClientAuthMethod::ClientSecretBasic,
        }),
        (None, Some(id), Some(secret)) => {
            Ok(Proof { id, secret: Some(secret), method: ClientAuthMethod::ClientSecretPost })
        }
        (None, Some(id), None) => Ok(Proof { id, secret: None, method: ClientAuthMethod::None }),
        (None, None, _) => Err(ClientReason::NoAuthentication.into()),
    }
}

async fn client_proof(
    ctx: &Context<'_>,
    client: Loaded<Client>,
    proof: &Proof<'_>,
    by_code: bool,
) -> Result<Authenticated, Denial> {
    let secret = match proof.secret {
        None => None,
        Some(text) => {
            let secret = find(ctx, CredentialKind::ClientSecret, text).await?;
            if secret.client() != Some(client.id) {
                return Err(CredentialReason::OfAnotherOwner(CredentialKind::ClientSecret).into());
            }
            check_alive(ctx, &secret)?;
            Some(secret)
        }
    };
    // A confidential client may omit its secret only where a code verifier proves its identity.
    let bare = secret.is_none() && !client.is_public() && !by_code;
    if bare || !client.auth_methods.contains(&proof.method) {
        return Err(ClientReason::AuthMethodNotAllowed(proof.method).into());
    }
    // A caller without a secret does not learn whether the client is suspended. The check follows
    // later, on the chain of the code or refresh token that it presents.
    if secret.is_some() {
        check_client(ctx, &client).await?;
    }
    Ok(Authenticated::Client { client, secret })
}

/// Whether the request exchanges a code with a verifier that was secret until now. A plain
/// challenge is no secret (RFC 7636 §7.2). The parameters count only for the authorization code
/// grant: with a refresh token they prove nothing (RFC 6749 §6).
fn proves_itself_by_code(request: &Request) -> bool {
    let has = |parameter| request.parameters.value(parameter).is_some();
    let grant = request.parameters.value(Parameter::GrantType);
    let exchanges = grant == Some(GrantType::AuthorizationCode.as_str());
    let plain = request.parameters.value(Parameter::CodeChallengeMethod) == Some("plain");
    exchanges && has(Parameter::Code) && has(Parameter::CodeVerifier) && !plain
}

async fn resource_server_proof(
    ctx: &Context<'_>,
    server: Loaded<ResourceServer>,
    text: &str,
) -> Result<Authenticated, Denial> {
    let kind = CredentialKind::ResourceServerSecret;
    let secret = find(ctx, kind, text).await?;
    if secret.resource_server() != Some(server.id) {
        return Err(CredentialReason::OfAnotherOwner(kind).into());
    }
    check_alive(ctx, &secret)?;
    if server.status != Status::Active {
        return Err(GrantReason::ResourceServerSuspended.into());
    }
    Ok(Authenticated::ResourceServer(server))
}
