//! The web site: a page, and the actions of its buttons. Each button sends a POST and is redirected
//! to the page, so that going back or reloading repeats nothing.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::Provider;
use crate::callback::Callback;
use crate::error::AppError;
use crate::http::Http;
use crate::providers::Registered;
use crate::session::{Connection, Notice, Session, Sessions};
use crate::settings::Settings;
use crate::{pages, providers};

const COOKIE: &str = "partner_app";

/// The state of all handlers.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) settings: Settings,
    http: Http,
    sessions: Sessions,
}

type Shared = State<Arc<Site>>;

impl Site {
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self { settings, http: Http::new()?, sessions: Sessions::default() })
    }

    fn registered(&self, provider: Provider) -> Option<Registered<'_>> {
        let at = self.settings.at(provider)?;
        Some(Registered { http: &self.http, settings: &self.settings, at })
    }

    /// The session id of this visitor, if it is valid.
    fn session(&self, headers: &HeaderMap) -> Option<String> {
        // Cookies of other programs on this host may have any bytes.
        let cookies = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
        let cookies = cookies.flat_map(|it| it.split(|byte| *byte == b';'));
        let texts = cookies.filter_map(|it| std::str::from_utf8(it).ok());
        let mut pairs = texts.filter_map(|it| it.split_once('='));
        let (_, name) = pairs.find(|(name, _)| name.trim() == COOKIE)?;
        self.sessions.with(name.trim(), |_| name.trim().to_owned())
    }

    fn say(&self, session: &str, good: bool, text: impl Into<String>) {
        let notice = Notice { good, text: text.into() };
        self.sessions.with(session, |session| session.notice = Some(notice));
    }

    /// The visitor's connection `id` in its current state.
    fn connection(&self, headers: &HeaderMap, id: &str) -> Option<(String, Connection)> {
        let session = self.session(headers)?;
        let connection = self.sessions.with(&session, |it| it.connection(id).cloned())??;
        Some((session, connection))
    }

    fn update(&self, session: &str, id: &str, act: impl FnOnce(&mut Connection)) {
        self.sessions.with(session, |session| session.connection(id).map(act));
    }

    /// Whether a form of another site sent this. The cookie is `SameSite=Lax`, which keeps out
    /// other sites but not other ports of this host, so the origin is checked as well.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN);
        origin.is_some_and(|origin| origin.as_bytes() != self.settings.base.as_bytes())
    }
}

/// `GET /`
pub(crate) async fn home(State(site): Shared, headers: HeaderMap) -> Response {
    let session = site.session(&headers);
    let seen = session.and_then(|name| {
        site.sessions.with(&name, |session| {
            let seen = session.clone();
            session.notice = None;
            seen
        })
    });
    pages::home(&site.settings, &seen.unwrap_or_default())
}

/// `POST /connect/{provider}`: redirects the user to the provider, and remembers the attempt.
pub(crate) async fn connect(
    State(site): Shared,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Response {
    if site.is_foreign(&headers) {
        return foreign(&site);
    }
    let provider = Provider::named(&provider);
    let Some(registered) = provider.and_then(|provider| site.registered(provider)) else {
        return nothing_here(State(site)).await;
    };
    let session = site.session(&headers).unwrap_or_else(|| site.sessions.begin());
    let to = match registered.depart() {
        Ok(providers::Departure { url, attempt }) => {
            let provider = registered.at.provider;
            site.sessions.with(&session, |it| it.attempts.insert(provider, attempt));
            url
        }
        Err(error) => {
            site.say(&session, false, error.to_string());
            "/".to_owned()
        }
    };
    // Lax, not Strict: the callback comes from another site and needs this session.
    let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response()
}

/// `GET /callback/{provider}`: the user comes back.
pub(crate) async fn callback(
    State(site): Shared,
    Path(provider): Path<String>,
    Query(query): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    let provider = Provider::named(&provider);
    let Some(registered) = provider.and_then(|provider| site.registered(provider)) else {
        return nothing_here(State(site)).await;
    };
    let Some(session) = site.session(&headers) else {
        return pages::message(
            &site.settings,
            StatusCode::BAD_REQUEST,
            "This is not where it began",
            "Your browser came back without the session that began to connect. Begin again.",
        );
    };
    match finish(&site, registered, &session, query).await {
        Ok(connection) => {
            let (name, _) = registered.at.provider.words();
            site.say(&session, true, format!("{name} is connected."));
            site.sessions.with(&session, |session: &mut Session| session.keep(connection));
        }
        Err(error) => site.say(&session, error == AppError::Denied, error.to_string()),
    }
    // Redirects to an address without the code, so that the code is not in the history.
    Redirect::to("/").into_response()
}

async fn finish(
    site: &Site,
    registered: Registered<'_>,
    session: &str,
    query: Callback,
) -> Result<Connection, AppError> {
    let provider = registered.at.provider;
    // Removes the attempt: it accepts one answer.
    let attempt = site.sessions.with(session, |it| it.attempts.remove(&provider)).flatten();
    let attempt = attempt.ok_or(AppError::NotOurs("nothing was begun here"))?;
    let code = query.code(&attempt, &registered.at.base)?;
    let tokens = registered.exchange(&code, attempt).await?;
    let account = registered.account(&tokens).await;
    Ok(Connection::new(provider, account, tokens))
}

/// `POST /connections/{id}/call`
pub(crate) async fn call(
    State(site): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if site.is_foreign(&headers) {
        return foreign(&site);
    }
    if let Some((session, connection)) = site.connection(&headers, &id)
        && let Some(registered) = site.registered(connection.provider)
    {
        match registered.call(&connection.tokens.access).await {
            Ok(call) => site.update(&session, &id, |it| it.call = Some(call)),
            Err(error) => site.say(&session, false, error.to_string()),
        }
    }
    Redirect::to("/").into_response()
}

/// `POST /connections/{id}/refresh`
pub(crate) async fn refresh(
    State(site): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if site.is_foreign(&headers) {
        return foreign(&site);
    }
    if let Some((session, connection)) = site.connection(&headers, &id)
        && let Some(registered) = site.registered(connection.provider)
        && let Some(token) = &connection.tokens.refresh
    {
        match registered.refresh(token).await {
            Ok(tokens) => {
                site.update(&session, &id, |it| {
                    // A provider that does not rotate, or does not narrow, may omit these.
                    let old = std::mem::replace(&mut it.tokens, tokens);
                    it.tokens.refresh = it.tokens.refresh.take().or(old.refresh);
                    if it.tokens.scopes.is_empty() {
                        it.tokens.scopes = old.scopes;
                    }
                    it.refreshed += 1;
                });
                site.say(&session, true, "The connection has new tokens.");
            }
            Err(error) => {
                if error.ends_the_connection() {
                    site.update(&session, &id, |it| it.ended = Some(error.to_string()));
                }
                site.say(&session, false, error.to_string());
            }
        }
    }
    Redirect::to("/").into_response()
}

/// `POST /connections/{id}/disconnect`
pub(crate) async fn disconnect(
    State(site): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if site.is_foreign(&headers) {
        return foreign(&site);
    }
    if let Some((session, connection)) = site.connection(&headers, &id)
        && let Some(registered) = site.registered(connection.provider)
    {
        // A connection that has ended need not be revoked.
        let answer = match &connection.ended {
            Some(_) => Ok(()),
            None => registered.let_go(&connection.tokens).await,
        };
        match answer {
            Ok(()) => {
                site.sessions.with(&session, |it| it.connections.retain(|it| it.id != id));
                site.say(&session, true, "The connection is gone, here and at the provider.");
            }
            Err(error) => site.say(&session, false, error.to_string()),
        }
    }
    Redirect::to("/").into_response()
}

/// Any other path.
pub(crate) async fn nothing_here(State(site): Shared) -> Response {
    let text = "There is nothing at this address.";
    pages::message(&site.settings, StatusCode::NOT_FOUND, "Not found", text)
}

fn foreign(site: &Site) -> Response {
    let text = "This was sent from another site. Nothing was done.";
    pages::message(&site.settings, StatusCode::FORBIDDEN, "Not from here", text)
}
