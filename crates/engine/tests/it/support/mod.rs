//! What all tests of the engine share: a realm on the store in memory, and records to fill it with.

mod realm;
mod records;

use base::Id;
use domain::{Client, CredentialDetail};
use engine::Denial;

pub(crate) use realm::TestRealm;
pub(crate) use records::id;

/// The audience of the API that most tests use.
pub(crate) const API: &str = "https://api.example";

/// Parses scopes, separated by spaces.
pub(crate) fn scopes(text: &str) -> oauth::ScopeSet {
    text.parse().unwrap()
}

/// The detail of a client's secret.
pub(crate) const fn client_secret(client: Id<Client>) -> CredentialDetail {
    CredentialDetail::ClientSecret { client, organization: None, status_index: None }
}

/// The private code of a denial.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Denial>) -> &'static str {
    result.unwrap_err().code()
}
