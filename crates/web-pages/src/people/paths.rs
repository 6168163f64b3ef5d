//! The paths of pages that are at no endpoint of the dialect.

use dialect::Dialect;
use oauth::Operation;

/// Where people sign in.
pub(super) const SIGN_IN: &str = "/sign-in";
/// Where people sign out.
pub(super) const SIGN_OUT: &str = "/sign-out";
/// Where people see the apps that they connected.
pub(super) const CONNECTED_APPS: &str = "/settings/apps";

/// Whether people can connect apps here at all.
pub(super) fn connects_apps(dialect: &Dialect) -> bool {
    dialect.endpoint(Operation::Authorization).is_some()
}
