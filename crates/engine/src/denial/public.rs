//! The public side of a denial: its problem, its text and the answer to the caller.

use std::borrow::Cow;

use oauth::{ErrorResponse, Problem};

use super::client::ClientReason;
use super::credential::CredentialReason;
use super::gate::GateReason;
use super::reason::{Denial, Reason};
use super::request::RequestReason;
use super::row::{Level, ReasonRow};
use super::text::PublicText;

impl Denial {
    /// The row of the reason in the table of its topic.
    pub const fn row(&self) -> &'static ReasonRow {
        self.reason.row()
    }

    /// The stable private code of the reason.
    pub const fn code(&self) -> &'static str {
        self.row().code
    }

    /// The level at which the denial is logged.
    pub const fn level(&self) -> Level {
        self.row().level
    }

    /// What the caller may know. The HTTP status follows from it.
    pub const fn problem(&self) -> Problem {
        // The code that could not read the request has chosen the problem already.
        if let Reason::Request(RequestReason::Malformed(unreadable)) = &self.reason {
            return unreadable.problem;
        }
        match self.at.instead(self.row().subject) {
            Some((problem, _)) => problem,
            None => self.row().problem,
        }
    }

    /// The text that the caller reads.
    pub fn text(&self) -> Cow<'static, str> {
        let text = match self.at.instead(self.row().subject) {
            Some((_, Some(text))) => text,
            Some((_, None)) | None => self.row().text,
        };
        match text {
            PublicText::Fixed(text) => Cow::Borrowed(text),
            PublicText::Explanation => Cow::Owned(self.to_string()),
            PublicText::Sentence => Cow::Owned(sentence(&self.to_string())),
        }
    }

    /// The answer to the caller: problem, text, and the members that some problems add.
    pub fn error_response(&self) -> ErrorResponse {
        let answer = ErrorResponse::new(self.problem(), self.text());
        match &self.reason {
            Reason::Request(reason) => reason.completed(answer),
            Reason::Client(reason) => reason.completed(answer),
            Reason::Credential(reason) => reason.completed(answer),
            Reason::Gate(reason) => reason.completed(answer),
            Reason::AccessToken(_)
            | Reason::Grant(_)
            | Reason::Scope(_)
            | Reason::Authorization(_)
            | Reason::Consent(_)
            | Reason::Exchange(_)
            | Reason::SignIn(_)
            | Reason::Link(_)
            | Reason::Admin(_)
            | Reason::Server(_) => answer,
        }
    }
}

fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).chain(['.']).collect()
}

impl RequestReason {
    fn completed(&self, answer: ErrorResponse) -> ErrorResponse {
        match self {
            Self::Malformed(unreadable) => unreadable.clone(),
            Self::ParameterMissing(_) | Self::ParameterMalformed(_) => answer,
        }
    }
}

impl ClientReason {
    /// Adds the budgets that are spent.
    fn completed(&self, answer: ErrorResponse) -> ErrorResponse {
        if let Self::BudgetSpent { client, organization, .. } = self {
            ErrorResponse { client_quota: *client, organization_quota: *organization, ..answer }
        } else {
            answer
        }
    }
}

impl CredentialReason {
    /// Adds the time to wait in seconds.
    const fn completed(&self, mut answer: ErrorResponse) -> ErrorResponse {
        if let Self::TooManyGuesses(seconds) = self {
            answer.wait = Some(*seconds);
        }
        answer
    }
}

impl GateReason {
    /// Adds the scopes that are required, or the time to wait in seconds.
    fn completed(&self, answer: ErrorResponse) -> ErrorResponse {
        if let Self::ScopeLacking { needed } = self {
            ErrorResponse { scope: Some(needed.clone()), ..answer }
        } else if let Self::RateExceeded { seconds, .. } = self {
            ErrorResponse { wait: Some(*seconds), ..answer }
        } else {
            answer
        }
    }
}
