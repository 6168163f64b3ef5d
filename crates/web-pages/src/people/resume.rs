//! Reads and checks the app's request in the URL, and keeps it byte for byte through sign-in.

use axum::body::Body;
use axum::http::{Response, header};
use dialect::{Endpoint, Incoming, PathValues, Route};
use engine::authorize::{self, AuthorizationDenial, AuthorizationRequest};
use engine::people::SignedIn;
use engine::{Context, RequestReason};
use oauth::{Operation, form};

use super::page::see_other;
use super::return_to::ReturnTo;
use super::visit::Visit;

/// The parameter that proves when the user was sent to the sign-in page.
const LOGIN_AFTER: &str = "login_after";
/// The parameter with the organization that the user chose.
pub(super) const ORGANIZATION: &str = "organization";

/// Reads and checks the app's request in `query`. `browsers` are the bindings of the user's browser.
pub(super) async fn authorization_request(
    ctx: &Context<'_>,
    (endpoint, path_values): (&Endpoint, PathValues<'_>),
    query: Option<&str>,
    browsers: &[String],
) -> Result<AuthorizationRequest, AuthorizationDenial> {
    let incoming =
        Incoming { path_values, query, content_type: None, authorization: &[], body: &[] };
    let request = ctx.issuer.dialect().decode(endpoint, &incoming);
    let request = request
        .map_err(|failure| AuthorizationDenial::Page(RequestReason::Malformed(failure).into()))?;
    let checked = authorize::check(ctx, &request).await?;
    // A marker that cannot be read counts as none.
    let marker = form::value(query.unwrap_or_default().as_bytes(), LOGIN_AFTER).ok().flatten();
    Ok(checked.returning(ctx, marker.as_deref(), browsers))
}

/// The app's request at `return_to`; `None` where there is no valid one.
pub(super) async fn waiting(
    ctx: &Context<'_>,
    return_to: &ReturnTo<'_>,
) -> Option<AuthorizationRequest> {
    let (path, query) = return_to.parts();
    match ctx.issuer.dialect().route("GET", path) {
        Route::Found { endpoint, path_values }
            if endpoint.operation() == Operation::Authorization =>
        {
            // Who must sign in is asked at the authorization endpoint.
            authorization_request(ctx, (endpoint, path_values), query, &[]).await.ok()
        }
        _ => None,
    }
}

/// Whether a user who returns there can be redirected to an app: also with an error, so a request need not be valid.
pub(super) fn can_end_at_an_app(ctx: &Context<'_>, return_to: &ReturnTo<'_>) -> bool {
    let (path, _) = return_to.parts();
    match ctx.issuer.dialect().route("GET", path) {
        Route::Found { endpoint, .. } => endpoint.operation().is_for_browsers(),
        _ => false,
    }
}

/// Redirects to the sign-in page, which returns to the app's `request`. `person` is who is signed in now.
pub(super) fn by_way_of_sign_in(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: Option<&SignedIn>,
) -> Response<Body> {
    let marker = authorize::login_marker(ctx, request, visit.binding(), person);
    let here = with(&visit.path, visit.query.as_deref(), (LOGIN_AFTER, Some(&marker)));
    let mut response = see_other(&sign_in_then(visit, &here));
    if let Some(cookie) = visit.new_form_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The URL of the sign-in page, which returns to `path`, a path with its query.
pub(super) fn sign_in_then(visit: &Visit<'_>, path: &str) -> String {
    with(&visit.at(super::paths::SIGN_IN), None, ("return_to", Some(&escaped(path))))
}

/// Percent-encodes the characters that some browsers send as they are in a query, but that a [`ReturnTo`] does not
/// allow. The app's parameters keep their values.
fn escaped(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'<' | b'>' | b'"');
    let spell = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    path.bytes().map(spell).collect()
}

/// A path with its query, with the parameter `name` set to a value or removed. All else stays byte for byte.
pub(super) fn with(path: &str, query: Option<&str>, (name, value): (&str, Option<&str>)) -> String {
    let others = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let named =
        |pair: &str| form::pairs(pair.as_bytes()).any(|it| it.name().is_some_and(|it| it == name));
    let mut pairs: Vec<String> = others.filter(|it| !named(it)).map(ToOwned::to_owned).collect();
    if let Some(value) = value {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        pairs.push(format!("{name}={value}"));
    }
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_parameter_is_replaced_and_all_else_stays_byte_for_byte() {
        let query = "state=a%2bB+%C3%A9&organization=o1&x&f=%e4&scope=a%20b&%6frganization=o2";
        assert_eq!(
            with("/authorize", Some(query), ("organization", Some("o 3"))),
            "/authorize?state=a%2bB+%C3%A9&x&f=%e4&scope=a%20b&organization=o+3"
        );
        assert_eq!(with("/a", Some("organization=o1"), ("organization", None)), "/a");
        assert_eq!(with("/a", None, ("organization", Some("o"))), "/a?organization=o");
    }
}
