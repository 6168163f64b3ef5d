//! `/sign-in`: the sign-in page.
//!
//! Invariant: every failed attempt has the same message, whatever its reason. The private reason is recorded under the
//! request id.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use base::Secret;
use base::digest::sha256;
use base::encoding::base64url;
use engine::attempts::{Allowance, Network};
use engine::people::{Browser, NewSession, Share};
use engine::{Context, Denial, Reason, RequestReason, SignInReason, WriteContext};
use web_base::cookies::Cookie;

use super::forms::Form;
use super::page::{Allowed, Layout, page, see_other};
use super::return_to::ReturnTo;
use super::show::{self, STALE};
use super::templates::{SignInPage, SignedInPage, TooManyPage};
use super::visit::Visit;
use super::{known, resume};

/// The attempts with one account from one network, and from each known browser.
const OF_ACCOUNT_HERE: Allowance = Allowance::per(10, Duration::from_secs(15 * 60));
/// The attempts with one account from all networks, by unknown browsers. It is more than from one network, so an
/// attacker in one network cannot lock out the owner.
const OF_ACCOUNT: Allowance = Allowance::per(30, Duration::from_secs(15 * 60));
/// The attempts from one network with all accounts that signed in there within a day. It bounds what somebody inside
/// can try.
const OF_KNOWN_HERE: Allowance = Allowance::per(200, Duration::from_secs(15 * 60));

/// The attempts from one network, by unknown browsers. Many people may share a network.
const fn of_network(size: Network) -> Option<Allowance> {
    let attempts = match size {
        Network::Link => 50,
        Network::Home => 100,
        Network::Site => 200,
        Network::Provider => return None,
    };
    Some(Allowance::per(attempts, Duration::from_secs(15 * 60)))
}

const PURPOSE: &str = "sign in";
const EMPTY: &str = "Enter your e-mail address and your password.";

/// What the page says about the last attempt.
#[derive(Default)]
struct Feedback<'a> {
    email: &'a str,
    wrong: Option<Cow<'static, str>>,
    notice: Option<&'static str>,
    status: u16,
}

/// Answers a request to `/sign-in`.
pub(super) async fn answer(visit: &Visit<'_>) -> Response<Body> {
    let ctx = visit.context();
    let sent = match visit.query_parameter("return_to") {
        Ok(sent) => sent.unwrap_or_default(),
        Err(error) => {
            return show::denied(visit, &ctx, &RequestReason::Malformed(error.into()).into());
        }
    };
    let return_to = ReturnTo::parse(&sent, &visit.prefix);
    let Some(form) = &visit.form else {
        return show_form(visit, &ctx, return_to.as_ref(), Feedback::default()).await;
    };
    let email = form.field("email").unwrap_or_default().trim();
    if !visit.is_ours(PURPOSE, None) {
        visit.note(&ctx, &SignInReason::FormOfAnotherSession.into());
        let feedback = Feedback { email, notice: Some(STALE), status: 400, ..Feedback::default() };
        return show_form(visit, &ctx, return_to.as_ref(), feedback).await;
    }
    match attempt(visit, &ctx, form, email).await {
        Ok(session) => signed_in(visit, email, &session, return_to.as_ref()),
        Err(None) => {
            let feedback =
                Feedback { email, wrong: Some(EMPTY.into()), status: 400, ..Feedback::default() };
            show_form(visit, &ctx, return_to.as_ref(), feedback).await
        }
        Err(Some(denial)) => refused(visit, &ctx, (&denial, email), return_to.as_ref()).await,
    }
}

/// Takes an attempt from its buckets, checks the password, and gives the attempt back on success.
///
/// # Errors
/// `None` where a field is empty; else the reason why the sign-in failed.
async fn attempt(
    visit: &Visit<'_>,
    ctx: &WriteContext<'_>,
    form: &Form,
    email: &str,
) -> Result<NewSession, Option<Denial>> {
    let password = form.field("password").unwrap_or_default();
    if email.is_empty() || password.is_empty() {
        return Err(None);
    }
    let app = visit.state.app();
    let account = account(visit, email);
    let (buckets, share) = buckets(visit, ctx, email, &account);
    let counted: Vec<_> = buckets.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    let taken = app.attempts.take(&counted, ctx.now);
    taken.map_err(|seconds| Some(SignInReason::TooManyAttempts(seconds).into()))?;
    let agent = visit.headers.get(header::USER_AGENT);
    let agent = agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let cookie = visit.cookie(Cookie::Session);
    let browser = Browser { user_agent: agent.as_deref(), cookie, share };
    let passwords = &*app.passwords;
    let done = engine::people::sign_in(ctx, passwords, email, Secret::new(password), browser).await;
    // An attempt without a check of the password does not count.
    let untried = |denial: &Denial| {
        denial.is_of_store() || matches!(denial.reason, Reason::SignIn(SignInReason::Busy))
    };
    if done.as_ref().err().is_none_or(untried) {
        app.attempts.give_back(&counted);
    }
    if let (Ok(_), Some(address)) = (&done, visit.origin.address) {
        app.known_networks.note(&account, address, ctx.now);
    }
    done.map_err(Some)
}

/// The name of an account in buckets, whether there is such an account or not.
fn account(visit: &Visit<'_>, email: &str) -> String {
    format!("{} {}", visit.realm_name(), base64url(sha256(engine::email_address(email).as_bytes())))
}

/// The buckets of an attempt, and whose time for hashing it takes. A browser that signed in with this account before has
/// its own bucket, and so has the network of a sign-in within a day: others cannot use up their attempts.
fn buckets(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    email: &str,
    account: &str,
) -> (Vec<(String, Allowance)>, Share) {
    let key = visit.state.issuer().forms();
    let cookie = visit.cookie(Cookie::Known).unwrap_or_default();
    if let Some(number) = known::number(key, cookie, &engine::email_address(email)) {
        let buckets = vec![(format!("known {account} {number}"), OF_ACCOUNT_HERE)];
        return (buckets, Share::Known);
    }
    let address = visit.origin.address;
    let here = address.and_then(|it| Network::Link.of(it)).unwrap_or_default();
    let is_known = |address| visit.state.app().known_networks.knows(account, address, ctx.now);
    if address.is_some_and(is_known) {
        let buckets = vec![
            (format!("known {account} {here}"), OF_ACCOUNT_HERE),
            (format!("known network {here}"), OF_KNOWN_HERE),
        ];
        return (buckets, Share::Known);
    }
    let mut buckets = vec![
        (format!("account {account} {here}"), OF_ACCOUNT_HERE),
        (format!("account {account}"), OF_ACCOUNT),
    ];
    buckets.extend(
        [Network::Link, Network::Home, Network::Site].into_iter().filter_map(|size| {
            Some((format!("network {}", size.of(address?)?), of_network(size)?))
        }),
    );
    (buckets, Share::Strangers)
}

fn signed_in(
    visit: &Visit<'_>,
    email: &str,
    session: &NewSession,
    return_to: Option<&ReturnTo<'_>>,
) -> Response<Body> {
    let issuer = visit.state.issuer();
    let sign_in_path = visit.at(super::paths::SIGN_IN);
    let mut response = see_other(return_to.map_or(&sign_in_path, |it| it.as_str()));
    let (before, rng) = (visit.cookie(Cookie::Known), &*visit.state.app().rng);
    let known = known::remember(issuer.forms(), rng, before, &engine::email_address(email));
    let cookies =
        [Cookie::Session.set(issuer, session.cookie.expose()), Cookie::Known.set(issuer, &known)];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn refused(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    (denial, email): (&Denial, &str),
    return_to: Option<&ReturnTo<'_>>,
) -> Response<Body> {
    let busy = match &denial.reason {
        Reason::SignIn(SignInReason::Busy) => true,
        Reason::SignIn(
            SignInReason::NoSuchAccount
            | SignInReason::NoPassword
            | SignInReason::PasswordMismatch
            | SignInReason::AccountSuspended,
        ) => false,
        Reason::SignIn(SignInReason::TooManyAttempts(seconds)) => {
            visit.note(ctx, denial);
            let layout = Layout::of(visit);
            let template = TooManyPage { layout, wait: show::wait(*seconds), again: visit.here() };
            let status = denial.problem().status();
            let mut response = page(visit, status, &template, &Allowed::default());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            return response;
        }
        _ => return show::denied(visit, ctx, denial),
    };
    visit.note(ctx, denial);
    let (wrong, status) = (Some(denial.text()), denial.problem().status());
    let feedback = Feedback { email, wrong, status, ..Feedback::default() };
    let mut response = show_form(visit, ctx, return_to, feedback).await;
    if busy {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

async fn show_form(
    visit: &Visit<'_>,
    ctx: &Context<'_>,
    return_to: Option<&ReturnTo<'_>>,
    feedback: Feedback<'_>,
) -> Response<Body> {
    let request = match return_to {
        Some(return_to) => resume::waiting(ctx, return_to).await,
        None => None,
    };
    let person = match visit.person(ctx).await {
        Ok(person) => person,
        Err(denial) => return show::denied(visit, ctx, &denial),
    };
    let person = person.as_ref().map(|person| show::person(visit, person, None));
    let nothing_else =
        return_to.is_none() && feedback.status == 0 && visit.query_parameter("switch") == Ok(None);
    let layout = Layout::of(visit);
    if let (Some(person), true) = (&person, nothing_else) {
        let dialect = visit.state.issuer().dialect();
        let apps =
            super::paths::connects_apps(dialect).then(|| visit.at(super::paths::CONNECTED_APPS));
        let sign_out = visit.at(super::paths::SIGN_OUT);
        let template = SignedInPage { layout, person: person.clone(), apps, sign_out };
        return page(visit, 200, &template, &Allowed::default());
    }
    let hint = request.as_ref().and_then(|request| request.login_hint.clone());
    let hint = hint.filter(|hint| hint.contains('@') && hint.len() <= 254);
    let template = SignInPage {
        layout,
        app: request.as_ref().map(|request| show::app(&request.client)),
        person,
        csrf: visit.token(PURPOSE, None),
        email: if feedback.email.is_empty() {
            hint.unwrap_or_default()
        } else {
            feedback.email.into()
        },
        wrong: feedback.wrong,
        notice: feedback.notice,
    };
    let logo = request.as_ref().and_then(|request| request.client.logo_uri.as_deref());
    let allowed = Allowed {
        form_to_app: return_to.is_some_and(|it| resume::can_end_at_an_app(ctx, it)),
        image: logo.and_then(show::logo_source),
    };
    page(visit, if feedback.status == 0 { 200 } else { feedback.status }, &template, &allowed)
}
