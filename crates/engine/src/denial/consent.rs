//! The user does not consent, or no page may be shown to ask them (RFC 6749 §4.1.2.1, OpenID Connect
//! Core §3.1.2.6).

use super::text::PublicText::Fixed;
use crate::redact::name;

/// Why an authorization request ends without consent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentReason {
    /// The user is not signed in, and `prompt=none` forbids the sign-in page.
    #[error("the person is not signed in, and the app wants no page shown")]
    LoginRequired,
    /// The user has not consented to all of this, and `prompt=none` forbids the consent page.
    #[error("the person has not consented, and the app wants no page shown")]
    ConsentRequired,
    /// The user must choose an organization, and `prompt=none` forbids the page for that.
    #[error("the person has to choose an organization, and the app wants no page shown")]
    InteractionRequired,
    /// The user refused on the consent page.
    #[error("the person denied the request")]
    DeniedByUser,
    /// The user has no active organization, and the dialect connects organizations only.
    #[error("the person belongs to no organization that could be connected")]
    NoOrganization,
    /// The user is not a member of the organization that the app or the form names.
    #[error("the person does not belong to the organization {:?}", name(.0))]
    NotAMember(String),
}

rows! { ConsentReason {
    LoginRequired => "login_required", Info, Request, LoginRequired, Fixed("The person must sign in."),
        "The app must repeat the request without `prompt=none`, so that the user can sign in.";
    ConsentRequired => "consent_required", Info, Request, ConsentRequired, Fixed("The person must consent."),
        "The app must repeat the request without `prompt=none` once: it asks for a `scope` that the user has not \
         granted yet.";
    InteractionRequired => "interaction_required", Info, Request, InteractionRequired,
        Fixed("The person must choose."),
        "The app must name the organization by `organization`, or repeat the request without `prompt=none`.";
    DeniedByUser => "denied_by_person", Info, Request, AccessDenied, Fixed("The person denied the request."),
        "Nothing is wrong: the app must handle `error=access_denied` at its `redirect_uri`.";
    NoOrganization => "no_organization", Info, Request, AccessDenied,
        Fixed("The person has no organization to connect."),
        "Make the user a member with `postern user join`, or activate their organization; `[authorization] \
         organization` of the dialect asks for one.";
    NotAMember => "not_a_member", Warn, Request, AccessDenied,
        Fixed("The person does not belong to this organization."),
        "Compare the organization in the explanation with the memberships that `postern user show` lists.";
}}
