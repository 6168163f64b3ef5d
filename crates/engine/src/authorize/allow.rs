//! The person's answer to the consent page: allow or deny.

use base::Id;
use domain::{Account, Grant, Kind, User};
use oauth::{AuthorizationReply, Granted, Parameter};
use store::{Loaded, StoreExt as _};

use super::check::checked;
use super::prior_consent::{PriorConsent, prior_consent};
use super::{AuthorizationDenial, AuthorizationRequest};
use crate::chain::link;
use crate::code::{Code, NewCode};
use crate::people::SignedIn;
use crate::settle::settle_shared;
use crate::{ConsentReason, Context, Denial, DeniedAt, Outcome, WriteContext};

/// The person allows the request: commits the connection, then issues the code. Everything is
/// checked again on the present state of the store: the app, its scopes, the person, their session
/// and their organization may have changed since the page was made.
///
/// # Errors
/// What changed since the person was asked. When [`super::next`] would show a page other than the
/// consent page, show that page instead of calling this.
pub async fn allow(
    ctx: &WriteContext<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    chosen: Option<&str>,
) -> Result<AuthorizationReply, AuthorizationDenial> {
    // The person may consent in another tab at the same time: then this call uses the connection
    // made there.
    let made = &[Kind::Grant];
    let decision = async |ctx| decide(&ctx, request, person, chosen).await;
    match settle_shared(ctx, made, decision).await {
        Ok((Ok((fresh, grant)), _)) => Ok(answer(ctx, &fresh, person, grant)),
        Ok((Err(denial), _)) => Err(denial),
        Err(denial) => Err(request.denial(denial)),
    }
}

type Decision = Outcome<Result<(AuthorizationRequest, Id<Grant>), AuthorizationDenial>>;

async fn decide(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    chosen: Option<&str>,
) -> Result<Decision, Denial> {
    let fresh = match checked(ctx, &request.parameters).await {
        Ok(fresh) => AuthorizationRequest { sent_to_sign_in: request.sent_to_sign_in, ..fresh },
        Err(denial) => return Ok(Outcome::without_writes(Err(denial))),
    };
    match establish(ctx, &fresh, person, chosen).await {
        Ok(Outcome { batch, reply }) => Ok(Outcome { batch, reply: Ok((fresh, reply)) }),
        Err(denial) => Ok(Outcome::without_writes(Err(fresh.denial(denial)))),
    }
}

async fn establish(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    chosen: Option<&str>,
) -> Result<Outcome<Id<Grant>>, Denial> {
    let account: Option<Loaded<Account>> = ctx.store.by_id(person.account.id).await?;
    let sessions = account.iter().flat_map(|it| &it.sessions);
    if !sessions.into_iter().any(|it| it.id == person.session.id) {
        return Err(ConsentReason::LoginRequired.into());
    }
    let user: Result<Loaded<User>, _> = link(ctx, person.user.id).await;
    let user = user.map_err(|denial| denial.at(DeniedAt::AuthorizationRequest))?;
    match prior_consent(ctx, request, (person, &user), chosen).await? {
        PriorConsent::SignIn => Err(ConsentReason::LoginRequired.into()),
        PriorConsent::ChooseOrganization(_) => Err(ConsentReason::InteractionRequired.into()),
        PriorConsent::Decided(decided) => {
            let organization = decided.organization.as_deref();
            Ok(decided.connection.establish(ctx, request, &user, organization))
        }
    }
}

/// Issues the code. Called only after the connection it stands for is committed.
pub(super) fn answer(
    ctx: &Context<'_>,
    request: &AuthorizationRequest,
    person: &SignedIn,
    grant: Id<Grant>,
) -> AuthorizationReply {
    let named = request.parameters.value(Parameter::RedirectUri).is_some();
    let challenge = request.challenge.as_ref().map(|it| (it.value.clone(), it.method));
    let code = NewCode {
        client: request.client.id,
        user: person.user.id,
        grant,
        scopes: request.scopes.clone(),
        redirect_uri: named.then(|| request.target.uri().clone()),
        challenge,
        nonce: request.nonce.clone(),
        authenticated_at: person.session.authenticated_at,
    };
    let granted = Granted { code: Code::issue(ctx, code), scope: request.scopes.clone() };
    AuthorizationReply {
        redirect_uri: request.target.uri().clone(),
        state: request.state.clone(),
        outcome: Ok(granted),
    }
}

/// The person denies the request. The refusal to record is [`ConsentReason::DeniedByUser`].
pub fn deny(_: &Context<'_>, request: &AuthorizationRequest) -> AuthorizationReply {
    AuthorizationReply {
        redirect_uri: request.target.uri().clone(),
        state: request.state.clone(),
        outcome: Err(Denial::from(ConsentReason::DeniedByUser).error_response()),
    }
}
