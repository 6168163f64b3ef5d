//! The form of an access request.
//!
//! Invariant: the answer does not depend on whether the person or their organization is known. If the page is stale or
//! a field is wrong, the form is shown again with all that the person typed.

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
use crate::people::page::{Allowed, Layout, page, see_other};
use crate::people::visit::Visit;

/// The purpose of the form's CSRF token.
const PURPOSE: &str = "access-request";
/// The requests from one network: a few people in one office may ask.
const OF_NETWORK: Allowance = Allowance::per(10, Duration::from_secs(60 * 60));

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
    // The field is hidden from people (a honeypot): only a bot fills it in.
    let field = |name| visit.form.as_ref().and_then(|form| form.field(name));
    if field("website").is_some_and(|website| !website.is_empty()) {
        tracing::debug!(request_id = visit.origin.request_id, "an access request of a machine");
        return see_other(&visit.at(SENT));
    }
    let new = NewAccessRequest {
        name: typed.name.clone(),
        organization: typed.organization.clone(),
        use_case: typed.use_case.clone(),
        contact: typed.contact.clone(),
    };
    let attempts = &visit.state.app().attempts;
    let network = visit.origin.address.and_then(|it| Network::Link.of(it)).unwrap_or_default();
    let bucket = format!("access request {} {network}", visit.realm_name());
    let counted = [(bucket.as_str(), OF_NETWORK)];
    if let Err(seconds) = attempts.take(&counted, ctx.now) {
        return show_again(visit, typed, &SignInReason::TooManyAttempts(seconds).into());
    }
    let submitted = match check_address(&new.contact) {
        Ok(()) => {
            let _one_at_a_time = submissions.queue.lock().await;
            settle(&ctx, async |ctx| submit(&ctx, &new).await).await.map(drop)
        }
        Err(denial) => Err(denial),
    };
    match submitted {
        Ok(()) => see_other(&visit.at(SENT)),
        Err(denial) => {
            attempts.give_back(&counted);
            show_again(visit, typed, &denial)
        }
    }
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

/// Checks that the mail server would accept this address.
fn check_address(contact: &str) -> Result<(), Denial> {
    let address = contact.trim().parse::<lettre::Address>();
    address.map_err(|_| AdminReason::InvalidField {
        field: "contact".to_owned(),
        expected: "an e-mail address".to_owned(),
    })?;
    Ok(())
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
    let template = FormPage {
        layout: Layout::of(visit),
        csrf: visit.token(PURPOSE, None),
        typed,
        wrong,
        notice,
        longest_use_case: MAX_USE_CASE,
    };
    page(visit, status, &template, &Allowed::default())
}
