//! What the person must be shown before there is an answer.

use domain::Grant;
use store::Loaded;

use super::allow::answer;
use super::prior_consent::{Decided, PriorConsent, prior_consent};
use super::{AskedScope, AuthorizationDenial, AuthorizationRequest, ConsentScreen, Next};
use crate::grants::stays_connected;
use crate::people::SignedIn;
use crate::{ConsentReason, Context, Denial, identity, oidc};

/// What has to happen next. `chosen` is the public id of the organization that the person chose.
///
/// # Errors
/// What the person cannot help, or may not be asked (OpenID Connect Core §3.1.2.6).
pub async fn next(
    ctx: &Context<'_>,
    asking: &AuthorizationRequest,
    person: Option<&SignedIn>,
    chosen: Option<&str>,
) -> Result<Next, AuthorizationDenial> {
    let decided = match person {
        Some(person) => decide(ctx, asking, person, chosen).await,
        None => Ok(Next::SignIn),
    };
    let next = decided.map_err(|denial| asking.denial(denial))?;
    if !asking.prompt.none {
        return Ok(next);
    }
    match next {
        Next::Reply(reply) if person.is_none_or(|it| is_expected(ctx, asking, it)) => {
            Ok(Next::Reply(reply))
        }
        Next::Reply(_) | Next::SignIn => Err(asking.denial(ConsentReason::LoginRequired.into())),
        Next::Choose(_) => Err(asking.denial(ConsentReason::InteractionRequired.into())),
        Next::Consent(_) => Err(asking.denial(ConsentReason::ConsentRequired.into())),
    }
}

/// Whether the person is the one whom the app holds an ID token of, where it sent one: without a
/// page nobody would notice that it is another (OpenID Connect Core §3.1.2.1). Where pages are
/// shown, they say who is signed in.
fn is_expected(ctx: &Context<'_>, asking: &AuthorizationRequest, person: &SignedIn) -> bool {
    let Some(hint) = &asking.id_token_hint else { return true };
    let subject = oidc::subject_of_hint(ctx, hint);
    subject.is_ok_and(|subject| subject == person.user.public_id.as_str())
}

async fn decide(
    ctx: &Context<'_>,
    asking: &AuthorizationRequest,
    person: &SignedIn,
    chosen: Option<&str>,
) -> Result<Next, Denial> {
    Ok(match prior_consent(ctx, asking, (person, &person.user), chosen).await? {
        PriorConsent::Unproven => Next::SignIn,
        PriorConsent::Open(choices) => Next::Choose(choices),
        PriorConsent::Decided(decided) => match remembered(asking, &decided) {
            Some(grant) => Next::Reply(Box::new(answer(ctx, asking, person, grant.id))),
            None => Next::Consent(Box::new(screen(ctx, asking, *decided))),
        },
    })
}

/// The connection, where the person has said yes to all of this before and need not be asked again.
///
/// Whoever cannot prove to be the app could pass itself off as it: only a redirect to a place on
/// the web that is the app's own vouches for it (RFC 8252 §8.6, RFC 9700 §4.14).
fn remembered<'a>(
    asking: &AuthorizationRequest,
    decided: &'a Decided,
) -> Option<&'a Loaded<Grant>> {
    let uri = asking.target.uri();
    let vouched = !asking.client.is_public() || (uri.is_https() && !uri.is_loopback());
    let asked_for = asking.prompt.consent || asking.prompt.select_account;
    let live = decided.connection.live()?;
    (vouched && !asked_for && asking.scopes.is_subset(&live.scopes)).then_some(live)
}

fn screen(ctx: &Context<'_>, asking: &AuthorizationRequest, decided: Decided) -> ConsentScreen {
    let live = decided.connection.live();
    let known = |name: &str| live.is_some_and(|it| it.scopes.contains(name));
    let words_of = |name: &str| {
        let mut defined = asking.resource_server.scopes.iter();
        let own = defined.find(|it| it.scope.as_str() == name);
        own.map(|it| it.description.as_str()).or_else(|| identity::description(name))
    };
    let scopes = asking.scopes.iter().map(|scope| AskedScope {
        scope: scope.clone(),
        description: words_of(scope.as_str()).unwrap_or_default().to_owned(),
        known: known(scope.as_str()),
    });
    ConsentScreen {
        scopes: scopes.collect(),
        stays: stays_connected(ctx, &asking.client, &asking.scopes),
        connected_since: live.map(|it| it.created_at),
        organization: decided.organization,
        may_choose: decided.may_choose,
    }
}
