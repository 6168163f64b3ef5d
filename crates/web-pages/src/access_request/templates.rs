//! The pages as types.

use askama::Template;

use crate::people::page::Layout;

/// The values of the form, shown again where it is refused.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormValues {
    pub(crate) name: String,
    pub(crate) organization: String,
    pub(crate) use_case: String,
    pub(crate) contact: String,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) text: &'static str,
}

/// The form.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/form.html")]
pub(crate) struct FormPage {
    pub(crate) layout: Layout,
    pub(crate) csrf: String,
    pub(crate) typed: FormValues,
    pub(crate) wrong: Option<FieldError>,
    /// Something to know about the whole.
    pub(crate) notice: Option<&'static str>,
    /// In characters.
    pub(crate) longest_use_case: usize,
}

impl FormPage {
    /// What is wrong with this field.
    pub(crate) fn wrong_with(&self, field: &str) -> Option<&'static str> {
        self.wrong.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.text)
    }
}

/// Thanks.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/sent.html")]
pub(crate) struct SentPage {
    pub(crate) layout: Layout,
}

/// Before the secret is made.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/offer.html")]
pub(crate) struct OfferPage {
    pub(crate) layout: Layout,
    pub(crate) csrf: String,
    pub(crate) client_name: String,
    pub(crate) until: String,
    pub(crate) notice: Option<&'static str>,
}

/// The credentials, this once. There is no `Debug`: the page holds the secret.
#[derive(Template)]
#[template(path = "access_request/credentials.html")]
pub(crate) struct CredentialsPage<'a> {
    pub(crate) layout: Layout,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) audiences: &'a [String],
    pub(crate) token_endpoint: Option<String>,
}
