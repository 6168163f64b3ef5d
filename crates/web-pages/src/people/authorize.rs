//! The pages of the authorization endpoint: the user chooses an organization, and allows or denies the app's request.
//!
//! Invariant: the app's request stays in the URL. The page that is shown follows from the URL and the session alone. A
//! form that is stale, of another site or of another session changes nothing: the same page is shown again.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use dialect::{Endpoint, PathValues};
use domain::Organization;
use engine::authorize::{self, AuthorizationDenial, AuthorizationRequest, ConsentScreen, Next};
use engine::people::SignedIn;
use engine::{ConsentReason, SignInReason, WriteContext};
use oauth::AuthorizationReply;
use store::Loaded;
use web_base::respond;

use super::forms::Form;
use super::page::{Allowed, Layout, page, see_other};
use super::resume::{self, ORGANIZATION};
use super::show::{self, STALE};
use super::templates::{ConsentPage, OrganizationPage, ScopeLine, UnverifiedPage};
use super::visit::Visit;

/// Answers a request to an authorization endpoint.
pub(super) async fn answer(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
) -> Response<Body> {
    let ctx = visit.context();
    // OpenID Connect Core §3.1.2.1: an app may POST its request. It is moved into the URL.
    let is_the_apps =
        |form: &Form| !form.has("csrf") && form.names().any(|name| endpoint.reads_query(name));
    if visit.form.as_ref().is_some_and(is_the_apps) {
        return show::into_url(visit);
    }
    match step(visit, &ctx, endpoint, path_values).await {
        Ok(response) => response,
        Err(AuthorizationDenial::Page(denial)) => show::denied(visit, &ctx, &denial),
        Err(denial) => {
            visit.note(&ctx, denial.denial());
            let shown_first = denial.is_shown_first();
            match denial.into_reply() {
                Ok(reply) if shown_first => unverified(visit, endpoint, &reply),
                Ok(reply) => back_to_app(visit, endpoint, &reply),
                Err(denial) => show::denied(visit, &ctx, &denial),
            }
        }
    }
}

async fn step(
    visit: &Visit<'_>,
    ctx: &WriteContext<'_>,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
) -> Result<Response<Body>, AuthorizationDenial> {
    let endpoint_of = (endpoint, path_values);
    let request =
        resume::authorization_request(ctx, endpoint_of, visit.query.as_deref(), visit.bindings())
            .await?;
    let person = visit.person(ctx).await.map_err(AuthorizationDenial::Page)?;
    // A choice that cannot be read is none: the page asks once more.
    let chosen = visit.query_parameter(ORGANIZATION).ok().flatten();
    let chosen = chosen.as_deref();
    let mut feedback = Feedback { notice: None, wrong: None };
    let mut allows = false;
    let next = authorize::next(ctx, &request, person.as_ref(), chosen).await?;
    if let (Some(form), Some(person)) = (&visit.form, &person) {
        let decision = form.field("decision");
        let already_allowed = matches!(next, Next::Reply(_));
        if !already_allowed && !visit.is_ours(&purpose(visit, &next), Some(person)) {
            visit.note(ctx, &SignInReason::FormOfAnotherSession.into());
            feedback.notice = Some(STALE);
        } else if decision == Some("deny") {
            visit.note(ctx, &ConsentReason::DeniedByUser.into());
            return Ok(back_to_app(visit, endpoint, &authorize::deny(ctx, &request)));
        } else if already_allowed {
            // The user allowed this before, perhaps by a double click: there is nothing to ask.
        } else if let (Next::Choose(_), Some(organization)) = (&next, form.field(ORGANIZATION)) {
            let choice = (ORGANIZATION, Some(organization));
            let query = visit.query.as_deref();
            return Ok(see_other(&resume::with(&visit.path, query, choice)));
        } else if decision == Some("allow") && !matches!(next, Next::Choose(_)) {
            allows = true;
        } else {
            feedback.wrong = Some("Choose one of these to go on.");
        }
    }
    let Some(person) = person else {
        return Ok(match next {
            Next::Reply(reply) => back_to_app(visit, endpoint, &reply),
            _ => resume::by_way_of_sign_in(visit, ctx, &request, None),
        });
    };
    Ok(match next {
        Next::SignIn => resume::by_way_of_sign_in(visit, ctx, &request, Some(&person)),
        Next::Choose(organizations) => {
            choose(visit, &request, &person, (&organizations, &feedback))
        }
        Next::Consent(screen) if allows => {
            // The consent is for the organization that the page named.
            let named = screen.organization.as_ref().map(|it| it.public_id.as_str());
            let reply = authorize::allow(ctx, &request, &person, named.or(chosen)).await?;
            back_to_app(visit, endpoint, &reply)
        }
        Next::Consent(screen) => consent(visit, &request, &person, (&screen, &feedback)),
        Next::Reply(reply) => back_to_app(visit, endpoint, &reply),
    })
}

/// The purpose of a form, which its CSRF token is bound to: the URL, and on the consent page also the organization
/// that the page names. The user's own choice may have changed since.
fn purpose(visit: &Visit<'_>, next: &Next) -> String {
    match next {
        Next::Consent(screen) => consent_purpose(visit, screen),
        Next::SignIn | Next::Choose(_) | Next::Reply(_) => visit.here(),
    }
}

fn consent_purpose(visit: &Visit<'_>, screen: &ConsentScreen) -> String {
    let organization = screen.organization.as_ref().map(|it| it.public_id.as_str());
    format!("{} for {}", visit.here(), organization.unwrap_or("oneself"))
}

/// What the page says about the form that was sent.
struct Feedback {
    notice: Option<&'static str>,
    wrong: Option<&'static str>,
}

impl Feedback {
    const fn status(&self) -> u16 {
        if self.notice.is_some() || self.wrong.is_some() { 400 } else { 200 }
    }
}

fn choose(
    visit: &Visit<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    (organizations, feedback): (&[Loaded<Organization>], &Feedback),
) -> Response<Body> {
    let here = visit.here();
    let template = OrganizationPage {
        layout: Layout::of(visit),
        app: show::app(&request.client),
        person: show::person(visit, person, Some(&here)),
        csrf: visit.token(&here, Some(person)),
        organizations: organizations
            .iter()
            .map(|it| (it.public_id.to_string(), it.name.clone()))
            .collect(),
        notice: feedback.notice,
        wrong: feedback.wrong,
    };
    page(visit, feedback.status(), &template, &allowed(request))
}

fn consent(
    visit: &Visit<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    (screen, feedback): (&ConsentScreen, &Feedback),
) -> Response<Body> {
    let here = visit.here();
    let query = visit.query.as_deref();
    let scopes = screen.scopes.iter().map(|requested| ScopeLine {
        name: requested.scope.to_string(),
        description: requested.description.clone(),
        is_new: screen.connected_since.is_some() && !requested.known,
    });
    let uri = request.target.uri();
    let template = ConsentPage {
        layout: Layout::of(visit),
        app: show::app(&request.client),
        person: show::person(visit, person, Some(&here)),
        csrf: visit.token(&consent_purpose(visit, screen), Some(person)),
        organization: screen.organization.as_ref().map(|it| it.name.clone()),
        other_organization: screen
            .may_choose
            .then(|| resume::with(&visit.path, query, (ORGANIZATION, None))),
        scopes: scopes.collect(),
        connected_since: screen.connected_since.map(show::day),
        destination: uri.host().unwrap_or_else(|| request.client.name.clone()),
        to_this_machine: uri.is_loopback() || uri.host().is_none(),
        stays: screen.stays,
        connected_apps: visit.at(super::paths::CONNECTED_APPS),
        // The consent page has no choice, so `wrong` is not shown.
        notice: feedback.notice,
    };
    page(visit, feedback.status(), &template, &allowed(request))
}

fn allowed(request: &AuthorizationRequest) -> Allowed {
    let image = request.client.logo_uri.as_deref().and_then(show::logo_source);
    Allowed { image, form_to_app: true }
}

/// The page that shows an error to the user, before they may follow it to an app that nobody verified.
fn unverified(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    reply: &AuthorizationReply,
) -> Response<Body> {
    let to_app = back_to_app(visit, endpoint, reply);
    let location = to_app.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
    let uri = &reply.redirect_uri;
    let failure = reply.outcome.as_ref().err();
    let template = UnverifiedPage {
        layout: Layout::of(visit),
        text: failure.map(|it| it.description.clone()).unwrap_or_default(),
        destination: uri.host().unwrap_or_else(|| uri.origin()),
        location: location.unwrap_or_default().to_owned(),
    };
    let status = failure.map_or(400, |it| it.problem.status());
    page(visit, status, &template, &Allowed::default())
}

/// The redirect back to the app, in the format of the dialect.
fn back_to_app(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    reply: &AuthorizationReply,
) -> Response<Body> {
    let context = visit.state.reply_context(&visit.origin.request_id);
    let dialect = visit.state.issuer().dialect();
    let mut response = respond::outgoing(dialect.encode_authorization(endpoint, reply, &context));
    let headers = response.headers_mut();
    // The app must not learn this URL, and other sites must not learn the URL with the code.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
