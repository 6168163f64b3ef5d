//! The three providers, one file each: authorization request, code exchange, refresh, revocation.

mod registered;
mod speckle;
mod spendesk;
mod spiko;

use crate::Provider;
use crate::callback::Attempt;
use crate::error::AppError;
use crate::tokens::{Token, Tokens};
pub(crate) use registered::{Account, Call, Departure, Registered};

impl Registered<'_> {
    /// The address of the provider's consent page.
    pub(crate) fn depart(&self) -> Result<Departure, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::depart(self),
            Provider::Spiko => spiko::depart(self),
            Provider::Speckle => Ok(speckle::depart(self)),
        }
    }

    /// Exchanges a code for tokens.
    pub(crate) async fn exchange(&self, code: &str, attempt: Attempt) -> Result<Tokens, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::exchange(self, code, &attempt).await,
            Provider::Spiko => spiko::exchange(self, code, attempt).await,
            Provider::Speckle => speckle::exchange(self, code, &attempt).await,
        }
    }

    /// Refreshes the tokens. It is safe to repeat when no answer came: within a minute, a provider
    /// that rotates returns the same tokens again.
    pub(crate) async fn refresh(&self, token: &Token) -> Result<Tokens, AppError> {
        match self.refresh_once(token).await {
            Err(AppError::Unreachable) => self.refresh_once(token).await,
            answered => answered,
        }
    }

    async fn refresh_once(&self, token: &Token) -> Result<Tokens, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::refresh(self, token).await,
            Provider::Spiko => spiko::refresh(self, token).await,
            Provider::Speckle => speckle::refresh(self, token).await,
        }
    }

    /// Revokes the tokens at the provider.
    pub(crate) async fn let_go(&self, tokens: &Tokens) -> Result<(), AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::let_go(self, tokens).await,
            Provider::Spiko => spiko::let_go(self, tokens).await,
            Provider::Speckle => speckle::let_go(self, tokens).await,
        }
    }

    /// The account that the tokens are for.
    pub(crate) async fn account(&self, tokens: &Tokens) -> Account {
        match self.at.provider {
            Provider::Spendesk => spendesk::account(self, tokens).await,
            Provider::Spiko => spiko::account(self, tokens).await,
            Provider::Speckle => speckle::account(self, tokens).await,
        }
    }

    /// Calls the provider's API.
    pub(crate) async fn call(&self, token: &Token) -> Result<Call, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::call(self, token).await,
            Provider::Spiko => spiko::call(self, token).await,
            Provider::Speckle => speckle::call(self, token).await,
        }
    }
}
