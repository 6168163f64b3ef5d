//! The routes, one file a resource: its rows, what is told of it, and its handlers.

mod access_requests;
mod admin_keys;
mod api_keys;
mod audit;
mod budgets;
mod clients;
mod credentials;
mod grants;
mod legacy_tokens;
mod organizations;
mod passwords;
mod personal_access_tokens;
mod refresh_tokens;
mod resource_servers;
mod secrets;
mod sessions;
mod signing_keys;
mod users;
mod why;
pub(crate) mod words;

use super::table::Table;

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
        api_keys::rows,
        personal_access_tokens::rows,
        refresh_tokens::rows,
        legacy_tokens::rows,
        access_requests::rows,
        budgets::rows,
        signing_keys::rows,
        admin_keys::rows,
        audit::rows,
        why::rows,
    ];
    resources.into_iter().fold(Table::new(), |table, rows| rows(table))
}
