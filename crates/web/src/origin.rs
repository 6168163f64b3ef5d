//! Whence a request came, for whatever runs on its behalf.

use std::sync::Arc;

use engine::RequestOrigin;

tokio::task_local! {
    static CURRENT: Arc<RequestOrigin>;
}

/// The origin of the request that the current task answers, where it is answered by what is mounted
/// beside an issuer.
pub fn current_origin() -> Option<Arc<RequestOrigin>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Answers on behalf of `origin`.
pub(crate) async fn scoped<F: Future>(origin: Arc<RequestOrigin>, answer: F) -> F::Output {
    CURRENT.scope(origin, answer).await
}
