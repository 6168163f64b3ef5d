//! A one-time link, or the access request that leads to one.

use base::Timestamp;

use super::text::PublicText::{self, Fixed};

/// From outside, all links that open nothing look alike.
const LINK: PublicText = Fixed("The link is no longer valid.");

/// Why a link opens nothing, or no access request is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkReason {
    /// The link does not open: it was changed or cut, or is of another realm.
    #[error("the link does not open: changed, cut, or of another realm")]
    Unsealable,
    /// The link was used before.
    #[error("the link was used before")]
    Used,
    /// Another link was sent after this one.
    #[error("another link was sent after this one")]
    Superseded,
    /// The link expired at this time.
    #[error("the link expired at {0}")]
    Expired(Timestamp),
    /// The form of an access request has a field that people do not see, and something filled it in.
    #[error("the hidden field of the form was filled in: by a program, or by a password manager")]
    HiddenFieldFilled,
    /// The realm accepts no more access requests at present; until when, in words.
    #[error("no more access requests are accepted {0}")]
    AccessRequestsFull(&'static str),
}

rows! { LinkReason {
    Unsealable => "link_not_good", Info, Request, NotFound, LINK,
        "The mail program broke the link into two lines, or its `issuer` is another realm's: let the recipient copy all \
         of it.";
    Used => "link_used", Info, Request, NotFound, LINK,
        "The secret was shown to somebody: if it was not the recipient, `postern secret revoke` it, and make another \
         one with `postern secret create`.";
    Superseded => "link_superseded", Info, Request, NotFound, LINK,
        "The recipient must use the link of the newest mail: `postern access-request show` says when it was sent.";
    Expired => "link_expired", Info, Request, NotFound, LINK,
        "Send another link with `postern access-request resend`.";
    HiddenFieldFilled => "hidden_field_filled", Info, Request, InvalidRequest,
        Fixed("A field that people do not see was filled in. Nothing was sent."),
        "A program sent the form, and nothing is lost. Where a person asks: their browser or password manager fills in \
         every field; they can switch that off for the page, or staff make the client with `postern client create`.";
    AccessRequestsFull => "access_requests_full", Warn, Request, RateLimited,
        Fixed("No more requests are accepted at the moment. Please try again tomorrow."),
        "Decide what waits: `postern access-request list`, then `approve` or `decline` each.";
}}
