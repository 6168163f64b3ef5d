//! The names of the three providers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A provider, by its documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A company's spending (Spendesk).
    Spendesk,
    /// Investors and their shares (Spiko).
    Spiko,
    /// Models of buildings (Speckle).
    Speckle,
}

impl Provider {
    /// The name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spendesk => "spendesk",
            Self::Spiko => "spiko",
            Self::Speckle => "speckle",
        }
    }

    /// The display name, and the purpose of a connection.
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
