//! Submitting an access request.

use base::Id;
use domain::{AccessDecision, AccessRequest, Actor, EntityRecord as _, Owners};
use store::{ListQuery, MAX_PAGE, StoreExt as _};

use crate::changes::{Changes, no_detail};
use crate::fields::{self, invalid};
use crate::{Context, Denial, LinkReason, Outcome};

/// The longest use case, in characters.
pub const MAX_USE_CASE: usize = 2_000;
/// The most requests of a realm that may wait for a decision.
pub const MAX_PENDING: usize = 500;
/// The most requests that a realm accepts on a UTC day.
pub const MAX_A_DAY: usize = 200;
/// So many of both are only for networks that no other request came from on the day. So a few networks cannot shut out
/// all others.
const FOR_FIRST_REQUESTS: usize = 100;

const DAY: i64 = 86_400;

/// The input of an access request. Each text is untrusted.
#[derive(Clone, Debug, Default)]
pub struct NewAccessRequest {
    /// The name of the person.
    pub name: String,
    /// The name of the person's organization.
    pub organization: String,
    /// What the credentials are for, in one or more lines.
    pub use_case: String,
    /// The e-mail address of the person.
    pub contact: String,
    /// Whether it is the first request of the day from its network.
    pub first_of_network: bool,
}

/// Stores an access request, for staff to decide on.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`LinkReason::AccessRequestsFull`] when the realm accepts
/// no more at present.
pub async fn submit(
    ctx: &Context<'_>,
    new: &NewAccessRequest,
) -> Result<Outcome<AccessRequest>, Denial> {
    let id = Id::new(ctx.now, ctx.rng);
    let request = AccessRequest {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, None, id)?,
        name: fields::name("name", &new.name)?,
        organization: fields::name("organization", &new.organization)?,
        use_case: paragraph("use_case", &new.use_case)?,
        contact: contact(&new.contact)?,
        decision: AccessDecision::Pending,
        mailed: None,
        mail_failed: false,
        created_at: ctx.now,
    };
    refuse_too_many(ctx, new.first_of_network).await?;
    let mut changes = Changes::new(ctx, &Actor::System);
    changes.insert(&request, "access_request.created".into(), no_detail());
    Ok(changes.done(request))
}

fn contact(text: &str) -> Result<String, Denial> {
    fields::email(text).map_err(|_| invalid("contact", "an e-mail address such as ada@example.com"))
}

/// A text of one or more lines, not empty, of at most [`MAX_USE_CASE`] visible characters.
fn paragraph(field: &str, text: &str) -> Result<String, Denial> {
    let text = fields::paragraph(field, text, MAX_USE_CASE)?;
    if text.is_empty() { Err(invalid(field, "a text that is not empty")) } else { Ok(text) }
}

/// Refuses a request beyond [`MAX_PENDING`] waiting ones or [`MAX_A_DAY`] on this day, of which
/// [`FOR_FIRST_REQUESTS`] are for the first request of a network. So a flood of the form adds few
/// rows a day and costs a bounded number of reads.
///
/// # Errors
/// [`LinkReason::AccessRequestsFull`]; the error of the store.
async fn refuse_too_many(ctx: &Context<'_>, first_of_network: bool) -> Result<(), Denial> {
    let reserved = if first_of_network { 0 } else { FOR_FIRST_REQUESTS };
    let (a_day, pending) = (MAX_A_DAY - reserved, MAX_PENDING - reserved);
    let midnight = ctx.now.day().saturating_mul(DAY).saturating_mul(1_000);
    // An identifier begins with the Unix time in milliseconds at which it was made.
    let after = u128::from(midnight.unsigned_abs()) << 80;
    if count(ctx, None, Some(after), a_day).await? >= a_day {
        return Err(LinkReason::AccessRequestsFull("on this day").into());
    }
    if count(ctx, Some("pending"), None, pending).await? >= pending {
        return Err(LinkReason::AccessRequestsFull("until some are decided").into());
    }
    Ok(())
}

/// How many requests there are, counted up to `enough`.
async fn count(
    ctx: &Context<'_>,
    variety: Option<&'static str>,
    mut after: Option<u128>,
    enough: usize,
) -> Result<usize, Denial> {
    let mut counted = 0;
    loop {
        let query = ListQuery {
            kind: AccessRequest::KIND,
            realm: ctx.issuer.realm().clone(),
            owners: Owners { variety, ..Owners::default() },
            after,
            limit: MAX_PAGE,
        };
        let page = ctx.store.page::<AccessRequest>(query).await?;
        counted += page.len();
        match page.last() {
            Some(last) if page.len() == MAX_PAGE && counted < enough => {
                after = Some(last.id.as_u128());
            }
            _ => return Ok(counted),
        }
    }
}
