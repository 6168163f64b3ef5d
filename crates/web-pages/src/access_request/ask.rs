//! The form of an access request.
//!
//! Invariant: the answer does not depend on whether the person or their organization is known. If the page is stale, a
//! field is wrong or a limit is reached, the form is shown again with all that the person typed, and with what happened.
//!
//! The day of a realm is shared: a network has its part, and one part of the day is only for networks from which
//! nothing came yet. The e-mail address earns nothing, since nobody has proved it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use engine::access_requests::{MAX_USE_CASE, NewAccessRequest, submit};
use engine::attempts::{Allowance, Network};
use engine::{AdminReason, Denial, LinkReason, Reason, RequestReason, SignInReason, settle};
use oauth::ErrorResponse;

use super::page::SENT;
use super::submissions::SubmissionLock;
use super::templates::{FieldError, FormPage, FormValues, SentPage};
use crate::people::forms;
use crate::people::page::{Allowed, Layout, page, see_other};
use crate::people::visit::Visit;

/// The purpose of the form's CSRF token.
const PURPOSE: &str = "access-request";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The request of a network that is its first of a day.
const FIRST: Allowance = Allowance::per(1, DAY);

/// The requests from one network: a few people in one office may ask.
const fn of_network(size: Network) -> Option<Allowance> {
    match size {
        Network::Link | Network::Home => None,
        Network::Site => Some(Allowance::per(10, DAY)),
        Network::Provider => Some(Allowance::per(20, DAY)),
    }
}

pub(super) fn show(visit: &Visit<'_>) -> Response<Body> {
    form(visit, 200, FormValues::default(), (None, None))
}

pub(super) fn sent(visit: &Visit<'_>) -> Response<Body> {
    page(visit, 200, &SentPage { layout: Layout::of(visit) }, &Allowed::default())
}

pub(super) async fn post(
    visit: &Visit<'_>,
    submissions: &SubmissionLock,
    unreadable: Option<ErrorResponse>,
) -> Response<Body> {
    let typed = typed(visit);
    let ctx = visit.context();
    let refused = match unreadable {
        Some(failure) => Some(Denial::from(RequestReason::Malformed(failure))),
        None if !visit.is_ours(PURPOSE, None) => Some(SignInReason::FormOfAnotherSession.into()),
        None => None,
    };
    if let Some(denial) = refused {
        return show_again(visit, typed, &denial);
    }
    if fills_hidden_field(visit) {
        return show_again(visit, typed, &LinkReason::HiddenFieldFilled.into());
    }
    let attempts = &visit.state.app().attempts;
    let realm = visit.realm_name();
    let name =
        |size: Network| Some(format!("access request {realm} {}", size.of(visit.origin.address?)?));
    let buckets: Vec<_> = [Network::Site, Network::Provider]
        .into_iter()
        .filter_map(|size| Some((name(size)?, of_network(size)?)))
        .collect();
    let counted: Vec<_> = buckets.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    if let Err(seconds) = attempts.take(&counted, ctx.now) {
        return show_again(visit, typed, &SignInReason::TooManyAttempts(seconds).into());
    }
    let first = name(Network::Site).map(|name| format!("first {name}")).unwrap_or_default();
    let first = [(first.as_str(), FIRST)];
    let new = NewAccessRequest {
        name: typed.name.clone(),
        organization: typed.organization.clone(),
        use_case: typed.use_case.clone(),
        contact: typed.contact.clone(),
        first_of_network: attempts.take(&first, ctx.now).is_ok(),
    };
    let submitted = {
        let _one_at_a_time = submissions.queue.lock().await;
        settle(&ctx, async |ctx| submit(&ctx, &new).await).await
    };
    match submitted {
        Ok(_) => see_other(&visit.at(SENT)),
        Err(denial) => {
            attempts.give_back(&counted);
            if new.first_of_network {
                attempts.give_back(&first);
            }
            show_again(visit, typed, &denial)
        }
    }
}

/// Whether the field that people do not see was filled in (a honeypot): by a program that fills in all there is.
fn fills_hidden_field(visit: &Visit<'_>) -> bool {
    let Some(form) = &visit.form else { return false };
    let csrf = form.field("csrf").unwrap_or_default();
    let name = forms::hidden_field(visit.state.issuer().forms(), csrf);
    // An empty field counts as omitted.
    form.field(&name).is_some()
}

fn typed(visit: &Visit<'_>) -> FormValues {
    let field = |name| {
        let form = visit.form.as_ref();
        form.and_then(|form| form.field(name)).unwrap_or_default().to_owned()
    };
    FormValues {
        name: field("name"),
        organization: field("organization"),
        use_case: field("use_case"),
        contact: field("contact"),
    }
}

/// Shows the form again, with the typed values and the errors.
fn show_again(visit: &Visit<'_>, typed: FormValues, denial: &Denial) -> Response<Body> {
    visit.note(&visit.context(), denial);
    let status = denial.problem().status();
    let (notice, wrong, wait) = match &denial.reason {
        Reason::Admin(AdminReason::InvalidField { field, .. }) => {
            let wrong = FieldError { field: field.clone(), text: expected_of(field) };
            ("Something is not right yet. Nothing was sent.", Some(wrong), None)
        }
        Reason::SignIn(SignInReason::FormOfAnotherSession) => {
            let notice =
                "The page was out of date. Nothing was sent: please check it and send it again.";
            (notice, None, None)
        }
        Reason::SignIn(SignInReason::TooManyAttempts(seconds)) => {
            let notice = "Too many requests came from your network. Please try again in a while.";
            (notice, None, Some(*seconds))
        }
        Reason::Link(LinkReason::HiddenFieldFilled) => {
            let notice = "Something filled in a field that people do not see, perhaps a password manager. Nothing was \
                          sent. Please send it again. If this comes again, switch off automatic filling for this page.";
            (notice, None, None)
        }
        Reason::Link(LinkReason::AccessRequestsFull(_)) => {
            let notice = "No more requests are accepted at the moment. Please try again tomorrow.";
            (notice, None, Some(60 * 60))
        }
        Reason::Request(RequestReason::Malformed(_)) => {
            ("What was sent could not be read.", None, None)
        }
        _ => {
            let notice = "That did not work, and it is our fault. Please try again in a moment.";
            (notice, None, None)
        }
    };
    let mut response = form(visit, status, typed, (wrong, Some(notice)));
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}

fn expected_of(field: &str) -> &'static str {
    match field {
        "name" => "Please tell us your name, in one line.",
        "organization" => "Please tell us your organization, in one line.",
        "use_case" => "Please describe what you want to do, in at most 2000 characters.",
        _ => "Please give an e-mail address, such as ada@example.com.",
    }
}

fn form(
    visit: &Visit<'_>,
    status: u16,
    typed: FormValues,
    (wrong, notice): (Option<FieldError>, Option<&'static str>),
) -> Response<Body> {
    let csrf = visit.token(PURPOSE, None);
    let template = FormPage {
        layout: Layout::of(visit),
        hidden_field: forms::hidden_field(visit.state.issuer().forms(), &csrf),
        csrf,
        typed,
        wrong,
        notice,
        longest_use_case: MAX_USE_CASE,
    };
    page(visit, status, &template, &Allowed::default())
}
