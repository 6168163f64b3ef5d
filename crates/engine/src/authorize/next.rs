//! The page that the person must see before there is an answer.

use domain::Grant;
use oauth::ClientAuthMethod;
use store::Loaded;

use super::allow::answer;
use super::prior_consent::{Decided, PriorConsent, prior_consent};
use super::{AuthorizationDenial, AuthorizationRequest, ConsentScreen, Next, RequestedScope};
use crate::grants::stays_connected;
use crate::people::SignedIn;
use crate::{ConsentReason, Context, Denial, identity, oidc};

/// The next step. `chosen` is the public id of the organization that the person chose.
///
/// # Errors
/// A denial that no page can resolve, or a needed page that `prompt=none` forbids (OpenID Connect
/// Core §3.1.2.6).
pub async fn next(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: Option<&SignedIn>,
    chosen: Option<&str>,
) -> Result<Next, AuthorizationDenial> {
    let decided = match person {
        Some(person) => decide(ctx, request, person, chosen).await,
        None => Ok(Next::SignIn),
    };
    let next = decided.map_err(|denial| request.denial(denial))?;
    if !request.prompt.none {
        return Ok(next);
    }
    match next {
        Next::Reply(reply) if person.is_none_or(|it| is_expected(ctx, request, it)) => {
            Ok(Next::Reply(reply))
        }
        Next::Reply(_) | Next::SignIn => Err(request.denial(ConsentReason::LoginRequired.into())),
        Next::Choose(_) => Err(request.denial(ConsentReason::InteractionRequired.into())),
        Next::Consent(_) => Err(request.denial(ConsentReason::ConsentRequired.into())),
    }
}

/// Whether the person is the subject of the ID token that the app sent as a hint, if it sent one
/// (OpenID Connect Core §3.1.2.1). A token that was not issued to this app names nobody. This matters
/// only without a page: pages show who is signed in.
fn is_expected(ctx: &Context<'_>, request: &AuthorizationRequest, person: &SignedIn) -> bool {
    let Some(hint) = &request.id_token_hint else { return true };
    let subject = oidc::subject_of_hint(ctx, &request.client, hint);
    subject.is_ok_and(|subject| subject == person.user.public_id.as_str())
}

async fn decide(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    chosen: Option<&str>,
) -> Result<Next, Denial> {
    Ok(match prior_consent(ctx, request, (person, &person.user), chosen).await? {
        PriorConsent::SignIn => Next::SignIn,
        PriorConsent::ChooseOrganization(choices) => Next::Choose(choices),
        PriorConsent::Decided(decided) => match remembered(request, &decided) {
            Some(grant) => Next::Reply(Box::new(answer(ctx, request, person, grant.id))),
            None => Next::Consent(Box::new(consent_screen(ctx, request, *decided))),
        },
    })
}

/// The connection, if the person consented to all requested scopes before and need not be asked
/// again.
///
/// An attacker could use the identifier of a client whose code can be redeemed without a secret. So
/// for such a request, the consent is remembered only for an `https` redirect URI that is not a
/// loopback address: that address belongs to the app (RFC 8252 §8.6, RFC 9700 §4.14).
fn remembered<'a>(
    request: &AuthorizationRequest,
    decided: &'a Decided,
) -> Option<&'a Loaded<Grant>> {
    let uri = request.target.uri();
    let trusted_redirect = !needs_no_secret(request) || (uri.is_https() && !uri.is_loopback());
    let asked_for = request.prompt.consent || request.prompt.select_account;
    let live = decided.connection.live()?;
    (trusted_redirect && !asked_for && request.scopes.is_subset(&live.scopes)).then_some(live)
}

/// Whether the code of this request can be redeemed without a secret. A client that has one but may
/// also authenticate by `none` can redeem it by a code verifier, which whoever sent the request has;
/// a request without a challenge has no verifier.
fn needs_no_secret(request: &AuthorizationRequest) -> bool {
    let may_omit = request.client.auth_methods.contains(&ClientAuthMethod::None);
    request.client.is_public() || (may_omit && request.challenge.is_some())
}

fn consent_screen(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    decided: Decided,
) -> ConsentScreen {
    let live = decided.connection.live();
    let known = |name: &str| live.is_some_and(|it| it.scopes.contains(name));
    let description_of = |name: &str| {
        let mut defined = request.resource_server.scopes.iter();
        let own = defined.find(|it| it.scope.as_str() == name);
        own.map(|it| it.description.as_str()).or_else(|| identity::description(name))
    };
    let scopes = request.scopes.iter().map(|scope| RequestedScope {
        scope: scope.clone(),
        description: description_of(scope.as_str()).unwrap_or_default().to_owned(),
        known: known(scope.as_str()),
    });
    ConsentScreen {
        scopes: scopes.collect(),
        stays: stays_connected(ctx, &request.client, &request.scopes),
        connected_since: live.map(|it| it.created_at),
        organization: decided.organization,
        may_choose: decided.may_choose,
    }
}
