//! The gate: what a proxy asks for each request of the API. Beside the probe, at half of its top rate,
//! with many credentials, and in a flood of strangers.

pub(crate) mod flood;
pub(crate) mod fresh;
pub(crate) mod known;
pub(crate) mod scale;

/// What is asked for.
pub(crate) const CONTACTS: &str = "/contacts/4711?expand=company";
const INVOICES: &str = "/invoices/4711";
