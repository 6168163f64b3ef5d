//! The pages of access requests, and their paths.

use dialect::Dialect;

const ASK: &str = "/access-request";
pub(super) const SENT: &str = "/access-request/sent";
const CREDENTIALS: &str = "/credentials/";

/// A page of access requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page<'p> {
    /// The form of an access request.
    Ask,
    /// The page after the form was sent.
    Sent,
    /// The page of a one-time link.
    Credentials(&'p str),
}

impl<'p> Page<'p> {
    /// The page at `path`; `None` where there is none.
    pub fn find(dialect: &Dialect, path: &'p str) -> Option<Self> {
        if !dialect.authorization().access_requests {
            return None;
        }
        match path {
            ASK => Some(Self::Ask),
            SENT => Some(Self::Sent),
            path => {
                let link = path.strip_prefix(CREDENTIALS)?;
                (!link.is_empty() && !link.contains('/')).then_some(Self::Credentials(link))
            }
        }
    }

    pub(super) const fn pattern(self) -> &'static str {
        match self {
            Self::Ask => ASK,
            Self::Sent => SENT,
            Self::Credentials(_) => "/credentials/{link}",
        }
    }

    pub(super) const fn allow(self) -> &'static [&'static str] {
        match self {
            Self::Sent => &["GET", "HEAD"],
            Self::Ask | Self::Credentials(_) => &["GET", "HEAD", "POST"],
        }
    }
}
