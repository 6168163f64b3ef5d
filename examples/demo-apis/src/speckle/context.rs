//! The accounts for resolvers, and their errors in GraphQL.

use std::sync::Arc;

use async_graphql::{Context, Error, Result};

use super::accounts::{Accounts, AccountsError};
use super::scopes::{coded, forbidden};

pub(super) fn accounts<'a>(context: &Context<'a>) -> Result<&'a Arc<dyn Accounts>> {
    context.data::<Arc<dyn Accounts>>()
}

pub(super) fn failed(error: AccountsError) -> Error {
    match error {
        AccountsError::Refused(why) => forbidden(why),
        AccountsError::Unavailable => {
            coded("The accounts cannot be reached now.".to_owned(), "INTERNAL_SERVER_ERROR")
        }
    }
}
