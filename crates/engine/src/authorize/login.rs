//! Signing in again because an app asks for it: `prompt=login` and `max_age` (OpenID Connect Core
//! §3.1.2.1).
//!
//! The flow has no state, and the request that asks for a sign-in is the same before and after it.
//! So a person who is sent to sign in carries a marker: the time when they were sent, under a MAC
//! over the request. A person who returns with the marker, and signed in after that time and
//! recently, is not sent again: there is no loop. A person who returns without a marker, with the
//! marker of another request or with an expired one is sent again: the sign-in cannot be avoided.

use std::time::Duration;

use base::encoding::{base64url, parse_base64url};
use base::{Digest, Secret, Timestamp};
use oauth::{Parameter, Parameters};

use super::AuthorizationRequest;
use crate::Context;
use crate::people::SignedIn;

/// How long a marker is valid.
const MARKER_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a sign-in counts as fresh when the person returns with a marker: time to choose and to
/// read.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// The type of a secret: the message under a marker's MAC.
enum Marker {}

/// A marker: proof that the person was sent to sign in at this moment because of this request.
/// Append it to the return address as the parameter `login_after`, in place of an older one, and
/// pass it to [`AuthorizationRequest::returning`] when the person returns. It consists of letters,
/// digits, `.`, `-` and `_`.
pub fn login_marker(ctx: &Context<'_>, request: &AuthorizationRequest) -> String {
    let at = ctx.now.millis();
    format!("{at}.{}", base64url(ctx.issuer.forms().mac(message(at, request).expose().as_bytes())))
}

impl AuthorizationRequest {
    /// The same request, from a person who returns from signing in with this `login_after`. An
    /// invalid marker counts as none.
    #[must_use]
    pub fn returning(mut self, ctx: &Context<'_>, login_after: Option<&str>) -> Self {
        self.sent_to_sign_in = login_after.and_then(|marker| read(ctx, &self, marker));
        self
    }

    /// Whether the person must authenticate again before they may answer.
    pub(super) fn wants_sign_in(&self, now: Timestamp, person: &SignedIn) -> bool {
        let age = now.since(person.session.authenticated_at);
        let too_old = self.max_age.is_some_and(|most| age > Duration::from_secs(most));
        if !self.prompt.login && !too_old {
            return false;
        }
        let since = |sent| person.session.authenticated_at >= sent;
        !(self.sent_to_sign_in.is_some_and(since) && age <= FRESH)
    }
}

fn read(ctx: &Context<'_>, request: &AuthorizationRequest, marker: &str) -> Option<Timestamp> {
    let (at, mac) = marker.split_once('.')?;
    let at: i64 = at.parse().ok()?;
    let mac: [u8; 32] = parse_base64url(mac.as_bytes())?.try_into().ok()?;
    if !ctx.issuer.forms().matches(&message(at, request), &Digest::from_bytes(mac)) {
        return None;
    }
    let sent = Timestamp::from_millis(at);
    Some(sent).filter(|sent| ctx.now.since(*sent) <= MARKER_LIFETIME)
}

/// The message under the MAC: the time and the parameters, each with its length in front. The
/// organization is left out, because the person may choose it in the meantime.
fn message(at: i64, request: &AuthorizationRequest) -> Secret<Marker> {
    let mut text = format!("login_after {at}");
    let parameters: &Parameters = &request.parameters;
    for name in parameters.names().filter(|name| *name != Parameter::Organization) {
        for value in parameters.values(name) {
            text.push_str(&format!(" {name} {} {value}", value.len()));
        }
    }
    Secret::new(text)
}
