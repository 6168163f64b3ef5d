//! The kinds of credentials that administrators manage: API keys, personal access tokens, refresh tokens, admin keys.
//! All kinds have the same routes to list, read and revoke. Each kind has its own creation.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::CredentialKind;
use engine::admin::admin_keys::{self, NewAdminKey};
use engine::admin::api_keys::{self, NewApiKey};
use engine::admin::personal_access_tokens::{self, NewPersonalAccessToken};
use engine::admin::refresh_tokens::{self, NewRefreshToken};
use web_rest::views::{NoQuery, Reason};
use web_rest::{Row, row};

use super::credentials::{self, OwnedPage};
use crate::call::{Call, Table};

/// The paths, scopes and summaries of one kind.
pub(super) struct KindRoutes {
    kind: CredentialKind,
    path: &'static str,
    scopes: (&'static str, &'static str),
    create: &'static str,
    list: (&'static str, &'static str),
    show: (&'static str, &'static str),
    revoke: (&'static str, &'static str),
}

/// [`KindRoutes`] of a kind: the last segment of its path, the prefix of its scopes, its plural, one of it.
macro_rules! kind_routes {
    ($kind:ident, $path:literal, $scope:literal, $plural:literal, $one:literal) => {
        KindRoutes {
            kind: CredentialKind::$kind,
            path: concat!("/", $path),
            scopes: (concat!($scope, ":read"), concat!($scope, ":write")),
            create: concat!("Create ", $one),
            list: (concat!("/", $path), concat!("List ", $plural)),
            show: (concat!("/", $path, "/{id}"), concat!("Read ", $one)),
            revoke: (concat!("/", $path, "/{id}/revoke"), concat!("Revoke ", $one)),
        }
    };
}

const API_KEYS: KindRoutes = kind_routes!(ApiKey, "api-keys", "keys", "API keys", "an API key");
const PERSONAL_ACCESS_TOKENS: KindRoutes = kind_routes!(
    PersonalAccessToken,
    "personal-access-tokens",
    "tokens",
    "personal access tokens",
    "a personal access token"
);
const REFRESH_TOKENS: KindRoutes =
    kind_routes!(RefreshToken, "refresh-tokens", "tokens", "refresh tokens", "a refresh token");
const ADMIN_KEYS: KindRoutes =
    kind_routes!(AdminKey, "admin-keys", "admin_keys", "admin keys", "an admin key");
/// Legacy tokens are imported, not created.
pub(super) const LEGACY_TOKENS: KindRoutes =
    kind_routes!(LegacyToken, "legacy-tokens", "tokens", "legacy tokens", "a legacy token");

impl KindRoutes {
    const fn creation(&self) -> Row {
        row(MethodFilter::POST, self.path, self.scopes.1, self.create)
    }

    /// Adds the routes that all kinds have: list, read, revoke.
    pub(super) fn managed(self, table: Table) -> Table {
        let Self { kind, scopes: (read, write), list, show, revoke, .. } = self;
        table
            .read(
                row(MethodFilter::GET, list.0, read, list.1),
                move |call: Call, query: OwnedPage| {
                    let (page, owned_by) = query.split();
                    credentials::list(call, kind, owned_by, page)
                },
            )
            .read(
                row(MethodFilter::GET, show.0, read, show.1),
                move |call: Call, _: NoQuery| async move {
                    credentials::show(call.clone(), kind, call.id()).await
                },
            )
            .change(
                row(MethodFilter::POST, revoke.0, write, revoke.1),
                move |call: Call, reason: Arc<Reason>| async move {
                    credentials::revoke(call.clone(), kind, call.id(), reason).await
                },
            )
    }
}

pub(super) fn api_keys(table: Table) -> Table {
    let about = "Organizations' keys: presented as they are, or exchanged for a token.";
    let create = |call: Call, input: Arc<NewApiKey>| async move {
        let ctx = call.context();
        credentials::made(&ctx, api_keys::create(&ctx, call.actor(), &input).await?).await
    };
    API_KEYS.managed(table.about("API keys", about).create(API_KEYS.creation(), create))
}

pub(super) fn personal_access_tokens(table: Table) -> Table {
    let create = |call: Call, input: Arc<NewPersonalAccessToken>| async move {
        let ctx = call.context();
        let made = personal_access_tokens::create(&ctx, call.actor(), &input).await?;
        credentials::made(&ctx, made).await
    };
    let table = table.about("Personal access tokens", "Users' tokens for their own programs.");
    PERSONAL_ACCESS_TOKENS.managed(table.create(PERSONAL_ACCESS_TOKENS.creation(), create))
}

pub(super) fn refresh_tokens(table: Table) -> Table {
    let about = "Long-lived tokens that support issues by hand. A client may hold several.";
    let create = |call: Call, input: Arc<NewRefreshToken>| async move {
        let ctx = call.context();
        credentials::made(&ctx, refresh_tokens::create(&ctx, call.actor(), &input).await?).await
    };
    let table = table.about("Refresh tokens", about);
    REFRESH_TOKENS.managed(table.create(REFRESH_TOKENS.creation(), create))
}

pub(super) fn admin_keys(table: Table) -> Table {
    let about =
        "They open this API. None makes another that may do more than itself, or that outlives it.";
    let create = |call: Call, input: Arc<NewAdminKey>| async move {
        let ctx = call.context();
        let maker = Some(call.caller());
        credentials::made(&ctx, admin_keys::create(&ctx, call.actor(), maker, &input).await?).await
    };
    ADMIN_KEYS.managed(table.about("Admin keys", about).create(ADMIN_KEYS.creation(), create))
}
