//! A flow of its own: the app's id and a challenge in the path, an access code back, JSON at the
//! token endpoint. There is no `state`. The challenge, which the session keeps, binds the answer to
//! this session: without it the code cannot be exchanged.

use std::time::Duration;

use oauth2::PkceCodeChallenge;
use serde_json::{Value, json};

use super::registered::{Account, Call, Departure, Registered, at, text};
use crate::callback::{Attempt, Verifier};
use crate::error::AppError;
use crate::http::{ask, succeed};
use crate::tokens::{Token, Tokens};

/// As documented; the answer does not contain it.
const LIFETIME: Duration = Duration::from_secs(180 * 86_400);
const WHO: &str = "{ activeUser { id name email company } }";

pub(super) fn depart(to: &Registered<'_>) -> Departure {
    // Letters, digits, `-` and `_`: 256 random bits, safe in a path.
    let challenge = PkceCodeChallenge::new_random_sha256().1.into_secret();
    let url = to.url(&format!("/authn/verify/{}/{challenge}", to.at.client_id));
    Departure { url, attempt: Attempt { state: None, verifier: Verifier(challenge) } }
}

pub(super) async fn exchange(
    to: &Registered<'_>,
    code: &str,
    attempt: &Attempt,
) -> Result<Tokens, AppError> {
    let request = to.http.post(&to.url("/auth/token")).json(&json!({
        "appId": to.at.client_id,
        "appSecret": to.at.client_secret,
        "accessCode": code,
        "challenge": attempt.verifier.0,
    }));
    tokens(&succeed(request).await?)
}

pub(super) async fn refresh(to: &Registered<'_>, token: &Token) -> Result<Tokens, AppError> {
    let request = to.http.post(&to.url("/auth/token")).json(&json!({
        "appId": to.at.client_id,
        "appSecret": to.at.client_secret,
        "refreshToken": token.expose(),
    }));
    tokens(&succeed(request).await?)
}

fn tokens(answer: &Value) -> Result<Tokens, AppError> {
    let tokens = Tokens {
        access: Token::new(text(answer, "token")?),
        refresh: answer.get("refreshToken").and_then(Value::as_str).map(Token::new),
        scopes: Vec::new(),
        expires: None,
    };
    Ok(tokens.lasting(Some(LIFETIME)))
}

pub(super) async fn let_go(to: &Registered<'_>, tokens: &Tokens) -> Result<(), AppError> {
    let request = to.http.post(&to.url("/auth/logout")).json(&json!({
        "token": tokens.access.expose(),
        "refreshToken": tokens.refresh.as_ref().map(Token::expose),
    }));
    succeed(request).await.map(|_| ())
}

pub(super) async fn account(to: &Registered<'_>, tokens: &Tokens) -> Account {
    match ask(graphql(to, &tokens.access)).await {
        Ok(answer) => Account {
            id: at(&answer.body, "/data/activeUser/id"),
            name: at(&answer.body, "/data/activeUser/name"),
        },
        Err(_) => Account::default(),
    }
}

pub(super) async fn call(to: &Registered<'_>, token: &Token) -> Result<Call, AppError> {
    let answer = ask(graphql(to, token)).await?;
    Ok(Call { request: "POST /graphql { activeUser … }", answer })
}

fn graphql(to: &Registered<'_>, token: &Token) -> reqwest::RequestBuilder {
    let request = to.http.post(&to.url("/graphql")).bearer_auth(token.expose());
    request.json(&json!({ "query": WHO }))
}
