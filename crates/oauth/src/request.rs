//! A request in the terms of the RFCs, after a dialect has decoded it.

use crate::{BasicCredentials, Operation, Parameters};

/// A decoded request of a client.
#[derive(Clone, Debug)]
pub struct Request {
    /// The endpoint.
    pub operation: Operation,
    /// The parameters, wherever the dialect reads them from.
    pub parameters: Parameters,
    /// The `Authorization: Basic` header, where the request carried one.
    pub basic: Option<BasicCredentials>,
    /// The `Authorization: Bearer` header, where the request carried one: RFC 7662 §2.1 lets a
    /// protected resource authenticate itself with it.
    pub bearer: Option<base::Secret<crate::AccessToken>>,
    /// Whether the holder of a token may revoke it without authenticating as its client.
    pub possession: bool,
}
