//! The token endpoint (RFC 6749 §3.2), in phases that are the same for every grant type:
//!
//! 1. check that the request has the parameters of its grant type: before any look-up, so that the
//!    answer does not depend on the client;
//! 2. authenticate the client;
//! 3. find the grant type, and check that the client may use it;
//! 4. let its handler resolve the grant, and check that it is for the requested audience;
//! 5. narrow the scope;
//! 6. spend the budgets, and commit;
//! 7. mint and reply.
//!
//! The token is signed only after the commit: where the budget is spent, no signature is made, and
//! no token exists that the budget did not allow. A stored token is made before the commit, and its
//! row is part of it; the string is returned only after the commit.

use base::Id;
use dialect::Format;
use domain::{BudgetLimits, BudgetSubject, Credential, Kind};
use oauth::{GrantType, Parameter, Reply, Request, ScopeSet, TokenReply};
use store::{Committed, Write};

use crate::authenticate::{Authenticated, authenticate};
use crate::budget::quota;
use crate::grants::{GRANTS, GrantDenial, GrantHandler, Identity, ResolvedGrant};
use crate::mint::{self, Mint, Minted};
use crate::settle::{WriteContext, settle_shared};
use crate::{
    ClientReason, Context, Denial, Outcome, RequestReason, ScopeReason, audience, identity, oidc,
};

/// A token that is decided and not signed yet.
#[derive(Debug)]
struct Decided {
    mint: Mint,
    /// The token, where it is a stored one (it has a row).
    stored: Option<Minted>,
    /// The budgets spent, in the order of their writes.
    budgets: Vec<(BudgetSubject, BudgetLimits)>,
    refresh_token: Option<base::Secret<oauth::RefreshToken>>,
    identity: Option<Identity>,
}

/// Answers a token request, and returns the credential that was used.
///
/// # Errors
/// The private reason why no token is issued.
pub async fn token(
    ctx: &WriteContext<'_>,
    request: &Request,
) -> Result<(Reply, Id<Credential>), Denial> {
    // Two concurrent requests may make the same row, such as the credential of a connection.
    let made = &[Kind::Credential];
    let settled = settle_shared(ctx, made, async |ctx| decide(&ctx, request).await);
    let (decided, committed) = settled.await?;
    let decided = decided?;
    let used = decided.mint.credential.id;
    // Only the exchange of a code begins a family: RFC 6749 §4.1.3.
    let begun = decided.refresh_token.is_some() && exchanges_code(request);
    if begun {
        ctx.issuer.new_families().note(decided.mint.chain.grant.id);
    }
    Ok((reply(ctx, decided, &committed)?, used))
}

fn exchanges_code(request: &Request) -> bool {
    let name = request.parameters.value(Parameter::GrantType);
    name.and_then(|name| name.parse().ok()) == Some(GrantType::AuthorizationCode)
}

/// A denial inside the outcome has writes: they are committed before it is returned.
async fn decide(
    ctx: &Context<'_>,
    request: &Request,
) -> Result<Outcome<Result<Decided, Denial>>, Denial> {
    complete(ctx, request)?;
    let direct = Context { store: ctx.store.direct(), ..*ctx };
    // The client and its secret are read from memory, unless an earlier attempt met a conflict.
    let ctx = if ctx.attempt > 0 { &direct } else { ctx };
    let caller = authenticate(ctx, request).await?;
    let handler = grant_type(ctx, request, &caller)?;
    // Codes and refresh tokens change by use, on any node, so the other grant types read directly.
    let by_use = handler.grant_type() != GrantType::ClientCredentials;
    let ctx = if by_use { &direct } else { ctx };
    let resolved = match handler.resolve(ctx, request, &caller).await {
        Ok(resolved) => resolved,
        Err(GrantDenial { denial, batch }) => return Ok(Outcome { batch, reply: Err(denial) }),
    };
    // RFC 8707 §2.2.
    audience::check(&request.parameters, &resolved.chain.resource_server)?;
    let scopes = scope(request, &resolved)?;
    let budgets = budgets(&resolved);
    let ResolvedGrant {
        chain, credential, key, refresh_token, identity, token_id, mut batch, ..
    } = resolved;
    batch.writes.extend(budgets.iter().map(|(subject, limits)| Write::SpendBudget {
        subject: *subject,
        limits: *limits,
        now: ctx.now,
    }));
    let mint = Mint { chain, credential, key, scopes, token_id };
    let stored = match mint.format(ctx) {
        Format::Stored => {
            let (minted, write) = mint::stored(ctx, &mint).await?;
            batch.writes.push(write);
            Some(minted)
        }
        Format::Jwt | Format::Opaque => None,
    };
    let decided = Decided { mint, stored, budgets, refresh_token, identity };
    Ok(Outcome { batch, reply: Ok(decided) })
}

/// Checks that the request has the parameters of its grant type. [`grant_type`] refuses an unknown
/// grant type later.
fn complete(ctx: &Context<'_>, request: &Request) -> Result<(), Denial> {
    let name = request.parameters.value(Parameter::GrantType);
    let handler = name.and_then(|name| supported_handler(ctx, name));
    let needed = handler.map_or(&[][..], |handler| handler.required());
    match needed.iter().find(|needed| request.parameters.value(**needed).is_none()) {
        Some(missing) => Err(RequestReason::ParameterMissing(*missing).into()),
        None => Ok(()),
    }
}

/// The handler of the grant type with this name, where the dialect has it.
fn supported_handler(ctx: &Context<'_>, name: &str) -> Option<&'static dyn GrantHandler> {
    let wanted: GrantType = name.parse().ok()?;
    let supported = ctx.issuer.dialect().grant_types().contains(&wanted);
    let mut handlers = GRANTS.iter().copied();
    handlers.find(|handler| supported && handler.grant_type() == wanted)
}

fn grant_type(
    ctx: &Context<'_>,
    request: &Request,
    caller: &Authenticated,
) -> Result<&'static dyn GrantHandler, Denial> {
    let name = request.parameters.value(Parameter::GrantType);
    let name = name.ok_or(RequestReason::ParameterMissing(Parameter::GrantType))?;
    let handler = supported_handler(ctx, name)
        .ok_or_else(|| ClientReason::GrantTypeUnknown(name.to_owned()))?;
    match caller {
        Authenticated::Client { client, .. }
            if !client.grant_types.contains(&handler.grant_type()) =>
        {
            Err(ClientReason::GrantTypeNotAllowed(handler.grant_type()).into())
        }
        _ => Ok(handler),
    }
}

/// The scope of the token (RFC 6749 §3.3): the requested one, or the default. A request for more
/// than was granted is refused, never silently narrowed.
fn scope(request: &Request, resolved: &ResolvedGrant) -> Result<ScopeSet, Denial> {
    let grant = &resolved.chain.grant;
    let narrow = |scopes: &ScopeSet| {
        let of_app = resolved.chain.within_app(scopes);
        match &resolved.narrowed {
            Some(narrowed) => of_app.intersection(narrowed),
            None => of_app,
        }
    };
    let Some(asked) = request.parameters.value(Parameter::Scope) else {
        return Ok(narrow(grant.default_scopes()));
    };
    let asked: ScopeSet = asked.parse().map_err(|_| ScopeReason::Malformed)?;
    let granted = narrow(&grant.scopes);
    match asked.first_not_in(&granted) {
        Some(scope) => Err(ScopeReason::NotGranted(scope.to_string()).into()),
        None if asked.is_empty() => Ok(narrow(grant.default_scopes())),
        None => Ok(asked),
    }
}

/// The budgets that a token is counted against: the client's, then the organization's.
fn budgets(resolved: &ResolvedGrant) -> Vec<(BudgetSubject, BudgetLimits)> {
    let client = resolved.chain.client.as_ref();
    let client = client.map(|client| (BudgetSubject::Client(client.id), client.budget));
    let organization = resolved.chain.organization.as_ref();
    let organization = organization.map(|it| (BudgetSubject::Organization(it.id), it.budget));
    [client, organization].into_iter().flatten().filter(|(_, it)| it.is_limited()).collect()
}

fn reply(ctx: &Context<'_>, decided: Decided, committed: &Committed) -> Result<Reply, Denial> {
    let Decided { mint, stored, budgets, refresh_token, identity } = decided;
    let minted = match stored {
        Some(minted) => minted,
        None => mint::mint(ctx, &mint)?,
    };
    let identity = identity.filter(|_| mint.scopes.contains(identity::OPENID));
    let id_token = match identity {
        Some(identity) => oidc::id_token(ctx, &mint, &identity, &minted.token)?,
        None => None,
    };
    let client_id = mint.client_id().map_or_else(String::new, ToString::to_string);
    let Mint { chain, scopes, .. } = mint;
    let mut reply = TokenReply {
        access_token: minted.token,
        expires_in: minted.expires_in,
        refresh_token,
        id_token,
        scope: scopes,
        client_id,
        organization: chain.organization.as_ref().map(|it| it.public_id.to_string()),
        client_quota: None,
        organization_quota: None,
    };
    for ((subject, limits), state) in budgets.iter().zip(&committed.budgets) {
        let quota = Some(quota(limits, state, ctx.now));
        match subject {
            BudgetSubject::Client(_) => reply.client_quota = quota,
            BudgetSubject::Organization(_) => reply.organization_quota = quota,
        }
    }
    Ok(Reply::Token(Box::new(reply)))
}
