//! The three providers, a file each: how to ask, how to exchange, how to keep, how to let go.

mod speckle;
mod spendesk;
mod spiko;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Settings;
use crate::callback::Attempt;
use crate::error::AppError;
use crate::http::{Answer, Http};
use crate::settings::Registration;
use crate::tokens::{Token, Tokens};

/// Whose documentation to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A company's spending.
    Spendesk,
    /// Investors and what they hold.
    Spiko,
    /// Models of buildings.
    Speckle,
}

/// One provider, as this app is registered there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registered<'a> {
    pub(crate) http: &'a Http,
    pub(crate) settings: &'a Settings,
    pub(crate) at: &'a Registration,
}

/// Where to send the browser, and what to remember until it comes back.
#[derive(Debug)]
pub(crate) struct Departure {
    pub(crate) url: String,
    pub(crate) attempt: Attempt,
}

/// Whose data a connection opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Tells two connections at one provider apart.
    pub(crate) id: String,
    /// For people.
    pub(crate) name: String,
}

/// A call of the provider's API and what it gave.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) request: &'static str,
    pub(crate) answer: Answer,
}

impl Provider {
    /// Its name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spendesk => "spendesk",
            Self::Spiko => "spiko",
            Self::Speckle => "speckle",
        }
    }

    /// Its name for people, and what connecting is good for.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Spendesk => ("Spendesk", "Reads the wallet and the settlements of a company."),
            Self::Spiko => ("Spiko", "Lists investors, also while you are away."),
            Self::Speckle => ("Speckle", "Reads your profile and your projects."),
        }
    }

    /// The one called `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Spendesk, Self::Spiko, Self::Speckle].into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Registered<'_> {
    /// Where the person says yes or no.
    pub(crate) fn depart(&self) -> Result<Departure, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::depart(self),
            Provider::Spiko => spiko::depart(self),
            Provider::Speckle => Ok(speckle::depart(self)),
        }
    }

    /// The tokens for a code.
    pub(crate) async fn exchange(&self, code: &str, attempt: Attempt) -> Result<Tokens, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::exchange(self, code, &attempt).await,
            Provider::Spiko => spiko::exchange(self, code, attempt).await,
            Provider::Speckle => speckle::exchange(self, code, &attempt).await,
        }
    }

    /// The next tokens. Safe to try again when no answer came: within a minute a provider that
    /// rotates gives the same ones again.
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

    /// Tells the provider that the tokens are not needed any more.
    pub(crate) async fn let_go(&self, tokens: &Tokens) -> Result<(), AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::let_go(self, tokens).await,
            Provider::Spiko => spiko::let_go(self, tokens).await,
            Provider::Speckle => speckle::let_go(self, tokens).await,
        }
    }

    /// Whose data the tokens open.
    pub(crate) async fn account(&self, tokens: &Tokens) -> Account {
        match self.at.provider {
            Provider::Spendesk => spendesk::account(self, tokens).await,
            Provider::Spiko => spiko::account(self, tokens).await,
            Provider::Speckle => speckle::account(self, tokens).await,
        }
    }

    /// Uses the connection.
    pub(crate) async fn call(&self, token: &Token) -> Result<Call, AppError> {
        match self.at.provider {
            Provider::Spendesk => spendesk::call(self, token).await,
            Provider::Spiko => spiko::call(self, token).await,
            Provider::Speckle => speckle::call(self, token).await,
        }
    }

    /// An address of the provider.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.at.base)
    }

    fn redirect_uri(&self) -> String {
        self.settings.redirect_uri(self.at.provider)
    }
}

/// A text of an answer.
///
/// # Errors
/// When it is not there.
fn text(body: &Value, name: &'static str) -> Result<String, AppError> {
    let text = body.get(name).and_then(Value::as_str);
    text.map(str::to_owned).ok_or(AppError::Unexpected(name))
}

/// Words between spaces.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A text somewhere in an answer; empty where there is none.
fn at(body: &Value, pointer: &str) -> String {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
