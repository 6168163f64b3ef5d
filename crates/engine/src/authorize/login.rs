//! Signing in again because an app asks for it: `prompt=login` and `max_age` (OpenID Connect Core
//! §3.1.2.1).
//!
//! The flow has no state, and the request that asks for a sign-in is the same before and after it.
//! So a person who is sent to sign in carries a marker: which session their browser had when they were
//! sent, under a MAC over the request and the browser. A person who returns with the marker, in the
//! same browser and with another session that is recent, is not sent again: there is no loop. A person
//! who returns with the session from before, without a marker, or with the marker of another request or
//! another browser is sent again: the sign-in cannot be avoided.
//!
//! Whether the sign-in came after the marker follows from the sessions, and not from times: two nodes
//! may have read them from clocks that differ.

use std::time::Duration;

use base::encoding::{base64url, parse_base64url};
use base::{Digest, Secret, Timestamp};
use oauth::{Parameter, Parameters};

use super::{AuthorizationRequest, SentToSignIn};
use crate::Context;
use crate::people::SignedIn;

/// How long a marker is valid.
const MARKER_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a sign-in counts as fresh when the person returns with a marker: time to choose and to
/// read.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// In place of a session where there was none.
const NO_SESSION: &str = "-";

/// The type of a secret: the message under a marker's MAC.
enum Marker {}

/// A marker: proof that the person was sent to sign in because of this request. `browser` is a
/// secret of their browser, `person` is who was signed in there. Append the marker to the return
/// address as the parameter `login_after`, in place of an older one, and pass it to
/// [`AuthorizationRequest::returning`] when the person returns. It consists of letters, digits, `.`,
/// `-` and `_`.
pub fn login_marker(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    browser: &str,
    person: Option<&SignedIn>,
) -> String {
    let at = ctx.now.millis();
    let held = person.map_or_else(|| NO_SESSION.to_owned(), |it| it.session.id.to_string());
    let head = format!("{at}.{held}");
    let message = message(&head, browser, request);
    format!("{head}.{}", base64url(ctx.issuer.forms().mac(message.expose().as_bytes())))
}

impl AuthorizationRequest {
    /// The same request, from a person who returns from signing in with this `login_after`.
    /// `browsers` are the secrets of their browser, of which a marker has one. An invalid marker
    /// counts as none.
    #[must_use]
    pub fn returning(
        mut self,
        ctx: &Context<'_>,
        login_after: Option<&str>,
        browsers: &[String],
    ) -> Self {
        self.sent_to_sign_in = login_after.and_then(|marker| read(ctx, &self, marker, browsers));
        self
    }

    /// Whether the person must authenticate again before they may answer.
    pub(super) fn wants_sign_in(&self, now: Timestamp, person: &SignedIn) -> bool {
        let age = now.since(person.session.authenticated_at);
        let too_old = self.max_age.is_some_and(|most| age > Duration::from_secs(most));
        if !self.prompt.login && !too_old {
            return false;
        }
        let is_new = |sent: SentToSignIn| sent.held != Some(person.session.id);
        !(self.sent_to_sign_in.is_some_and(is_new) && age <= FRESH)
    }
}

fn read(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    marker: &str,
    browsers: &[String],
) -> Option<SentToSignIn> {
    let (head, mac) = marker.rsplit_once('.')?;
    let (at, held) = head.split_once('.')?;
    let at: i64 = at.parse().ok()?;
    let held = if held == NO_SESSION { None } else { Some(held.parse().ok()?) };
    let mac = Digest::from_bytes(parse_base64url(mac.as_bytes())?.try_into().ok()?);
    let is_of =
        |browser: &String| ctx.issuer.forms().matches(&message(head, browser, request), &mac);
    let is_valid = ctx.now.since(Timestamp::from_millis(at)) <= MARKER_LIFETIME;
    (is_valid && browsers.iter().any(is_of)).then_some(SentToSignIn { held })
}

/// The message under the MAC: the head of the marker, the browser, and the parameters, each with its
/// length in front. The organization is left out, because the person may choose it in the meantime.
fn message(head: &str, browser: &str, request: &AuthorizationRequest) -> Secret<Marker> {
    let mut text = format!("login_after {head} {} {browser}", browser.len());
    let parameters: &Parameters = &request.parameters;
    for name in parameters.names().filter(|name| *name != Parameter::Organization) {
        for value in parameters.values(name) {
            text.push_str(&format!(" {name} {} {value}", value.len()));
        }
    }
    Secret::new(text)
}
