//! What the server publishes about itself.

/// What the server publishes about itself.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// The display name.
    pub name: String,
    /// The operator.
    pub company: String,
    /// The address.
    pub canonical_url: String,
}
