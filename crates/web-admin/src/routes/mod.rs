//! The routes, one file a resource: its rows, its views, and its handlers.

mod access_requests;
mod audit;
mod budgets;
mod clients;
mod credential_kinds;
mod credentials;
mod grants;
mod legacy_tokens;
mod organizations;
mod passwords;
mod resource_servers;
mod secrets;
mod sessions;
mod signing_keys;
mod users;
mod why;

use crate::call::Table;

/// Every route.
pub(super) fn all() -> Table {
    let resources = [
        organizations::rows,
        users::rows,
        passwords::rows,
        sessions::rows,
        resource_servers::rows,
        clients::rows,
        secrets::rows,
        grants::rows,
        credential_kinds::api_keys,
        credential_kinds::personal_access_tokens,
        credential_kinds::refresh_tokens,
        legacy_tokens::rows,
        access_requests::rows,
        budgets::rows,
        signing_keys::rows,
        credential_kinds::admin_keys,
        audit::rows,
        why::rows,
    ];
    resources.into_iter().fold(Table::new(), |table, rows| rows(table))
}
