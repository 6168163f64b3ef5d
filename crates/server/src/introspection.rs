//! Introspection at an issuer of this process, for an API that is served beside it.
//!
//! Invariant: a rejection is recorded under the id of the request that presented the credential.

use domain::Refusal;
use engine::present::{Presented, PresentedAt, Verified, present};
use engine::{Context, Level, RequestOrigin, introspect, redact};
use verify::{BoxFuture, Introspect, Introspection, Observe, Rejection, RequestInfo, Unavailable};
use web::RealmState;

/// The issuer of one realm, in this process.
#[derive(Clone, Debug)]
pub(crate) struct InProcess(pub(crate) RealmState);

impl Introspect for InProcess {
    fn introspect<'a>(
        &'a self,
        presented: &'a verify::Presented,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>> {
        Box::pin(async move {
            let origin = origin(request);
            let ctx = self.0.context(&origin);
            match present(&ctx, &as_presented(presented), PresentedAt::Api).await {
                Ok(verified) => {
                    self.note_use(&ctx, &verified);
                    Ok(introspect::describe(&ctx, &verified).into())
                }
                Err(denial) => {
                    self.0.note(&ctx, &denial);
                    if denial.is_of_store() {
                        Err(Unavailable::new("the store does not answer"))
                    } else {
                        Ok(introspect::inactive(&denial).into())
                    }
                }
            }
        })
    }
}

impl InProcess {
    fn note_use(&self, ctx: &Context<'_>, verified: &Verified) {
        self.0.app().uses.note(verified.credential.id, ctx.now, ctx.origin.address);
    }
}

impl Observe for InProcess {
    fn refused(&self, rejection: &Rejection, request: &RequestInfo) {
        // The issuer recorded these two itself above, with more details.
        if matches!(rejection, Rejection::Inactive | Rejection::Suspended) {
            return;
        }
        let origin = origin(request);
        let problem = rejection.code().map_or("no_credentials", oauth::ErrorCode::as_str);
        let refusal = Refusal {
            request_id: origin.request_id,
            realm: self.0.issuer().realm().clone(),
            at: self.0.app().clock.now(),
            request: origin.request,
            problem: problem.to_owned(),
            reason: "api_refused".to_owned(),
            explanation: rejection.to_string(),
            subject: None,
            address: origin.address.map(|address| address.to_string()),
        };
        self.0.note_refusal(refusal, "api_refused", Level::Info);
    }
}

fn as_presented(presented: &verify::Presented) -> Presented<'_> {
    match presented {
        verify::Presented::Bearer(token) => Presented::Token(token.expose()),
        verify::Presented::Basic { id, secret } => Presented::Basic { id, secret: secret.expose() },
    }
}

fn origin(request: &RequestInfo) -> RequestOrigin {
    RequestOrigin {
        request_id: request.request_id.clone().unwrap_or_default(),
        address: request.remote,
        request: redact(&format!("{} {}", request.method, request.path)).into_owned(),
        ..RequestOrigin::default()
    }
}
