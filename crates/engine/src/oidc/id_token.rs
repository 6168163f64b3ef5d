//! ID tokens (OpenID Connect Core §2, §3.1.3.6).

use base::Secret;
use base::digest::sha256;
use base::encoding::base64url;
use domain::Client;
use jose::{Algorithm, Compact};
use oauth::{AccessToken, IdToken};
use serde::Deserialize;
use serde_json::json;

use super::algorithm;
use crate::grants::Identity;
use crate::mint::Mint;
use crate::{AccessTokenReason, Context, Denial, ServerReason, identity};

/// Lifetime of an ID token, in seconds. It describes one sign-in and gives no access.
const LIFETIME: i64 = 3_600;

/// Issues an ID token for the user of an access token; `None` if the chain has no user or no
/// client.
///
/// # Errors
/// [`ServerReason::NoSigningKey`] when the realm has no key for the algorithm.
pub(crate) fn id_token(
    ctx: &Context<'_>,
    mint: &Mint,
    identity: &Identity,
    access_token: &Secret<AccessToken>,
) -> Result<Option<Secret<IdToken>>, Denial> {
    let (Some(user), Some(client)) = (&mint.chain.user, &mint.chain.client) else {
        return Ok(None);
    };
    let Some(default) = algorithm(ctx.issuer.dialect()) else { return Ok(None) };
    let algorithm = client.id_token_signed_response_alg.unwrap_or(default);
    let now = ctx.now.seconds();
    let mut claims = identity::claims(user, &mint.scopes);
    claims.extend([
        ("iss".to_owned(), json!(ctx.issuer.identifier())),
        ("aud".to_owned(), json!(client.public_id)),
        ("iat".to_owned(), json!(now)),
        ("exp".to_owned(), json!(now.saturating_add(LIFETIME))),
        ("auth_time".to_owned(), json!(identity.authenticated_at.seconds())),
    ]);
    if let Some(nonce) = &identity.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    if let Some(organization) = &mint.chain.organization {
        claims.insert("organization".to_owned(), json!(organization.public_id));
    }
    // §3.1.3.6: OPTIONAL in this flow. No specification says which hash belongs to Ed25519.
    if algorithm != Algorithm::EdDSA {
        claims.insert("at_hash".to_owned(), json!(half_of_hash(access_token.expose())));
    }
    let missing = || ServerReason::NoSigningKey(algorithm.as_str());
    let keys = ctx.issuer.keys();
    let signer = keys.identity_signer(algorithm, ctx.now).ok_or_else(missing)?;
    let payload = serde_json::to_vec(&claims).map_err(|_| missing())?;
    Ok(Some(Secret::new(signer.sign(&payload).map_err(|_| missing())?)))
}

/// The left half of the SHA-256, in base64url (§3.1.3.6).
fn half_of_hash(text: &str) -> String {
    let hash = sha256(text.as_bytes());
    let (half, _) = hash.split_at(16);
    base64url(half)
}

/// The claims of an ID token that comes back as a hint.
#[derive(Debug, Deserialize)]
pub(super) struct HintClaims {
    iss: String,
    /// The subject: public id of the user.
    pub(super) sub: String,
    /// The audience: public id of the client.
    pub(super) aud: String,
    /// When the person authenticated: in every ID token of this issuer, and in no access token.
    #[serde(rename = "auth_time")]
    _auth_time: i64,
}

/// Reads an ID token of this issuer that comes back as a hint. An expired one is accepted (OpenID
/// Connect RP-Initiated Logout §2). What else the issuer signs has another `typ`, or lacks a claim
/// that every ID token has.
///
/// # Errors
/// [`AccessTokenReason::Jwt`] for anything that is no ID token of this issuer.
pub(super) fn read_hint(ctx: &Context<'_>, text: &str) -> Result<HintClaims, Denial> {
    let token = Compact::parse(text).map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    if !token.header().is_type("JWT") {
        return Err(AccessTokenReason::Jwt("it is no ID token".to_owned()).into());
    }
    let keys = ctx.issuer.keys();
    let payload = keys.verify(&token).map_err(|error| AccessTokenReason::Jwt(error.to_string()))?;
    let claims: HintClaims = serde_json::from_slice(payload)
        .map_err(|_| AccessTokenReason::Jwt("it is no ID token".to_owned()))?;
    if claims.iss == ctx.issuer.identifier() {
        Ok(claims)
    } else {
        Err(AccessTokenReason::Jwt("another issuer made it".to_owned()).into())
    }
}

/// The subject of an ID token that `client` sends back as a hint. It must have been issued to that
/// client.
///
/// # Errors
/// As [`read_hint`].
pub(crate) fn subject_of_hint(
    ctx: &Context<'_>,
    client: &Client,
    text: &str,
) -> Result<String, Denial> {
    let claims = read_hint(ctx, text)?;
    if claims.aud == client.public_id.as_str() {
        Ok(claims.sub)
    } else {
        Err(AccessTokenReason::Jwt("it was issued to another client".to_owned()).into())
    }
}
