//! A request in the RFCs' words, after a dialect has read it.

use crate::{BasicCredentials, Operation, Parameters};

/// What a client asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which endpoint.
    pub operation: Operation,
    /// The parameters, wherever the dialect reads them from.
    pub parameters: Parameters,
    /// The `Authorization: Basic` header, where the request carried one.
    pub basic: Option<BasicCredentials>,
    /// The `Authorization: Bearer` header, where the request carried one: RFC 7662 §2.1 lets a
    /// protected resource authenticate itself with it.
    pub bearer: Option<base::Secret<crate::AccessToken>>,
    /// Whether whoever presents a token may revoke it, without authenticating as its client.
    pub possession: bool,
}
