//! The pages: a home page and a message. No script and nothing from other origins, which the
//! headers enforce.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::session::{Connection, Notice, Session};
use crate::settings::Settings;

const STYLE: &str = include_str!("../assets/partner.css");
/// The number of characters of an API's answer that are shown.
const SHOWN: usize = 3_000;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    notice: Option<&'a Notice>,
    providers: Vec<ProviderCard>,
    connections: Vec<ConnectionCard<'a>>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
}

struct ProviderCard {
    key: &'static str,
    name: &'static str,
    purpose: &'static str,
    host: String,
    connected: usize,
}

struct ConnectionCard<'a> {
    connection: &'a Connection,
    provider: &'static str,
    account: &'a str,
    scopes: String,
    left: String,
    token: String,
    answer: Option<(&'static str, u16, String)>,
}

/// The home page.
pub(crate) fn home(settings: &Settings, session: &Session) -> Response {
    let providers = settings.registrations.iter().map(|at| {
        let (name, purpose) = at.provider.words();
        let of = |connection: &&Connection| connection.provider == at.provider;
        let connected = session.connections.iter().filter(of).count();
        let host = at.base.split_once("://").map_or("", |(_, host)| host).to_owned();
        ProviderCard { key: at.provider.name(), name, purpose, host, connected }
    });
    let home = Home {
        notice: session.notice.as_ref(),
        providers: providers.collect(),
        connections: session.connections.iter().rev().map(card).collect(),
    };
    page(settings, StatusCode::OK, home.render())
}

fn card(connection: &Connection) -> ConnectionCard<'_> {
    let answer = connection.call.as_ref().map(|call| {
        let body = format!("{:#}", call.answer.body);
        (call.request, call.answer.status, body.chars().take(SHOWN).collect())
    });
    ConnectionCard {
        connection,
        provider: connection.provider.words().0,
        account: match connection.account.name.as_str() {
            "" => "an account without a name",
            name => name,
        },
        scopes: connection.tokens.scopes.join(" "),
        left: connection.tokens.left(),
        token: connection.tokens.access.hint(),
        answer,
    }
}

/// A page with a message.
pub(crate) fn message(
    settings: &Settings,
    status: StatusCode,
    title: &str,
    text: &str,
) -> Response {
    page(settings, status, Message { title, text }.render())
}

/// `GET /partner.css`
pub(crate) async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, STYLE).into_response()
}

fn page(settings: &Settings, status: StatusCode, html: askama::Result<String>) -> Response {
    let Ok(html) = html else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        HeaderValue::from_str(value).map(|value| headers.insert(name, value))
    };
    // Browsers apply `form-action` to redirects after a form, too: here, to the providers.
    let bases = settings.registrations.iter().map(|at| at.base.as_str());
    let targets = bases.collect::<Vec<_>>().join(" ");
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {targets}"
    );
    let set = [
        put(header::CONTENT_SECURITY_POLICY, &policy),
        put(header::CACHE_CONTROL, "no-store"),
        // Not `no-referrer`: forms would then be sent with `Origin: null` and look foreign.
        put(header::REFERRER_POLICY, "same-origin"),
        put(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if set.iter().any(Result::is_err) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    response
}
