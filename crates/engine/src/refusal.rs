//! The stored record of a denied request.

use domain::Refusal;

use crate::{Context, Denial, redact};

impl Denial {
    /// The record of this denial. `postern why` shows it.
    pub fn refusal(&self, ctx: &Context<'_>) -> Refusal {
        Refusal {
            request_id: ctx.origin.request_id.clone(),
            realm: ctx.issuer.realm().clone(),
            at: ctx.now,
            request: redact(&ctx.origin.request).into_owned(),
            problem: self.problem().as_str().to_owned(),
            reason: self.code().to_owned(),
            explanation: redact(&self.to_string()).into_owned(),
            subject: ctx.origin.recognized.get().map(ToString::to_string),
            address: ctx.origin.address.map(|address| address.to_string()),
        }
    }
}
