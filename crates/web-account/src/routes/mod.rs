//! The routes, one file a resource: its rows, its views, and its handlers.

mod access_log;
mod apps;
mod authorized_apps;
mod me;
mod sessions;
mod tokens;

use crate::call::Table;

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
