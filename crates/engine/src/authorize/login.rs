//! Signing in anew because an app asks for it: `prompt=login` and `max_age` (OpenID Connect Core
//! §3.1.2.1).
//!
//! The flow has no state, and the request that wants a sign-in is the same before and after it. So
//! whoever is sent to sign in takes a marker along: when that was, under a MAC over the request.
//! Whoever comes back with it, signed in since then and not long ago, is not sent again (no loop);
//! without it, with another request's, or with an old one, they are (no way around).

use std::time::Duration;

use base::encoding::{base64url, parse_base64url};
use base::{Digest, Secret, Timestamp};
use oauth::{Parameter, Parameters};

use super::AuthorizationRequest;
use crate::Context;
use crate::people::SignedIn;

/// How long after the marker was made the person may come back with it.
const MARKER_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a sign-in because of a marker counts as one just now: time to choose and to read.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// Marks what a marker's MAC is taken of.
enum Marker {}

/// Proof that the person was sent to sign in now because of this request: to be appended to the
/// address they return to as the parameter `login_after`, in place of an older one, and to be given
/// to [`AuthorizationRequest::returning`] when they come back. Letters, digits, `.`, `-` and `_`.
pub fn login_marker(ctx: &Context<'_>, asking: &AuthorizationRequest) -> String {
    let at = ctx.now.millis();
    format!("{at}.{}", base64url(ctx.issuer.forms().mac(message(at, asking).expose().as_bytes())))
}

impl AuthorizationRequest {
    /// The same request, by a person who comes back from signing in with this `login_after`. One
    /// that is not good counts as none.
    #[must_use]
    pub fn returning(mut self, ctx: &Context<'_>, login_after: Option<&str>) -> Self {
        self.sent_to_sign_in = login_after.and_then(|marker| read(ctx, &self, marker));
        self
    }

    /// Whether the person has to prove anew who they are before they may answer.
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

fn read(ctx: &Context<'_>, asking: &AuthorizationRequest, marker: &str) -> Option<Timestamp> {
    let (at, mac) = marker.split_once('.')?;
    let at: i64 = at.parse().ok()?;
    let mac: [u8; 32] = parse_base64url(mac.as_bytes())?.try_into().ok()?;
    if !ctx.issuer.forms().matches(&message(at, asking), &Digest::from_bytes(mac)) {
        return None;
    }
    let sent = Timestamp::from_millis(at);
    Some(sent).filter(|sent| ctx.now.since(*sent) <= MARKER_LIFETIME)
}

/// The time and the request, each part with its length in front. The organization may be chosen
/// meanwhile, so it is left out.
fn message(at: i64, asking: &AuthorizationRequest) -> Secret<Marker> {
    let mut text = format!("login_after {at}");
    let parameters: &Parameters = &asking.parameters;
    for name in parameters.names().filter(|name| *name != Parameter::Organization) {
        let value = parameters.value(name).unwrap_or_default();
        text.push_str(&format!(" {name} {} {value}", value.len()));
    }
    Secret::new(text)
}
