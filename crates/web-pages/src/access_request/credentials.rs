//! The page of a one-time link. Loading the page does not use up the link, since mail scanners load every link. Its
//! button creates the secret and shows it.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use engine::access_requests::{self, Fetched, Offer};
use engine::{Denial, SignInReason, settle};
use oauth::Operation;

use super::templates::{CredentialsPage, OfferPage};
use crate::mail::for_people;
use crate::people::page::{Allowed, Layout, page};
use crate::people::templates::ErrorPage;
use crate::people::visit::Visit;

/// The purpose of the button's CSRF token.
const PURPOSE: &str = "credentials";

pub(super) async fn show(visit: &Visit<'_>, link: &str) -> Response<Body> {
    offered(visit, link, None).await
}

async fn offered(visit: &Visit<'_>, link: &str, foreign: Option<&Denial>) -> Response<Body> {
    let ctx = visit.context();
    match access_requests::offer(&ctx, link).await {
        Ok(Offer { client, until, .. }) => {
            let template = OfferPage {
                layout: Layout::of(visit),
                csrf: visit.token(PURPOSE, None),
                client_name: client.name.clone(),
                until: for_people(until),
                notice: foreign.map(|_| "The page was out of date. Nothing was lost: try again."),
            };
            let status = foreign.map_or(200, |denial| denial.problem().status());
            without_path(page(visit, status, &template, &Allowed::default()))
        }
        Err(denial) => gone(visit, &denial),
    }
}

pub(super) async fn post(visit: &Visit<'_>, link: &str) -> Response<Body> {
    let ctx = visit.context();
    if !visit.is_ours(PURPOSE, None) {
        let foreign = SignInReason::FormOfAnotherSession.into();
        visit.note(&ctx, &foreign);
        return offered(visit, link, Some(&foreign)).await;
    }
    let fetched = settle(&ctx, async |ctx| access_requests::fetch(&ctx, link).await).await;
    match fetched {
        Ok((fetched, _)) => shown(visit, &fetched),
        Err(denial) => gone(visit, &denial),
    }
}

fn shown(visit: &Visit<'_>, fetched: &Fetched) -> Response<Body> {
    let issuer = visit.state.issuer();
    let token = issuer.dialect().endpoint(Operation::Token);
    let path = token.and_then(|endpoint| endpoint.paths().first());
    let template = CredentialsPage {
        layout: Layout::of(visit),
        client_id: &fetched.client_id,
        secret: fetched.secret.expose(),
        audiences: &fetched.audiences,
        token_endpoint: path.map(|path| format!("{}{path}", issuer.url())),
    };
    without_path(page(visit, 200, &template, &Allowed::default()))
}

/// The page for a link that does not work, for ever or at present. All reasons that concern the link have one text.
fn gone(visit: &Visit<'_>, denial: &Denial) -> Response<Body> {
    visit.note(&visit.context(), denial);
    let status = denial.problem().status();
    let ours = status >= 500;
    let template = ErrorPage {
        layout: Layout::of(visit),
        heading: if ours { "That did not work" } else { "This link does not work any more" },
        text: if ours {
            "It is our fault, and nothing was lost.".to_owned()
        } else {
            "It was used or has expired, or another one was sent after it.".to_owned()
        },
        advice: if ours {
            "Please try again in a moment."
        } else {
            "Ask whoever gave it to you for another one."
        },
    };
    let status = if ours { status } else { 404 };
    without_path(page(visit, status, &template, &Allowed::default()))
}

/// Forbids the browser to send the path of this page, which has the link, to any page. It may send the origin: with
/// `no-referrer` the button's form would have `Origin: null`, and look like one of another site.
fn without_path(mut response: Response<Body>) -> Response<Body> {
    let policy = HeaderValue::from_static("strict-origin");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}
