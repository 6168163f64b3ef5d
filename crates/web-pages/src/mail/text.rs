//! The texts of mails.

use askama::Template;
use base::Timestamp;
use domain::text::escaped;
use domain::{AccessDecision, AccessRequest};
use engine::Context;

use super::Mail;

#[derive(Template)]
#[template(path = "mail/approved.txt")]
struct Approved<'a> {
    name: &'a str,
    organization: &'a str,
    link: &'a str,
    until: &'a str,
    brand: &'a str,
    issuer: &'a str,
}

#[derive(Template)]
#[template(path = "mail/declined.txt")]
struct Declined<'a> {
    name: &'a str,
    organization: &'a str,
    reason: Option<&'a str>,
    brand: &'a str,
    issuer: &'a str,
}

/// The mail that answers an access request. `None` where there is nothing to send: the request is not decided, or
/// the one-time link expired.
pub fn answer(ctx: &Context<'_>, request: &AccessRequest) -> Option<Mail> {
    // What was typed before hidden characters were refused may have some.
    let (name, organization) = (&*escaped(&request.name), &*escaped(&request.organization));
    let (brand, issuer) = (ctx.issuer.display_name(), ctx.issuer.url());
    let (moment, subject, text) = match &request.decision {
        AccessDecision::Pending => return None,
        AccessDecision::Approved { fetch_until, .. } => {
            if *fetch_until <= ctx.now {
                return None;
            }
            let link = engine::access_requests::link(ctx, request)?;
            let (link, until) = (link.expose(), &for_people(*fetch_until));
            let text = Approved { name, organization, link, until, brand, issuer }.render();
            (*fetch_until, "Your API access", text)
        }
        AccessDecision::Declined { at, reason, .. } => {
            let reason = reason.as_deref().map(escaped);
            let reason = reason.as_deref();
            let text = Declined { name, organization, reason, brand, issuer }.render();
            (*at, "Your request for API access", text)
        }
    };
    let id = format!("{}.{}", request.id, moment.millis());
    Some(Mail { id, to: request.contact.clone(), subject, text: text.ok()? })
}

/// A time to the minute, as people read it: `2027-01-15 08:00 UTC`.
pub(crate) fn for_people(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} UTC", text.get(..16).unwrap_or(&text).replace('T', " "))
}
