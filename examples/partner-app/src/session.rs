//! The app's data about each visitor, in memory. A real app has a database and users of its own
//! here; it encrypts refresh tokens.
//!
//! Invariant: everything is limited, and the lock is never held during a request to a provider.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use oauth2::CsrfToken;

use crate::Provider;
use crate::callback::Attempt;
use crate::providers::{Account, Call};
use crate::tokens::Tokens;

/// The largest number of visitors. Beyond it the oldest is dropped.
const MOST_SESSIONS: usize = 1_000;
/// The largest number of connections of a visitor. Beyond it the oldest is dropped.
const MOST_CONNECTIONS: usize = 20;

/// All visitors.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    sessions: HashMap<String, Session>,
    /// The oldest first.
    order: VecDeque<String>,
}

/// One visitor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    /// The last attempt at each provider. A newer one replaces it.
    pub(crate) attempts: HashMap<Provider, Attempt>,
    pub(crate) connections: Vec<Connection>,
    /// A message that the next page shows once.
    pub(crate) notice: Option<Notice>,
}

/// A connection: this app may act for a user at a provider.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) provider: Provider,
    pub(crate) account: Account,
    pub(crate) tokens: Tokens,
    pub(crate) refreshed: u32,
    /// The last call of the provider's API.
    pub(crate) call: Option<Call>,
    /// Why it no longer works.
    pub(crate) ended: Option<String>,
}

/// A message for the visitor.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) good: bool,
    pub(crate) text: String,
}

impl Connection {
    pub(crate) fn new(provider: Provider, account: Account, tokens: Tokens) -> Self {
        let id = random();
        Self { id, provider, account, tokens, refreshed: 0, call: None, ended: None }
    }
}

impl Session {
    /// Stores a connection. It replaces one of the same account.
    pub(crate) fn keep(&mut self, new: Connection) {
        self.connections.retain(|old| old.provider != new.provider || old.account != new.account);
        if self.connections.len() >= MOST_CONNECTIONS {
            self.connections.remove(0);
        }
        self.connections.push(new);
    }

    pub(crate) fn connection(&mut self, id: &str) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.id == id)
    }
}

impl Sessions {
    /// Starts a session. Its id goes into a cookie.
    pub(crate) fn begin(&self) -> String {
        let name = random();
        let mut book = self.book();
        if book.order.len() >= MOST_SESSIONS
            && let Some(oldest) = book.order.pop_front()
        {
            book.sessions.remove(&oldest);
        }
        book.order.push_back(name.clone());
        book.sessions.insert(name.clone(), Session::default());
        name
    }

    /// Runs a function on a session; `None` where there is none with this id.
    pub(crate) fn with<T>(&self, name: &str, act: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.book().sessions.get_mut(name).map(act)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // No change of a session is ever left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 128 random bits, as letters.
fn random() -> String {
    CsrfToken::new_random().into_secret()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Token;

    fn connection(provider: Provider, company: &str, token: &str) -> Connection {
        let account = Account { id: company.to_owned(), name: company.to_owned() };
        let access = Token::new(token);
        let tokens = Tokens { access, refresh: None, scopes: Vec::new(), expires: None };
        Connection::new(provider, account, tokens)
    }

    #[test]
    fn connecting_the_same_company_again_replaces_and_another_one_stands_beside() {
        let mut session = Session::default();
        session.keep(connection(Provider::Spendesk, "a", "1"));
        session.keep(connection(Provider::Spendesk, "b", "2"));
        session.keep(connection(Provider::Spiko, "a", "3"));
        session.keep(connection(Provider::Spendesk, "a", "4"));
        let tokens: Vec<_> =
            session.connections.iter().map(|it| it.tokens.access.expose()).collect();
        assert_eq!(tokens, ["2", "3", "4"]);
    }

    #[test]
    fn the_oldest_visitor_is_forgotten_first() {
        let sessions = Sessions::default();
        let first = sessions.begin();
        let second = sessions.begin();
        for _ in 2..=MOST_SESSIONS {
            sessions.begin();
        }
        assert!(sessions.with(&first, |_| ()).is_none());
        assert!(sessions.with(&second, |_| ()).is_some());
    }
}
