//! Facts about the request that presents a credential. The issuer can store the private reason of a
//! rejection under the request's id. It never holds a header or a body.

use std::net::IpAddr;

use http::{Extensions, Method, Request};

/// The id of a request: put into its extensions by the service before the layer runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The caller's address as the service determined it, put into the extensions in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteAddress(pub IpAddr);

/// The request, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// Its method.
    pub method: Method,
    /// Its path, without the query: queries may carry secrets.
    pub path: String,
    /// Its id, where the service set one.
    pub request_id: Option<String>,
    /// The caller's address, where the service set one.
    pub remote: Option<IpAddr>,
}

impl RequestInfo {
    /// Reads method, path and the extensions [`RequestId`] and [`RemoteAddress`].
    pub fn of<B>(request: &Request<B>) -> Self {
        Self::from_parts(request.method(), request.uri().path(), request.extensions())
    }

    /// The same, from the parts of a request.
    pub fn from_parts(method: &Method, path: &str, extensions: &Extensions) -> Self {
        Self {
            method: method.clone(),
            path: path.to_owned(),
            request_id: extensions.get::<RequestId>().map(|id| id.0.clone()),
            remote: extensions.get::<RemoteAddress>().map(|address| address.0),
        }
    }
}
