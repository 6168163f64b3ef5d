//! Makes the values of pages from the engine's records.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use base::Timestamp;
use domain::Client;
use engine::people::SignedIn;
use engine::{Context, Denial};
use oauth::{ErrorResponse, Problem, RedirectUri};

use super::page::{Allowed, Layout, page, see_other, source};
use super::templates::{App, ErrorPage, Person};
use super::visit::Visit;

/// The message about a form of another session or of a stale page.
pub(super) const STALE: &str =
    "This page was out of date, so nothing was done. Please confirm once more.";

/// The values of an app.
pub(super) fn app(client: &Client) -> App {
    // Only a logo whose origin the content security policy can name.
    let https = |it: &&String| it.starts_with("https://");
    App {
        name: client.name.clone(),
        logo: client.logo_uri.as_ref().filter(|it| logo_source(it).is_some()).cloned(),
        home: client.client_uri.as_ref().filter(https).cloned(),
        description: client.description.clone(),
    }
}

/// The origin of a logo, for the content security policy.
pub(super) fn logo_source(logo: &str) -> Option<String> {
    let uri: RedirectUri = logo.parse().ok()?;
    if uri.is_https() || uri.is_loopback() { source(&uri) } else { None }
}

/// The values of the signed-in user. `back` is the URL to return to after signing in as another user.
pub(super) fn person(visit: &Visit<'_>, person: &SignedIn, back: Option<&str>) -> Person {
    let switch = match back {
        Some(back) => super::resume::sign_in_then(visit, back),
        None => super::resume::with(&visit.at(super::paths::SIGN_IN), None, ("switch", Some("1"))),
    };
    Person { name: person.user.name.clone(), email: person.user.email.clone(), switch }
}

/// A day in an unambiguous format.
pub(super) fn day(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = at.to_string();
    let mut parts = text.split(['-', 'T']);
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|it| it.parse::<usize>().ok()).and_then(|it| MONTHS.get(it - 1));
    match (day, month, year) {
        (Some(day), Some(month), Some(year)) => {
            format!("{} {month} {year}", day.trim_start_matches('0'))
        }
        _ => text,
    }
}

/// A waiting time in words.
pub(super) fn wait(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// Records a denial and shows the error page.
pub(super) fn denied(visit: &Visit<'_>, ctx: &Context<'_>, denial: &Denial) -> Response<Body> {
    visit.note(ctx, denial);
    error_page(visit, &denial.error_response())
}

/// The error page.
pub(super) fn error_page(visit: &Visit<'_>, failure: &ErrorResponse) -> Response<Body> {
    let (heading, advice) = words(failure.problem);
    let layout = Layout::of(visit);
    let template = ErrorPage { layout, heading, text: failure.description.clone(), advice };
    let mut response = page(visit, failure.problem.status(), &template, &Allowed::default());
    if matches!(failure.problem, Problem::TemporarilyUnavailable) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// Redirects a request that an app sent by POST to the same request in the URL. There it survives sign-in. And
/// browsers do not send the session's cookie with a POST from another site. Bytes that no URL has are escaped.
pub(super) fn into_url(visit: &Visit<'_>) -> Response<Body> {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'#' | b'"' | b'<' | b'>' | b'\\');
    let mut url = visit.path.clone();
    let query = visit.query.as_deref().unwrap_or_default();
    let mut mark = '?';
    for part in [query.as_bytes(), &visit.body] {
        if part.is_empty() {
            continue;
        }
        url.push(mark);
        mark = '&';
        for byte in part {
            match plain(*byte) {
                true => url.push(char::from(*byte)),
                false => url.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    see_other(&url)
}

/// The title of an error page, and a sentence on what the user can do.
const fn words(problem: Problem) -> (&'static str, &'static str) {
    match problem {
        Problem::UnknownApp | Problem::UnauthorizedClient | Problem::ClientSuspended => (
            "This app cannot be connected",
            "The link that brought you here names an app that is not registered, or may not ask \
             for access. Nothing was shared. Go back to the app, and tell those who make it.",
        ),
        Problem::InvalidRedirect => (
            "This link does not lead back to the app",
            "The address to return to is not one that the app has registered, so you are not sent \
             there. Nothing was shared. If you did not expect this, close the page; else tell \
             those who make the app.",
        ),
        Problem::TemporarilyUnavailable => {
            ("Not available at the moment", "Wait a few seconds, then load the page again.")
        }
        Problem::ServerError => (
            "Something went wrong on our side",
            "Nothing was shared. Try again; if it stays like this, ask for help.",
        ),
        Problem::NotFound => ("There is nothing here", "Check the address, or go back."),
        Problem::MethodNotAllowed | Problem::UnsupportedMediaType | Problem::PayloadTooLarge => {
            ("This request cannot be read", "Go back, load the page again and send the form anew.")
        }
        _ => (
            "This link does not work",
            "It is incomplete, or was changed on its way. Nothing was shared. Go back to the app \
             and begin there once more; if it happens again, tell those who make it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_waits_are_in_words() {
        assert_eq!(day("2026-03-07T23:00:00Z".parse().unwrap()), "7 March 2026");
        assert_eq!((wait(1).as_str(), wait(90).as_str()), ("a second", "90 seconds"));
        assert_eq!(wait(91), "2 minutes");
    }

    #[test]
    fn a_logo_is_shown_only_if_a_policy_can_name_its_origin() {
        assert_eq!(
            logo_source("https://cdn.example/a.png").as_deref(),
            Some("https://cdn.example")
        );
        for bad in ["javascript:alert(1)", "http://cdn.example/a.png", "data:image/png,x", "a.png"]
        {
            assert_eq!(logo_source(bad), None, "{bad}");
        }
    }
}
