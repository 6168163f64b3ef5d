//! `/sign-out`, and sign-out at the request of an app (OpenID Connect RP-Initiated Logout 1.0).
//!
//! Invariant: a link alone does not sign a user out, unless it has an `id_token_hint` for the signed-in user.
//! Otherwise the page asks the user (§2 leaves it to the provider).

use axum::body::Body;
use axum::http::{Method, Response, header};
use dialect::{Endpoint, Incoming, PathValues};
use engine::oidc::EndSession;
use engine::people::SignedIn;
use engine::{Context, Denial, RequestReason, SignInReason, WriteContext};
use web_base::cookies::Cookie;
use web_base::respond;

use super::page::{Allowed, Layout, page, see_other};
use super::show::{self, STALE};
use super::templates::{SignOutPage, SignedOutPage};
use super::visit::Visit;

const PURPOSE: &str = "sign out";

/// The redirect after sign-out.
type Onward<'a> = Option<(&'a Endpoint, &'a EndSession)>;

/// Answers a request to `/sign-out`.
pub(super) async fn answer(visit: &Visit<'_>) -> Response<Body> {
    let ctx = visit.context();
    match step(visit, &ctx, None).await {
        Ok(response) => response,
        Err(denial) => show::denied(visit, &ctx, &denial),
    }
}

/// Answers a request to an end-session endpoint.
pub(super) async fn at_an_apps_request(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
) -> Response<Body> {
    let ctx = visit.context();
    // An app may POST its request (§2). The form of our own page has a CSRF token.
    if visit.form.as_ref().is_some_and(|form| !form.has("csrf")) {
        return show::into_url(visit);
    }
    let wish = match read(visit, &ctx, (endpoint, path_values)).await {
        Ok(wish) => wish,
        Err(denial) => return show::denied(visit, &ctx, &denial),
    };
    match step(visit, &ctx, Some((endpoint, &wish))).await {
        Ok(response) => response,
        Err(denial) => show::denied(visit, &ctx, &denial),
    }
}

async fn read(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    (endpoint, path_values): (&Endpoint, PathValues<'_>),
) -> Result<EndSession, Denial> {
    let incoming = Incoming {
        path_values,
        query: visit.query.as_deref(),
        content_type: None,
        authorization: &[],
        body: &[],
    };
    let request =
        ctx.issuer.dialect().decode(endpoint, &incoming).map_err(RequestReason::Malformed)?;
    engine::oidc::end_session(ctx, &request).await
}

async fn step(
    visit: &Visit<'_>,
    ctx: &WriteContext<'_>,
    onward: Onward<'_>,
) -> Result<Response<Body>, Denial> {
    let Some(person) = visit.person(ctx).await? else {
        // No page was seen yet: a link must not lead to an app that nobody verified.
        let verified = |(_, wish): &(&Endpoint, &EndSession)| {
            wish.client.as_ref().is_some_and(|client| client.verified)
        };
        return Ok(done(visit, onward.filter(verified)));
    };
    let hinted = onward.and_then(|(_, wish)| wish.user_hint.as_ref());
    let proven =
        hinted.is_some_and(|user| *user == person.user.public_id) && visit.method != Method::HEAD;
    let ours = visit.form.as_ref().is_some_and(|form| form.has("csrf"));
    if ours && visit.is_ours(PURPOSE, Some(&person)) || proven {
        let cookie = visit.cookie(Cookie::Session).unwrap_or_default();
        engine::settle(ctx, async |ctx| engine::people::sign_out(&ctx, cookie).await).await?;
        return Ok(done(visit, onward));
    }
    let notice = ours.then_some(STALE);
    if ours {
        visit.note(ctx, &SignInReason::FormOfAnotherSession.into());
    }
    Ok(ask(visit, &person, onward, notice))
}

fn ask(
    visit: &Visit<'_>,
    person: &SignedIn,
    onward: Onward<'_>,
    notice: Option<&'static str>,
) -> Response<Body> {
    let wish = onward.map(|(_, wish)| wish);
    let template = SignOutPage {
        layout: Layout::of(visit),
        app: wish.and_then(|wish| wish.client.as_ref()).map(|client| show::app(client)),
        person: show::person(visit, person, None),
        csrf: visit.token(PURPOSE, Some(person)),
        notice,
    };
    let redirect = wish.and_then(|wish| wish.redirect.as_ref());
    let allowed = Allowed { form_to_app: redirect.is_some(), image: None };
    page(visit, if notice.is_some() { 400 } else { 200 }, &template, &allowed)
}

/// The response after sign-out.
fn done(visit: &Visit<'_>, onward: Onward<'_>) -> Response<Body> {
    let issuer = visit.state.issuer();
    let back = onward.and_then(|(endpoint, wish)| {
        let redirect = wish.redirect.as_ref()?;
        let context = visit.state.reply_context(&visit.origin.request_id);
        let onward = (redirect, wish.state.as_deref());
        Some(respond::outgoing(issuer.dialect().encode_signed_out(endpoint, onward, &context)))
    });
    let mut response = match back {
        Some(response) => response,
        // After a form, a redirect: so reloading the page does not send the form again.
        None if visit.form.is_some() => see_other(&visit.at(super::paths::SIGN_OUT)),
        None => {
            let sign_in = visit.at(super::paths::SIGN_IN);
            let template = SignedOutPage { layout: Layout::of(visit), sign_in };
            page(visit, 200, &template, &Allowed::default())
        }
    };
    if visit.cookie(Cookie::Session).is_some()
        && let Some(forget) = Cookie::Session.forget(issuer)
    {
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    response
}
