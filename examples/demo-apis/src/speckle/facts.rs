//! What the server publishes about itself.

/// What the server publishes about itself.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// For people.
    pub name: String,
    /// Who runs it.
    pub company: String,
    /// Where it is.
    pub canonical_url: String,
}
