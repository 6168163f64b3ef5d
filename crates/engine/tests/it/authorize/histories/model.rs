//! The expected state, kept by the simplest means: lists of what was issued, and plain rules. Time
//! is in seconds since the start.

use std::collections::{BTreeMap, BTreeSet};

pub(super) type Scopes = BTreeSet<&'static str>;

pub(super) const CODE_LIFETIME: u64 = 60;
pub(super) const ACCESS_LIFETIME: u64 = 3_600;
pub(super) const FAMILY_LIFETIME: u64 = 30 * 86_400;

/// The scopes that a person granted to an app, until the connection is revoked.
pub(super) struct Connection {
    pub(super) scopes: Scopes,
    epoch: u32,
    closed: bool,
}

/// The origin of a code or an access token.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Family(usize),
    Connection(usize),
}

/// The result of an exchange.
#[derive(Clone, Copy)]
pub(super) enum ExchangeResult {
    Family(usize),
    Access(usize),
}

pub(super) struct Code {
    pub(super) text: String,
    pub(super) connection: usize,
    pub(super) scopes: Scopes,
    expires: u64,
    given: Option<ExchangeResult>,
}

pub(super) struct Family {
    pub(super) connection: usize,
    pub(super) scopes: Scopes,
    /// Oldest first; the last one is the present one.
    pub(super) tokens: Vec<String>,
    rotated: u64,
    expires: u64,
    closed: bool,
}

pub(super) struct Access {
    pub(super) text: String,
    pub(super) scopes: Scopes,
    /// The scopes that the person consented to when the family began.
    pub(super) consented: Scopes,
    source: Source,
    expires: u64,
    revoked: bool,
}

/// The expected result of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    Rotates(Scopes),
    Repeats(Scopes),
    Denied,
}

pub(super) struct Model {
    pub(super) now: u64,
    pub(super) suspended: bool,
    pub(super) may_ask: Scopes,
    epoch: u32,
    window: Option<u64>,
    pub(super) connections: Vec<Connection>,
    live: BTreeMap<usize, usize>,
    pub(super) codes: Vec<Code>,
    pub(super) families: Vec<Family>,
    pub(super) access: Vec<Access>,
}

impl Model {
    pub(super) fn new(window: Option<u64>, may_ask: Scopes) -> Self {
        Self {
            now: 0,
            suspended: false,
            may_ask,
            epoch: 0,
            window,
            connections: vec![],
            live: BTreeMap::new(),
            codes: vec![],
            families: vec![],
            access: vec![],
        }
    }

    /// The connection of a person and an organization, if it is active.
    pub(super) fn connection_of(&self, who: usize) -> Option<usize> {
        let connection = *self.live.get(&who)?;
        let it = &self.connections[connection];
        (!it.closed && it.epoch == self.epoch).then_some(connection)
    }

    pub(super) fn may_authorize(&self, scopes: &Scopes) -> bool {
        !self.suspended && scopes.is_subset(&self.may_ask)
    }

    /// The person consented, and received this code for the app.
    pub(super) fn authorized(&mut self, who: usize, scopes: Scopes, text: String) {
        let connection = self.connection_of(who).unwrap_or(self.connections.len());
        if connection == self.connections.len() {
            let (scopes, epoch) = (Scopes::new(), self.epoch);
            self.connections.push(Connection { scopes, epoch, closed: false });
            self.live.insert(who, connection);
        }
        self.connections[connection].scopes.extend(&scopes);
        let expires = self.now + CODE_LIFETIME;
        self.codes.push(Code { text, connection, scopes, expires, given: None });
    }

    fn holds(&self, connection: usize) -> bool {
        let it = &self.connections[connection];
        !it.closed && it.epoch == self.epoch && !self.suspended
    }

    /// What a new token may have: what the person granted, of the app's own list.
    fn within_app(&self, connection: usize, scopes: &Scopes) -> Scopes {
        &self.within(connection, scopes) & &self.may_ask
    }

    fn within(&self, connection: usize, scopes: &Scopes) -> Scopes {
        scopes & &self.connections[connection].scopes
    }

    /// The expected result of an exchange by the app that owns the code; a replay revokes what the
    /// code gave.
    pub(super) fn exchange(&mut self, code: usize, proven: bool) -> Option<Scopes> {
        let it = &self.codes[code];
        if self.suspended || self.now >= it.expires {
            return None;
        }
        match it.given {
            Some(ExchangeResult::Family(family)) => self.families[family].closed = true,
            Some(ExchangeResult::Access(token)) => self.access[token].revoked = true,
            None if proven && self.holds(it.connection) => {
                return Some(self.within_app(it.connection, &it.scopes));
            }
            None => {}
        }
        None
    }

    /// Records the result of an exchange.
    pub(super) fn exchanged(
        &mut self,
        code: usize,
        scopes: Scopes,
        access: String,
        refresh: Option<String>,
    ) {
        let connection = self.codes[code].connection;
        let given = match refresh {
            Some(token) => {
                let expires = self.now + FAMILY_LIFETIME;
                let (scopes, tokens) = (scopes.clone(), vec![token]);
                let family = Family {
                    connection,
                    scopes,
                    tokens,
                    rotated: self.now,
                    expires,
                    closed: false,
                };
                self.families.push(family);
                let family = self.families.len() - 1;
                self.minted(Source::Family(family), scopes_of(&self.families[family]), access);
                ExchangeResult::Family(family)
            }
            None => {
                let consented = self.codes[code].scopes.clone();
                self.minted_as(Source::Connection(connection), scopes, consented, access);
                ExchangeResult::Access(self.access.len() - 1)
            }
        };
        self.codes[code].given = Some(given);
    }

    fn is_open(&self, family: usize) -> bool {
        let it = &self.families[family];
        !it.closed && self.now < it.expires
    }

    /// The expected result of a refresh with the token from `back` rotations ago; a replay revokes
    /// the family.
    pub(super) fn refresh(
        &mut self,
        family: usize,
        back: usize,
        narrow: Option<&Scopes>,
    ) -> Refresh {
        let it = &self.families[family];
        if self.suspended {
            return Refresh::Denied;
        }
        let retried =
            back == 1 && self.window.is_some_and(|window| self.now <= it.rotated + window);
        if back > 0 && !retried {
            self.families[family].closed |= self.is_open(family);
            return Refresh::Denied;
        }
        let most = self.within_app(it.connection, &it.scopes);
        let asked = narrow.cloned().unwrap_or_else(|| most.clone());
        if !self.is_open(family) || !self.holds(it.connection) || !asked.is_subset(&most) {
            return Refresh::Denied;
        }
        if back == 0 { Refresh::Rotates(asked) } else { Refresh::Repeats(asked) }
    }

    /// Records the successor that a refresh gave.
    pub(super) fn rotated(&mut self, family: usize, successor: String) {
        let it = &mut self.families[family];
        it.tokens.push(successor);
        it.rotated = self.now;
        it.expires = self.now + FAMILY_LIFETIME;
    }

    /// Records an access token of a family.
    pub(super) fn minted(&mut self, source: Source, scopes: Scopes, text: String) {
        let Source::Family(family) = source else { panic!("a family's") };
        let consented = self.families[family].scopes.clone();
        self.minted_as(source, scopes, consented, text);
    }

    fn minted_as(&mut self, source: Source, scopes: Scopes, consented: Scopes, text: String) {
        let expires = self.now + ACCESS_LIFETIME;
        self.access.push(Access { text, scopes, consented, source, expires, revoked: false });
    }

    /// The app revokes a refresh token.
    pub(super) fn revoke(&mut self, family: usize) {
        self.families[family].closed |= !self.suspended;
    }

    pub(super) fn revoke_access(&mut self, token: usize) {
        self.access[token].revoked |= !self.suspended;
    }

    pub(super) fn close(&mut self, who: usize) {
        if let Some(connection) = self.live.remove(&who) {
            self.connections[connection].closed = true;
        }
    }

    pub(super) fn drop_all(&mut self) {
        self.epoch += 1;
    }

    /// The scopes that an access token has at this moment; `None`: it is not active.
    pub(super) fn allows(&self, token: &Access) -> Option<Scopes> {
        let (connection, open) = match token.source {
            Source::Family(family) => (self.families[family].connection, self.is_open(family)),
            Source::Connection(connection) => (connection, true),
        };
        let good = !token.revoked && self.now < token.expires && open && self.holds(connection);
        good.then(|| self.within(connection, &token.scopes))
    }

    /// The one active refresh token of a family, if there is one.
    pub(super) fn live_token<'a>(&self, family: &'a Family) -> Option<&'a str> {
        let open = !family.closed && self.now < family.expires && self.holds(family.connection);
        family.tokens.last().filter(|_| open).map(String::as_str)
    }
}

fn scopes_of(family: &Family) -> Scopes {
    family.scopes.clone()
}
