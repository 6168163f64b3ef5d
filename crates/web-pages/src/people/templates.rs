//! The pages as types: what each shows, and nothing else gets into it. Askama escapes all of it.

use std::borrow::Cow;

use askama::Template;

use super::page::Layout;

/// An app as people see it.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// What it calls itself.
    pub(crate) name: String,
    /// Where its logo is.
    pub(crate) logo: Option<String>,
    /// Its home page.
    pub(crate) home: Option<String>,
    /// A sentence about what it does.
    pub(crate) description: Option<String>,
}

impl App {
    /// The letters that stand for a missing logo: one, or two.
    pub(crate) fn monogram(&self) -> String {
        let first = |word: &str| word.chars().find(|c| c.is_alphanumeric());
        let letters = self.name.split_whitespace().filter_map(first).take(2);
        let letters: String = letters.flat_map(char::to_uppercase).collect();
        if letters.is_empty() { "?".to_owned() } else { letters }
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Where to sign in as somebody else.
    pub(crate) switch: String,
}

/// `/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) layout: Layout,
    /// The app that waits behind it.
    pub(crate) app: Option<App>,
    /// Who is signed in already.
    pub(crate) person: Option<Person>,
    pub(crate) csrf: String,
    pub(crate) email: String,
    /// What was wrong with the last attempt.
    pub(crate) wrong: Option<Cow<'static, str>>,
    /// Something to know, where nothing was wrong.
    pub(crate) notice: Option<&'static str>,
}

/// Somebody is signed in, and that is all.
#[derive(Clone, Debug, Template)]
#[template(path = "people/signed_in.html")]
pub(crate) struct SignedInPage {
    pub(crate) layout: Layout,
    pub(crate) person: Person,
    /// Where the connected apps are, where apps can be connected.
    pub(crate) apps: Option<String>,
    pub(crate) sign_out: String,
}

/// Too many attempts.
#[derive(Clone, Debug, Template)]
#[template(path = "people/too_many.html")]
pub(crate) struct TooManyPage {
    pub(crate) layout: Layout,
    /// How long to wait, in words.
    pub(crate) wait: String,
    /// Where to try again.
    pub(crate) again: String,
}

/// `/sign-out`, or an app's wish for it.
#[derive(Clone, Debug, Template)]
#[template(path = "people/sign_out.html")]
pub(crate) struct SignOutPage {
    pub(crate) layout: Layout,
    pub(crate) app: Option<App>,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    pub(crate) notice: Option<&'static str>,
}

/// Nobody is signed in any more.
#[derive(Clone, Debug, Template)]
#[template(path = "people/signed_out.html")]
pub(crate) struct SignedOutPage {
    pub(crate) layout: Layout,
    pub(crate) sign_in: String,
}

/// Choosing an organization.
#[derive(Clone, Debug, Template)]
#[template(path = "people/organization.html")]
pub(crate) struct OrganizationPage {
    pub(crate) layout: Layout,
    pub(crate) app: App,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    /// Public ids and names.
    pub(crate) organizations: Vec<(String, String)>,
    pub(crate) notice: Option<&'static str>,
    /// None was chosen.
    pub(crate) wrong: Option<&'static str>,
}

/// A scope on the consent page.
#[derive(Clone, Debug)]
pub(crate) struct ScopeLine {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) is_new: bool,
}

/// Saying yes or no.
#[derive(Clone, Debug, Template)]
#[template(path = "people/consent.html")]
pub(crate) struct ConsentPage {
    pub(crate) layout: Layout,
    pub(crate) app: App,
    pub(crate) person: Person,
    pub(crate) csrf: String,
    /// For which organization.
    pub(crate) organization: Option<String>,
    /// Where to choose another one.
    pub(crate) other_organization: Option<String>,
    pub(crate) scopes: Vec<ScopeLine>,
    /// Since which day the app has been connected.
    pub(crate) connected_since: Option<String>,
    /// Where the browser goes then, in plain words.
    pub(crate) destination: String,
    /// Whether that is a program on this very machine.
    pub(crate) to_this_machine: bool,
    /// Whether the app stays connected while the person is away.
    pub(crate) stays: bool,
    /// Where it can be disconnected.
    pub(crate) connected_apps: String,
    pub(crate) notice: Option<&'static str>,
}

impl ConsentPage {
    /// Whether it asks for anything that it has not had.
    fn has_new(&self) -> bool {
        self.scopes.iter().any(|scope| scope.is_new)
    }
}

/// An app that may act for the person.
#[derive(Clone, Debug)]
pub(crate) struct ConnectedApp {
    /// Of the connection: an app may have one for each organization.
    pub(crate) id: String,
    /// For the form that disconnects this one.
    pub(crate) csrf: String,
    pub(crate) app: App,
    /// For which organization.
    pub(crate) organization: Option<String>,
    pub(crate) scopes: Vec<ScopeLine>,
    /// Since which day.
    pub(crate) since: String,
    /// On which day it was last used.
    pub(crate) last_used: Option<String>,
}

/// `/settings/apps`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/connected_apps.html")]
pub(crate) struct ConnectedAppsPage {
    pub(crate) layout: Layout,
    pub(crate) person: Person,
    pub(crate) apps: Vec<ConnectedApp>,
    /// Whether there are more than these.
    pub(crate) more: bool,
    pub(crate) notice: Option<String>,
}

/// Something did not work.
#[derive(Clone, Debug, Template)]
#[template(path = "people/error.html")]
pub(crate) struct ErrorPage {
    pub(crate) layout: Layout,
    pub(crate) heading: &'static str,
    pub(crate) text: String,
    pub(crate) advice: &'static str,
}
