//! The routes, one file a thing: its rows, what is told of it, and its handlers.

mod access_log;
mod apps;
mod authorized_apps;
mod me;
mod sessions;
mod tokens;

use super::call::Call;

/// The table of this API.
type Table = crate::admin::table::Table<Call>;

/// Every route.
pub(super) fn all() -> Table {
    let things = [
        me::rows,
        tokens::rows,
        apps::rows,
        authorized_apps::rows,
        sessions::rows,
        access_log::rows,
    ];
    things.into_iter().fold(Table::new(), |table, rows| rows(table))
}
