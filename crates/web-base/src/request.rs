//! A request on its way to the part of a realm that answers it.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use axum::body::Body;
use axum::http::Request;
use engine::RequestOrigin;

use crate::limits::WebLimits;

/// An HTTP request whose realm is known.
pub struct RealmRequest {
    /// The request as it arrived.
    pub http: Request<Body>,
    /// The range of the realm's own path within the path of the request.
    pub path: Range<usize>,
    /// The request id, which the answer has in `X-Request-Id`.
    pub request_id: String,
    /// The address of the client.
    pub address: IpAddr,
    /// The limits of the request.
    pub limits: WebLimits,
}

impl RealmRequest {
    /// The path as the realm sees it.
    pub fn path(&self) -> &str {
        self.http.uri().path().get(self.path.clone()).unwrap_or_default()
    }

    /// The origin of the request. `path` is what refusals and events record: a pattern, where the
    /// path may hold a value.
    pub fn origin(&self, path: &str) -> RequestOrigin {
        RequestOrigin {
            request_id: self.request_id.clone(),
            address: Some(self.address),
            request: format!("{} {path}", self.http.method()),
            ..RequestOrigin::default()
        }
    }
}

// Not derived: headers and query may hold a credential.
impl fmt::Debug for RealmRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealmRequest").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// Whether `path` is `root` or lies below it.
pub fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
