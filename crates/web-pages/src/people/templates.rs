//! The templates of the pages, with their values. Askama escapes all values.

use std::borrow::Cow;

use askama::Template;

use super::page::Layout;

/// The values of an app.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// The name of the app.
    pub(crate) name: String,
    /// The URL of its logo.
    pub(crate) logo: Option<String>,
    /// The URL of its home page.
    pub(crate) home: Option<String>,
    /// A sentence that describes it.
    pub(crate) description: Option<String>,
}

impl App {
    /// One or two letters in place of a missing logo.
    pub(crate) fn monogram(&self) -> String {
        let first = |word: &str| word.chars().find(|c| c.is_alphanumeric());
        let letters = self.name.split_whitespace().filter_map(first).take(2);
        let letters: String = letters.flat_map(char::to_uppercase).collect();
        if letters.is_empty() { "?".to_owned() } else { letters }
    }
}

/// The signed-in user.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    /// The URL to sign in as another user.
    pub(crate) switch: String,
}

/// The sign-in page.
#[derive(Clone, Debug, Template)]
#[template(path = "people/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) layout: Layout,
    /// The app whose request follows the sign-in.
    pub(crate) app: Option<App>,
    /// The user who is signed in already.
    pub(crate) person: Option<Person>,
    pub(crate) csrf: String,
    pub(crate) email: String,
    /// The error of the last attempt.
    pub(crate) wrong: Option<Cow<'static, str>>,
    /// A message that is not an error.
    pub(crate) notice: Option<&'static str>,
}

/// The page after a sign-in without an app's request.
#[derive(Clone, Debug, Template)]
#[template(path = "people/signed_in.html")]
pub(crate) struct SignedInPage {
    pub(crate) layout: Layout,
    pub(crate) person: Person,
    /// The URL of the connected apps; `None` where apps cannot be connected.
    pub(crate) apps: Option<String>,
    pub(crate) sign_out: String,
}

/// The page after too many attempts.
#[derive(Clone, Debug, Template)]
#[template(path = "people/too_many.html")]
pub(crate) struct TooManyPage {
    pub(crate) layout: Layout,
    /// The waiting time, in words.
    pub(crate) wait: String,
    /// The URL to try again.
    pub(crate) again: String,
}

/// The page that asks whether to sign out.
#[derive(Clone, Debug, Template)]
#[template(path = "people/sign_out.html")]
pub(crate) struct SignOutPage {
    pub(crate) layout: Layout,
    pub(crate) app: Option<App>,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    pub(crate) notice: Option<&'static str>,
}

/// The page after sign-out.
#[derive(Clone, Debug, Template)]
#[template(path = "people/signed_out.html")]
pub(crate) struct SignedOutPage {
    pub(crate) layout: Layout,
    pub(crate) sign_in: String,
}

/// The page to choose an organization.
#[derive(Clone, Debug, Template)]
#[template(path = "people/organization.html")]
pub(crate) struct OrganizationPage {
    pub(crate) layout: Layout,
    pub(crate) app: App,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    /// The public ids and names of the organizations.
    pub(crate) organizations: Vec<(String, String)>,
    pub(crate) notice: Option<&'static str>,
    /// The error: no organization was chosen.
    pub(crate) wrong: Option<&'static str>,
}

/// The page in place of a redirect with an error to an app that nobody verified.
#[derive(Clone, Debug, Template)]
#[template(path = "people/unverified.html")]
pub(crate) struct UnverifiedPage {
    pub(crate) layout: Layout,
    /// The error in words.
    pub(crate) text: String,
    /// The host that the link leads to.
    pub(crate) destination: String,
    /// The link.
    pub(crate) location: String,
}

/// A scope on the consent page.
#[derive(Clone, Debug)]
pub(crate) struct ScopeLine {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) is_new: bool,
}

/// The consent page.
#[derive(Clone, Debug, Template)]
#[template(path = "people/consent.html")]
pub(crate) struct ConsentPage {
    pub(crate) layout: Layout,
    pub(crate) app: App,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    /// The organization that the consent is for.
    pub(crate) organization: Option<String>,
    /// The URL to choose another organization.
    pub(crate) other_organization: Option<String>,
    pub(crate) scopes: Vec<ScopeLine>,
    /// The day since which the app is connected.
    pub(crate) connected_since: Option<String>,
    /// The host that the browser is redirected to, or the app's name.
    pub(crate) destination: String,
    /// Whether the redirect leads to a program on the user's machine.
    pub(crate) to_this_machine: bool,
    /// Whether the app will get a refresh token, so it may act while the user is away.
    pub(crate) stays: bool,
    /// The URL to disconnect the app.
    pub(crate) connected_apps: String,
    pub(crate) notice: Option<&'static str>,
}

impl ConsentPage {
    /// Whether the app requests a scope that it did not have before.
    fn has_new(&self) -> bool {
        self.scopes.iter().any(|scope| scope.is_new)
    }
}

/// An app that may act for the user.
#[derive(Clone, Debug)]
pub(crate) struct ConnectedApp {
    /// The id of the connection. An app may have one connection per organization.
    pub(crate) id: String,
    /// The CSRF token of the form that disconnects it.
    pub(crate) csrf: String,
    pub(crate) app: App,
    /// For which organization.
    pub(crate) organization: Option<String>,
    pub(crate) scopes: Vec<ScopeLine>,
    /// The day since which it is connected.
    pub(crate) since: String,
    /// The day on which it was last used.
    pub(crate) last_used: Option<String>,
}

/// The page of connected apps.
#[derive(Clone, Debug, Template)]
#[template(path = "people/connected_apps.html")]
pub(crate) struct ConnectedAppsPage {
    pub(crate) layout: Layout,
    pub(crate) person: Person,
    pub(crate) apps: Vec<ConnectedApp>,
    /// Whether there are more apps than the page shows.
    pub(crate) more: bool,
    pub(crate) notice: Option<String>,
}

/// An error page.
#[derive(Clone, Debug, Template)]
#[template(path = "people/error.html")]
pub(crate) struct ErrorPage {
    pub(crate) layout: Layout,
    pub(crate) heading: &'static str,
    pub(crate) text: String,
    pub(crate) advice: &'static str,
}
