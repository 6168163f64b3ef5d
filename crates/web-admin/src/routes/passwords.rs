//! `/users/{id}/password`.

use axum::routing::MethodFilter;
use engine::admin::passwords::{self, NewPassword};
use engine::{Denial, settle};
use serde::Deserialize;
use utoipa::ToSchema;
use web_rest::row;

use super::users::{UserView, hash, view};
use crate::call::{Call, Table};

/// A password to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// 10 characters to 1000 bytes. All characters are allowed.
    #[schema(value_type = String, format = Password)]
    password: NewPassword,
}

pub(super) fn rows(table: Table) -> Table {
    let about = "Set a user's password, and sign them out everywhere";
    table.perform(row(MethodFilter::PUT, "/users/{id}/password", "users:write", about), set)
}

async fn set(call: Call, input: PasswordChange) -> Result<UserView, Denial> {
    let hash = hash(&call, &input.password).await?;
    let ctx = call.context();
    let settled =
        settle(&ctx, async |ctx| passwords::set(&ctx, call.actor(), call.id(), &hash).await);
    let (user, _) = settled.await?;
    view(&ctx, &user).await
}
