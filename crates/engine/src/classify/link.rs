//! The public face of what is wrong with a one-time link.

use oauth::Problem;

use super::{Level, Verdict};
use crate::LinkDenial;

const LINK: &str = "The link is not valid any more.";

impl LinkDenial {
    /// What is made of it: from outside, all look alike.
    pub(super) fn verdict(&self) -> Verdict {
        let code = match self {
            Self::Unsealable => "link_not_good",
            Self::Used => "link_used",
            Self::Superseded => "link_superseded",
            Self::Expired(_) => "link_expired",
        };
        Verdict { code, problem: Problem::NotFound, description: LINK, level: Level::Info }
    }
}
