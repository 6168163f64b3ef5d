//! The paths of pages that are not endpoints of the dialect.

use dialect::Dialect;
use oauth::Operation;

/// The sign-in page.
pub(super) const SIGN_IN: &str = "/sign-in";
/// The sign-out page.
pub(super) const SIGN_OUT: &str = "/sign-out";
/// The page of the user's connected apps.
pub(super) const CONNECTED_APPS: &str = "/settings/apps";

/// Whether users can connect apps in a realm of this dialect.
pub(super) fn connects_apps(dialect: &Dialect) -> bool {
    dialect.endpoint(Operation::Authorization).is_some()
}
