//! The authorization endpoint as a person meets it: choose an organization, say yes or no.
//!
//! Invariant: the app's request stays in the URL, and what is shown follows from it and the session
//! alone. A form that is stale, foreign or of another session shows the same page once more.

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

use super::page::{Allowed, Layout, page, see_other};
use super::resume::{self, ORGANIZATION};
use super::show::{self, STALE};
use super::templates::{ConsentPage, OrganizationPage, ScopeLine};
use super::visit::Visit;

/// Answers a request to an authorization endpoint.
pub(super) async fn answer(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
) -> Response<Body> {
    let ctx = visit.context();
    // OpenID Connect Core §3.1.2.1: an app may send its request as a form. It goes into the URL.
    if visit.form.as_ref().is_some_and(|form| form.has("client_id") && !form.has("csrf")) {
        return show::into_url(visit, &ctx);
    }
    match step(visit, &ctx, endpoint, path_values).await {
        Ok(response) => response,
        Err(AuthorizationDenial::Page(denial)) => show::denied(visit, &ctx, &denial),
        Err(refused) => {
            visit.note(&ctx, refused.denial());
            match refused.into_reply() {
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
    let asking = resume::asking(ctx, (endpoint, path_values), visit.query.as_deref()).await?;
    let person = visit.person(ctx).await.map_err(AuthorizationDenial::Page)?;
    let chosen = visit.asked_for(ORGANIZATION);
    let chosen = chosen.as_deref();
    let mut feedback = Feedback { notice: None, wrong: None };
    let mut allows = false;
    let next = authorize::next(ctx, &asking, person.as_ref(), chosen).await?;
    if let (Some(form), Some(person)) = (&visit.form, &person) {
        let decision = form.field("decision");
        let remembered = matches!(next, Next::Reply(_));
        if !remembered && !visit.is_ours(&purpose(visit, &next), Some(person)) {
            visit.note(ctx, &SignInReason::FormForeign.into());
            feedback.notice = Some(STALE);
        } else if decision == Some("deny") {
            visit.note(ctx, &ConsentReason::DeniedByUser.into());
            return Ok(back_to_app(visit, endpoint, &authorize::deny(ctx, &asking)));
        } else if remembered {
            // They said yes before, perhaps on this very page: nothing is left to ask.
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
            _ => see_other(&resume::by_way_of_sign_in(visit, ctx, &asking)),
        });
    };
    Ok(match next {
        Next::SignIn => see_other(&resume::by_way_of_sign_in(visit, ctx, &asking)),
        Next::Choose(organizations) => choose(visit, &asking, &person, (&organizations, &feedback)),
        Next::Consent(screen) if allows => {
            // For the one that the page named, and no other.
            let named = screen.organization.as_ref().map(|it| it.public_id.as_str());
            let reply = authorize::allow(ctx, &asking, &person, named.or(chosen)).await?;
            back_to_app(visit, endpoint, &reply)
        }
        Next::Consent(screen) => consent(visit, &asking, &person, (&screen, &feedback)),
        Next::Reply(reply) => back_to_app(visit, endpoint, &reply),
    })
}

/// What the form of a page is good for: the address, and where it asks for consent, the
/// organization that it names. That of the person may have become another one since.
fn purpose(visit: &Visit<'_>, next: &Next) -> String {
    match next {
        Next::Consent(screen) => consent_to(visit, screen),
        Next::SignIn | Next::Choose(_) | Next::Reply(_) => visit.here(),
    }
}

fn consent_to(visit: &Visit<'_>, screen: &ConsentScreen) -> String {
    let organization = screen.organization.as_ref().map(|it| it.public_id.as_str());
    format!("{} for {}", visit.here(), organization.unwrap_or("oneself"))
}

/// What the page says about the form that came before it.
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
    asking: &AuthorizationRequest,
    person: &SignedIn,
    (organizations, feedback): (&[Loaded<Organization>], &Feedback),
) -> Response<Body> {
    let here = visit.here();
    let template = OrganizationPage {
        layout: Layout::of(visit),
        app: show::app(&asking.client),
        person: show::person(visit, person, Some(&here)),
        csrf: visit.token(&here, Some(person)),
        organizations: organizations
            .iter()
            .map(|it| (it.public_id.to_string(), it.name.clone()))
            .collect(),
        notice: feedback.notice,
        wrong: feedback.wrong,
    };
    page(visit, feedback.status(), &template, &allowed(asking))
}

fn consent(
    visit: &Visit<'_>,
    asking: &AuthorizationRequest,
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
    let uri = asking.target.uri();
    let template = ConsentPage {
        layout: Layout::of(visit),
        app: show::app(&asking.client),
        person: show::person(visit, person, Some(&here)),
        csrf: visit.token(&consent_to(visit, screen), Some(person)),
        organization: screen.organization.as_ref().map(|it| it.name.clone()),
        other_organization: screen
            .may_choose
            .then(|| resume::with(&visit.path, query, (ORGANIZATION, None))),
        scopes: scopes.collect(),
        connected_since: screen.connected_since.map(show::day),
        destination: uri.host().unwrap_or_else(|| asking.client.name.clone()),
        to_this_machine: uri.is_loopback() || uri.host().is_none(),
        stays: screen.stays,
        connected_apps: visit.at(super::paths::CONNECTED_APPS),
        // What was wrong with a choice is of no interest once there is nothing to choose.
        notice: feedback.notice,
    };
    page(visit, feedback.status(), &template, &allowed(asking))
}

fn allowed(asking: &AuthorizationRequest) -> Allowed {
    let image = asking.client.logo_uri.as_deref().and_then(show::logo_source);
    Allowed { image, ..Allowed::leading_to(asking.target.uri()) }
}

/// The way back to the app, as the dialect writes it.
fn back_to_app(
    visit: &Visit<'_>,
    endpoint: &Endpoint,
    reply: &AuthorizationReply,
) -> Response<Body> {
    let context = visit.state.reply_context(&visit.origin.request_id);
    let dialect = visit.state.issuer().dialect();
    let mut response = respond::outgoing(dialect.encode_authorization(endpoint, reply, &context));
    let headers = response.headers_mut();
    // Where the person comes from is nobody's business, and the address holds the code.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
