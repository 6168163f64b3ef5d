//! The templates of the pages of access requests, with their values.

use askama::Template;

use crate::people::page::Layout;

/// The values of the form. They are shown again when the form is refused.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormValues {
    pub(crate) name: String,
    pub(crate) organization: String,
    pub(crate) use_case: String,
    pub(crate) contact: String,
}

/// The error of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) text: &'static str,
}

/// The page with the form.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/form.html")]
pub(crate) struct FormPage {
    pub(crate) layout: Layout,
    pub(crate) csrf: String,
    /// The name of the field that people do not see.
    pub(crate) hidden_field: String,
    pub(crate) typed: FormValues,
    pub(crate) wrong: Option<FieldError>,
    /// A message about the whole form.
    pub(crate) notice: Option<&'static str>,
    /// The most characters of the message to staff.
    pub(crate) longest_use_case: usize,
}

impl FormPage {
    /// The error of a field; `None` where it has none.
    pub(crate) fn error_of(&self, field: &str) -> Option<&'static str> {
        self.wrong.as_ref().filter(|wrong| wrong.field == field).map(|wrong| wrong.text)
    }
}

/// The page after the form was sent.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/sent.html")]
pub(crate) struct SentPage {
    pub(crate) layout: Layout,
}

/// The page of a one-time link, before the secret is created.
#[derive(Clone, Debug, Template)]
#[template(path = "access_request/offer.html")]
pub(crate) struct OfferPage {
    pub(crate) layout: Layout,
    pub(crate) csrf: String,
    pub(crate) client_name: String,
    pub(crate) until: String,
    pub(crate) notice: Option<&'static str>,
}

/// The page that shows the credentials, once. It has no `Debug`, since it contains the secret.
#[derive(Template)]
#[template(path = "access_request/credentials.html")]
pub(crate) struct CredentialsPage<'a> {
    pub(crate) layout: Layout,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) audiences: &'a [String],
    pub(crate) token_endpoint: Option<String>,
}
