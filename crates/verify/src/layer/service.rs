//! The service of the layer: reads the header, verifies, then calls the inner service or rejects.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use super::policy::Policy;
use crate::{BoxFuture, Principal, Rejection, RequestInfo, Scheme, Verifier};

/// A service behind a [`crate::VerifyLayer`].
#[derive(Clone)]
pub struct VerifyService<S> {
    inner: S,
    verifier: Arc<Verifier>,
    policy: Arc<Policy>,
}

impl<S> VerifyService<S> {
    pub(super) const fn new(inner: S, verifier: Arc<Verifier>, policy: Arc<Policy>) -> Self {
        Self { inner, verifier, policy }
    }
}

impl<S: fmt::Debug> fmt::Debug for VerifyService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for VerifyService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The ready service handles the request; its clone stays behind.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (verifier, policy) = (Arc::clone(&self.verifier), Arc::clone(&self.policy));
        let info = RequestInfo::of(&request);
        let presented = policy.schemes.read(request.headers());
        Box::pin(async move {
            let scheme = match &presented {
                Ok(presented) => presented.as_ref().map(crate::Presented::scheme),
                Err(_) => None,
            };
            let verdict = match presented {
                Ok(None) if policy.optional => Ok(None),
                Ok(None) => Err(Rejection::NoCredentials),
                Ok(Some(presented)) => {
                    let verdict = verifier.decide(&presented, &info, policy.when_stale).await;
                    verdict.and_then(|principal| policy.admit(principal)).map(Some)
                }
                Err(rejection) => Err(rejection),
            };
            match verdict {
                Ok(principal) => {
                    if let Some(principal) = principal {
                        request.extensions_mut().insert(principal);
                    }
                    inner.call(request).await
                }
                Err(rejection) => Ok(refuse(&verifier, &policy, &rejection, (scheme, &info))),
            }
        })
    }
}

impl Policy {
    fn admit(&self, principal: Principal) -> Result<Principal, Rejection> {
        if self.scopes.iter().all(|scope| principal.scopes.contains(scope)) {
            Ok(principal)
        } else {
            Err(Rejection::InsufficientScope { required: self.scopes.join(" ") })
        }
    }
}

fn refuse<R: From<Bytes>>(
    verifier: &Verifier,
    policy: &Policy,
    rejection: &Rejection,
    (scheme, info): (Option<Scheme>, &RequestInfo),
) -> Response<R> {
    verifier.refused(rejection, info);
    policy.answer(rejection, scheme, info.request_id.as_deref().unwrap_or_default()).map(R::from)
}
