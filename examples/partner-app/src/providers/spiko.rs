//! Standard OAuth 2.0 by the `oauth2` crate, except revocation: the crate refuses to revoke without
//! TLS, which the demo does not have.

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    TokenResponse as _, TokenUrl,
};

use super::registered::{Account, Call, Departure, Registered, at};
use crate::callback::{Attempt, Verifier};
use crate::error::AppError;
use crate::http::{ask, succeed};
use crate::tokens::{Token, Tokens};

/// Without it there is no refresh token.
const SCOPE: &str = "offline";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn client(to: &Registered<'_>) -> Result<Client, AppError> {
    let unusable = |_| AppError::Unexpected("its address is no URL");
    // The crate sends id and secret by HTTP Basic, each form-encoded, as RFC 6749 §2.3.1 says.
    Ok(BasicClient::new(ClientId::new(to.at.client_id.clone()))
        .set_client_secret(ClientSecret::new(to.at.client_secret.clone()))
        .set_auth_uri(AuthUrl::new(to.url("/oauth2/auth")).map_err(unusable)?)
        .set_token_uri(TokenUrl::new(to.url("/oauth2/token")).map_err(unusable)?)
        .set_redirect_uri(RedirectUrl::new(to.redirect_uri()).map_err(unusable)?))
}

pub(super) fn depart(to: &Registered<'_>) -> Result<Departure, AppError> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client(to)?
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new(SCOPE.to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let verifier = Verifier(verifier.into_secret());
    let attempt = Attempt { state: Some(state.into_secret()), verifier };
    Ok(Departure { url: url.into(), attempt })
}

pub(super) async fn exchange(
    to: &Registered<'_>,
    code: &str,
    attempt: Attempt,
) -> Result<Tokens, AppError> {
    let client = client(to)?;
    let request = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.0));
    let answer = request.request_async(to.http).await;
    answer.map(tokens).map_err(error)
}

pub(super) async fn refresh(to: &Registered<'_>, token: &Token) -> Result<Tokens, AppError> {
    let (client, token) = (client(to)?, RefreshToken::new(token.expose().to_owned()));
    let request = client.exchange_refresh_token(&token);
    let answer = request.request_async(to.http).await;
    answer.map(tokens).map_err(error)
}

fn tokens(answer: BasicTokenResponse) -> Tokens {
    let tokens = Tokens {
        access: Token::new(answer.access_token().secret()),
        refresh: answer.refresh_token().map(|token| Token::new(token.secret())),
        scopes: answer.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect(),
        expires: None,
    };
    tokens.lasting(answer.expires_in())
}

fn error<E: std::error::Error>(
    error: RequestTokenError<E, oauth2::basic::BasicErrorResponse>,
) -> AppError {
    match error {
        RequestTokenError::ServerResponse(answer) => AppError::Refused {
            status: 400,
            code: answer.error().to_string(),
            description: answer.error_description().cloned().unwrap_or_default(),
        },
        RequestTokenError::Request(_) => AppError::Unreachable,
        _ => AppError::Unexpected("no tokens in it"),
    }
}

/// RFC 7009. Revoking the refresh token ends the access tokens minted from it.
pub(super) async fn let_go(to: &Registered<'_>, tokens: &Tokens) -> Result<(), AppError> {
    let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
    let request = to.http.post(&to.url("/oauth2/revoke"));
    let request = request.basic_auth(&to.at.client_id, Some(&to.at.client_secret));
    succeed(request.form(&[("token", token.expose())])).await.map(|_| ())
}

/// The token is opaque: its issuer returns its claims (RFC 7662).
pub(super) async fn account(to: &Registered<'_>, tokens: &Tokens) -> Account {
    let request = to.http.post(&to.url("/oauth2/introspect"));
    let request = request.basic_auth(&to.at.client_id, Some(&to.at.client_secret));
    match succeed(request.form(&[("token", tokens.access.expose())])).await {
        Ok(answer) => Account { id: at(&answer, "/organization"), name: at(&answer, "/username") },
        Err(_) => Account::default(),
    }
}

pub(super) async fn call(to: &Registered<'_>, token: &Token) -> Result<Call, AppError> {
    let request = to.http.get(&to.url("/v1/investors/")).bearer_auth(token.expose());
    Ok(Call { request: "GET /v1/investors/", answer: ask(request).await? })
}
