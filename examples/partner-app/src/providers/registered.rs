//! What the three flows share: the app's registration, and parsing answers.

use serde_json::Value;

use crate::Settings;
use crate::callback::Attempt;
use crate::error::AppError;
use crate::http::{Answer, Http};
use crate::settings::Registration;

/// The registration of this app at one provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registered<'a> {
    pub(crate) http: &'a Http,
    pub(crate) settings: &'a Settings,
    pub(crate) at: &'a Registration,
}

/// The address for the browser, and what to remember until it comes back.
#[derive(Debug)]
pub(crate) struct Departure {
    pub(crate) url: String,
    pub(crate) attempt: Attempt,
}

/// The account of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Identifies the account among several connections at one provider.
    pub(crate) id: String,
    /// The display name.
    pub(crate) name: String,
}

/// A call of the provider's API and its result.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) request: &'static str,
    pub(crate) answer: Answer,
}

impl Registered<'_> {
    /// An address of the provider.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.at.base)
    }

    /// The redirect URI at the provider.
    pub(super) fn redirect_uri(&self) -> String {
        self.settings.redirect_uri(self.at.provider)
    }
}

/// A text of an answer.
///
/// # Errors
/// When it is absent.
pub(super) fn text(body: &Value, name: &'static str) -> Result<String, AppError> {
    let text = body.get(name).and_then(Value::as_str);
    text.map(str::to_owned).ok_or(AppError::Unexpected(name))
}

/// Splits a text at spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A text at a path in an answer; empty where it is absent.
pub(super) fn at(body: &Value, pointer: &str) -> String {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
