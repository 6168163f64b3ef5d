//! The authorization request is standard. The token endpoints accept JSON, and answer the first
//! exchange with 201. A connection is for one company; another company needs another connection.

use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use serde_json::{Value, json};

use super::registered::{Account, Call, Departure, Registered, at, text, words};
use crate::callback::{Attempt, Verifier};
use crate::error::AppError;
use crate::http::{ask, succeed};
use crate::tokens::{Token, Tokens};

const SCOPES: [&str; 2] = ["settlement:read", "wallet-summary:read"];
/// As documented; the answer does not contain it.
const LIFETIME: Duration = Duration::from_secs(3_600);

pub(super) fn depart(to: &Registered<'_>) -> Result<Departure, AppError> {
    let unusable = |_| AppError::Unexpected("its address is no URL");
    let client = BasicClient::new(ClientId::new(to.at.client_id.clone()))
        .set_auth_uri(AuthUrl::new(to.url("/oauth2/authorize")).map_err(unusable)?)
        .set_redirect_uri(RedirectUrl::new(to.redirect_uri()).map_err(unusable)?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let verifier = Verifier(verifier.into_secret());
    let attempt = Attempt { state: Some(state.into_secret()), verifier };
    Ok(Departure { url: url.into(), attempt })
}

pub(super) async fn exchange(
    to: &Registered<'_>,
    code: &str,
    attempt: &Attempt,
) -> Result<Tokens, AppError> {
    let request = to.http.post(&to.url("/oauth2/token/create")).json(&json!({
        "grant_type": "authorization_code",
        "client_id": to.at.client_id,
        "client_secret": to.at.client_secret,
        "code": code,
        "code_verifier": attempt.verifier.0,
        "redirect_uri": to.redirect_uri(),
    }));
    tokens(&succeed(request).await?)
}

pub(super) async fn refresh(to: &Registered<'_>, token: &Token) -> Result<Tokens, AppError> {
    let request = to.http.post(&to.url("/oauth2/token/refresh")).json(&json!({
        "grant_type": "refresh_token",
        "client_id": to.at.client_id,
        "client_secret": to.at.client_secret,
        "refresh_token": token.expose(),
    }));
    tokens(&succeed(request).await?)
}

fn tokens(answer: &Value) -> Result<Tokens, AppError> {
    let tokens = Tokens {
        access: Token::new(text(answer, "access_token")?),
        refresh: Some(Token::new(text(answer, "refresh_token")?)),
        scopes: words(&text(answer, "scope")?),
        expires: None,
    };
    Ok(tokens.lasting(Some(LIFETIME)))
}

/// RFC 7009. Revoking the refresh token ends the access tokens minted from it.
pub(super) async fn let_go(to: &Registered<'_>, tokens: &Tokens) -> Result<(), AppError> {
    let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
    let request = to.http.post(&to.url("/revoke"));
    let request = request.basic_auth(&to.at.client_id, Some(&to.at.client_secret));
    succeed(request.form(&[("token", token.expose())])).await.map(|_| ())
}

/// The company's id is in the token, its name in the API.
pub(super) async fn account(to: &Registered<'_>, tokens: &Tokens) -> Account {
    let id = tokens.access.claim("companyId").and_then(|id| id.as_str().map(str::to_owned));
    let request = to.http.get(&to.url("/v1/wallet/summary")).bearer_auth(tokens.access.expose());
    let name = succeed(request).await.map(|answer| at(&answer, "/data/name")).unwrap_or_default();
    Account { id: id.unwrap_or_default(), name }
}

pub(super) async fn call(to: &Registered<'_>, token: &Token) -> Result<Call, AppError> {
    let url = to.url("/v1/settlements?pageSize=2");
    let answer = ask(to.http.get(&url).bearer_auth(token.expose())).await?;
    Ok(Call { request: "GET /v1/settlements?pageSize=2", answer })
}
