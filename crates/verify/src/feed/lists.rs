//! Status lists (Token Status List §8), used while the feed is unavailable.
//!
//! A list has one bit per grant or credential. A single revoked token has no bit; an issuer whose
//! tokens name marks publishes such marks beside the bits.
//!
//! Invariants: lists are fetched only from the origin of the issuer or of its feed. A list is used
//! only while its data is younger than the limit, and for a token that names marks only if the list
//! has marks. Each list has at most one fetch at a time, and the number of lists is bounded.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use base::Timestamp;
use http::StatusCode;
use http::header::{ACCEPT, CACHE_CONTROL};
use reqwest::Url;
use status::{INDEXES_PER_LIST, ListClaims, Marks, Statuses};
use tokio::sync::watch;
use tokio::time::timeout;

use super::message::{MAX_LIST, read};
use super::shared::Shared;
use crate::Unavailable;
use crate::dependencies::{Dependencies, ListEntry};
use crate::http_client::{read_limited, unavailable};
use crate::token_state::TokenState;

/// The largest number of lists: 128 KiB each, and up to 1 MiB of marks.
const MAX_LISTS: usize = 64;
/// How long a request waits for a list.
const WAIT_LIMIT: Duration = Duration::from_secs(1);
/// The pause after a failed fetch.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// How long a fetch may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Lists {
    shared: Arc<Shared>,
    origins: Vec<String>,
    kept: Mutex<HashMap<Box<str>, Arc<List>>>,
}

/// One list.
#[derive(Default)]
struct List {
    held: ArcSwapOption<Held>,
    fetching: Mutex<Fetching>,
}

#[derive(Default)]
struct Fetching {
    /// Closes when the fetch has ended.
    now: Option<watch::Receiver<()>>,
    last: Option<Timestamp>,
    /// Whether the last one failed.
    failed: Arc<AtomicBool>,
}

struct Held {
    statuses: Statuses,
    /// The revoked marks without a bit; `None` where the issuer does not publish them.
    marks: Option<Marks>,
    /// The time up to which the list is complete.
    as_of: Timestamp,
    /// When it was fetched.
    at: Timestamp,
    /// When it is fetched again.
    refetch_at: Timestamp,
    /// When it expires.
    expires: Option<Timestamp>,
}

impl Lists {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let issuer = shared.settings.issuer.parse::<Url>().ok();
        let origins = [Some(&shared.settings.url), issuer.as_ref()].into_iter().flatten();
        let origins = origins.map(origin).collect();
        Self { shared, origins, kept: Mutex::default() }
    }

    /// The state of a token according to the lists. Fetches lists that are due. Waits for them only
    /// if `wait` is set, at most a second.
    pub(super) async fn token_state(&self, dependencies: &Dependencies, wait: bool) -> TokenState {
        let entries = entries(dependencies);
        let (found, missing) = self.states(&entries, dependencies);
        if !wait || missing.is_empty() {
            return found;
        }
        let all_over = async {
            for mut fetch in missing {
                // The fetch ends by dropping the sender.
                let _ = fetch.changed().await;
            }
        };
        let _ = timeout(WAIT_LIMIT, all_over).await;
        self.states(&entries, dependencies).0
    }

    /// The state that is known now, and the running fetches of missing lists.
    fn states(
        &self,
        entries: &BTreeSet<ListEntry>,
        dependencies: &Dependencies,
    ) -> (TokenState, Vec<watch::Receiver<()>>) {
        let now = self.shared.settings.clock.now();
        let mut all = if entries.is_empty() { TokenState::Unknown } else { TokenState::Active };
        let mut missing = Vec::new();
        for entry in entries {
            let Some((list, url)) = self.list(&entry.uri) else {
                all = all.and(TokenState::Unknown);
                continue;
            };
            let found = self.held(&list, entry.index, dependencies, now);
            let due = list
                .held
                .load()
                .as_ref()
                .is_none_or(|held| now >= held.refetch_at || now < held.at);
            if due || found.is_none() {
                let fetch = self.fetch(&list, url, now);
                missing.extend(fetch.filter(|_| found.is_none()));
            }
            all = all.and(found.unwrap_or(TokenState::Unknown));
        }
        (all, missing)
    }

    /// The state of an entry and of the marks according to a list; `None` where the list cannot be
    /// used.
    fn held(
        &self,
        list: &List,
        index: u32,
        dependencies: &Dependencies,
        now: Timestamp,
    ) -> Option<TokenState> {
        let limit = self.shared.settings.stale_after;
        let held = list.held.load();
        let usable = |held: &&Arc<Held>| {
            now.since(held.as_of) <= limit
                && held.as_of.since(now) <= limit
                && held.expires.is_none_or(|expires| now < expires)
        };
        let held = held.as_ref().filter(usable)?;
        let beside = match &held.marks {
            Some(bad) if dependencies.marks.iter().any(|mark| bad.contains(*mark)) => {
                TokenState::Revoked
            }
            // The token names marks, but the list has none, because there are too many.
            None if dependencies.names_marks => TokenState::Unknown,
            Some(_) | None => TokenState::Active,
        };
        Some(beside.and(match held.statuses.is_revoked(index) {
            Some(false) => TokenState::Active,
            // §8.3: an index beyond the end of the list must be refused.
            Some(true) | None => TokenState::Revoked,
        }))
    }

    /// The list at this address, unless it has another origin.
    fn list(&self, uri: &str) -> Option<(Arc<List>, Url)> {
        let url: Url = uri.parse().ok()?;
        let ours = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && self.origins.contains(&origin(&url));
        if !ours {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = kept.get(uri) {
            return Some((Arc::clone(list), url));
        }
        if kept.len() >= MAX_LISTS {
            let oldest = |list: &Arc<List>| list.held.load().as_ref().map(|held| held.at);
            let out = kept.iter().min_by_key(|(_, list)| oldest(list)).map(|(uri, _)| uri.clone());
            out.and_then(|uri| kept.remove(&uri));
        }
        let list: Arc<List> = Arc::default();
        kept.insert(uri.into(), Arc::clone(&list));
        Some((list, url))
    }

    /// Fetches the list in a separate task, or joins a running fetch; `None` shortly after a failed
    /// fetch.
    fn fetch(&self, list: &Arc<List>, url: Url, now: Timestamp) -> Option<watch::Receiver<()>> {
        let mut fetching = list.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = fetching.now.clone().filter(|now| now.has_changed().is_ok()) {
            return Some(under_way);
        }
        if fetching
            .last
            .is_some_and(|last| now.since(last) < FAILURE_PAUSE && last.since(now) < FAILURE_PAUSE)
        {
            return None;
        }
        let (sender, receiver) = watch::channel(());
        (fetching.now, fetching.last) = (Some(receiver.clone()), Some(now));
        let (shared, list) = (Arc::clone(&self.shared), Arc::clone(list));
        let failed = Arc::clone(&fetching.failed);
        drop(tokio::spawn(async move {
            // A cache on the way may have one that is signed with a key that is withdrawn since.
            let download = download(&shared, url, failed.load(Ordering::Relaxed));
            let outcome = timeout(FETCH_TIMEOUT, download).await;
            failed.store(!matches!(outcome, Ok(Ok(_))), Ordering::Relaxed);
            match outcome {
                Ok(Ok(held)) => list.held.store(Some(Arc::new(held))),
                Ok(Err(trouble)) => shared.troubled(trouble),
                Err(_) => shared.troubled(Unavailable::new("a status list did not come in time")),
            }
            drop(sender);
        }));
        Some(receiver)
    }
}

/// The entry that a token names, and those of its other marks with a status index. The named entry
/// is that of its grant where the token was minted from a client's secret, which has its own status
/// index.
fn entries(dependencies: &Dependencies) -> BTreeSet<ListEntry> {
    let Some(own) = &dependencies.list else { return BTreeSet::new() };
    let lists = own.uri.rfind('/').and_then(|slash| own.uri.get(..=slash)).unwrap_or_default();
    let named = dependencies.marks.iter().filter_map(|mark| mark.as_status_index());
    let named = named.map(|status_index| ListEntry {
        uri: format!("{lists}{}", status_index / INDEXES_PER_LIST).into(),
        index: status_index % INDEXES_PER_LIST,
    });
    named.chain([own.clone()]).collect()
}

/// Scheme, host and port.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Fetches a list, past all caches where `anew`.
async fn download(shared: &Shared, url: Url, anew: bool) -> Result<Held, Unavailable> {
    let settings = &shared.settings;
    let uri = url.as_str().to_owned();
    let mut request = settings.http.get(url).header(ACCEPT, "application/statuslist+jwt");
    if anew {
        request = request.header(CACHE_CONTROL, "no-cache");
    }
    let response = request.send().await.map_err(unavailable)?;
    if response.status() != StatusCode::OK {
        return Err(Unavailable::new("a status list is not to be had"));
    }
    let body = read_limited(response, MAX_LIST).await?;
    let text = String::from_utf8(body).map_err(|_| Unavailable::new("a status list is no text"))?;
    let claims: ListClaims = read(&text, &settings.issuer, &settings.keys).await?;
    let now = settings.clock.now();
    let expires = claims.exp.map(Timestamp::from_seconds);
    if claims.sub.parse::<Url>().ok().is_none_or(|sub| sub.as_str() != uri) {
        return Err(Unavailable::new("a status list is another one than was asked for"));
    }
    if expires.is_some_and(|expires| now >= expires) {
        return Err(Unavailable::new("a status list has expired"));
    }
    let unreadable = || Unavailable::new("a status list cannot be read");
    let (claims, statuses, marks) = tokio::task::spawn_blocking(move || {
        let (statuses, marks) = (claims.status_list.read(), claims.read_beside());
        (claims, statuses, marks)
    })
    .await
    .map_err(|_| unreadable())?;
    let statuses = statuses.map_err(|_| unreadable())?;
    let marks = marks.map_err(|_| unreadable())?;
    // The list is kept as long as it says, but it is fetched again before it is too old to be used.
    let kept = claims.ttl.map_or(settings.stale_after, Duration::from_secs);
    let refetch_at = now.plus(kept.min(settings.stale_after / 2));
    let as_of = Timestamp::from_seconds(claims.iat).min(now);
    Ok(Held { statuses, marks, as_of, at: now, refetch_at, expires })
}
