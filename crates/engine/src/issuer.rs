//! An issuer: the URL, dialect, keys and sealers of one realm.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use base::{DigestKey, MasterKey, Rng, Sealer};
use dialect::{Dialect, Environment};
use domain::RealmName;
use store::{StoreError, StoreReader};

use crate::attempts::Guesses;
use crate::key_ring::{self, KeyRing};
use crate::marks::Ledger;
use crate::new_families::NewFamilies;
use crate::seen::Seen;
use crate::status_indexes::StatusIndexes;

/// The configuration of a realm's issuer.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// The name of the realm.
    pub realm: RealmName,
    /// The URL of the realm: its issuer identifier (RFC 8414 §2) without a slash at the end.
    pub url: String,
    /// The wire format of the realm.
    pub dialect: Arc<Dialect>,
    /// Live or test. It decides the prefixes of secrets.
    pub environment: Environment,
    /// The name that users read. `None`: made of the realm's name, such as `Acme Cloud` of
    /// `acme-cloud`.
    pub display_name: Option<String>,
}

/// The issuer of one realm. Every decision needs one.
#[derive(Debug)]
pub struct Issuer {
    settings: IssuerSettings,
    identifier: String,
    status_lists: String,
    display_name: String,
    keys: ArcSwap<KeyRing>,
    /// How many times a load of the keys was started.
    loads_started: AtomicU64,
    /// The number of the load that `keys` are from.
    loaded: Mutex<u64>,
    private_keys: Sealer,
    opaque_tokens: Sealer,
    answers: Sealer,
    codes: Sealer,
    links: Sealer,
    refresh_tokens: DigestKey,
    forms: DigestKey,
    seen: Seen,
    guesses: Guesses,
    new_families: NewFamilies,
    status_indexes: StatusIndexes,
    ledger: Arc<Ledger>,
}

impl Issuer {
    /// Makes an issuer without keys: see [`crate::keys::ensure`] and [`Issuer::reload_keys`].
    pub fn new(settings: IssuerSettings, master: &MasterKey, rng: &dyn Rng) -> Self {
        let sealer = |what: &str| master.sealer(&format!("{what} of realm {}", settings.realm));
        let key = |what: &str| master.key_for(&format!("{what} of realm {}", settings.realm));
        Self {
            keys: ArcSwap::default(),
            loads_started: AtomicU64::new(0),
            loaded: Mutex::new(0),
            private_keys: sealer("signing keys"),
            opaque_tokens: sealer("opaque access tokens"),
            answers: sealer("remembered answers"),
            codes: sealer("authorization codes"),
            links: sealer("one-time links"),
            refresh_tokens: key("refresh tokens"),
            forms: key("forms"),
            seen: Seen::new(rng),
            guesses: Guesses::default(),
            new_families: NewFamilies::default(),
            status_indexes: StatusIndexes::default(),
            ledger: Arc::default(),
            status_lists: format!("{}/status-lists/", settings.url),
            identifier: settings.dialect.issuer(&settings.url),
            display_name: settings
                .display_name
                .clone()
                .unwrap_or_else(|| in_words(settings.realm.as_str())),
            settings,
        }
    }

    /// The name of the realm.
    pub fn realm(&self) -> &RealmName {
        &self.settings.realm
    }

    /// The name that users read, on pages and in mails.
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// The URL of the realm, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.settings.url
    }

    /// The issuer identifier (RFC 8414 §2). The dialect decides whether it ends in a slash.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The URL of a status list without the list's number at the end.
    pub fn status_lists(&self) -> &str {
        &self.status_lists
    }

    /// The wire format of the realm.
    pub fn dialect(&self) -> &Arc<Dialect> {
        &self.settings.dialect
    }

    /// The environment: live or test.
    pub fn environment(&self) -> Environment {
        self.settings.environment
    }

    /// The keys of the last load.
    pub fn keys(&self) -> arc_swap::Guard<Arc<KeyRing>> {
        self.keys.load()
    }

    /// Seals the answers in idempotency records, which may hold a secret that is shown once.
    pub fn answers(&self) -> &Sealer {
        &self.answers
    }

    /// Seals authorization codes.
    pub(crate) fn codes(&self) -> &Sealer {
        &self.codes
    }

    /// Seals one-time links.
    pub fn links(&self) -> &Sealer {
        &self.links
    }

    /// The key that the generations of rotating refresh tokens are derived with.
    pub(crate) fn refresh_tokens(&self) -> &DigestKey {
        &self.refresh_tokens
    }

    /// The key of the CSRF tokens, which bind forms to sessions.
    pub fn forms(&self) -> &DigestKey {
        &self.forms
    }

    /// Loads the signing keys again: at start, after each change, and at intervals.
    ///
    /// # Errors
    /// When the store cannot be read, or a key does not open. The keys then stay as they were.
    pub async fn reload_keys(&self, store: &dyn StoreReader) -> Result<(), StoreError> {
        let load = self.begin_load();
        let records = key_ring::records(self.realm(), store).await?;
        let ring = KeyRing::open(&records, self.dialect(), &self.private_keys)?;
        self.replace_keys(load, ring);
        Ok(())
    }

    fn begin_load(&self) -> u64 {
        self.loads_started.fetch_add(1, Relaxed) + 1
    }

    /// Takes over the keys of a load, unless a load that started later has finished before: that
    /// one may have found a key revoked that is still active in this one.
    fn replace_keys(&self, load: u64, mut ring: KeyRing) {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if load > *loaded {
            *loaded = load;
            ring.number_after(&self.keys.load());
            self.keys.store(Arc::new(ring));
        }
    }

    pub(crate) fn private_keys(&self) -> &Sealer {
        &self.private_keys
    }

    pub(crate) fn opaque_tokens(&self) -> &Sealer {
        &self.opaque_tokens
    }

    /// The revoked marks of this realm.
    pub const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// The connections that got a family of refresh tokens and are not bounded yet.
    pub const fn new_families(&self) -> &NewFamilies {
        &self.new_families
    }

    /// The status indexes that are reserved for new grants and credentials.
    pub(crate) const fn status_indexes(&self) -> &StatusIndexes {
        &self.status_indexes
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// The recent guesses at secrets that an older system chose.
    pub(crate) const fn guesses(&self) -> &Guesses {
        &self.guesses
    }
}

/// The realm's name with a capital letter for each word, and spaces in place of hyphens.
fn in_words(realm: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    realm.split('-').map(capital).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use base::SystemRng;

    use super::*;

    #[test]
    fn people_read_the_display_name_or_the_realms_name_as_people_write_names() {
        let named = |realm: &str, display_name: Option<&str>| {
            let settings = IssuerSettings {
                realm: realm.parse().unwrap(),
                url: "http://issuer.example".into(),
                dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
                environment: Environment::Live,
                display_name: display_name.map(Into::into),
            };
            let issuer = Issuer::new(settings, &MasterKey::generate(&SystemRng), &SystemRng);
            issuer.display_name().to_owned()
        };
        assert_eq!(named("acme-cloud", None), "Acme Cloud");
        assert_eq!(named("a--b", None), "A  B");
        assert_eq!(named("main", Some("ACME & Söhne")), "ACME & Söhne");
    }

    #[test]
    fn a_slow_reading_of_the_keys_does_not_undo_a_later_one() {
        let settings = IssuerSettings {
            realm: "test".parse().unwrap(),
            url: "http://issuer.example".into(),
            dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let issuer = Issuer::new(settings, &MasterKey::generate(&SystemRng), &SystemRng);
        let (earlier, later) = (issuer.begin_load(), issuer.begin_load());
        issuer.replace_keys(later, KeyRing::publishing("later"));
        issuer.replace_keys(earlier, KeyRing::publishing("earlier"));
        assert_eq!(issuer.keys().published(), "later");
    }
}
