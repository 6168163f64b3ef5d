//! The gate: the requests of a proxy for each request of the API. Compared with the probe, at half
//! of its top rate, with many credentials, and during a flood of random credentials.

pub(crate) mod flood;
pub(crate) mod fresh;
pub(crate) mod known;
pub(crate) mod scale;

/// The path of the API that is requested.
pub(crate) const CONTACTS: &str = "/contacts/4711?expand=company";
const INVOICES: &str = "/invoices/4711";
