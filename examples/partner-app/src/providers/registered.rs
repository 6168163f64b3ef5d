//! What the flows of the three providers share: where the app is registered, and reading answers.

use serde_json::Value;

use crate::Settings;
use crate::callback::Attempt;
use crate::error::AppError;
use crate::http::{Answer, Http};
use crate::settings::Registration;

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

impl Registered<'_> {
    /// An address of the provider.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.at.base)
    }

    /// Where the provider sends people back to.
    pub(super) fn redirect_uri(&self) -> String {
        self.settings.redirect_uri(self.at.provider)
    }
}

/// A text of an answer.
///
/// # Errors
/// When it is not there.
pub(super) fn text(body: &Value, name: &'static str) -> Result<String, AppError> {
    let text = body.get(name).and_then(Value::as_str);
    text.map(str::to_owned).ok_or(AppError::Unexpected(name))
}

/// Words between spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A text somewhere in an answer; empty where there is none.
pub(super) fn at(body: &Value, pointer: &str) -> String {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
