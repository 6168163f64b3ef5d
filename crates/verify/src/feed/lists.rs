//! Status lists (Token Status List §8) in place of the feed while that cannot be had.
//!
//! A list has a bit a grant or credential. What no bit can tell, a single token that was revoked,
//! is told beside the bits by an issuer whose tokens name marks.
//!
//! Invariants: nothing is fetched but from the origin of the issuer or of its feed; a list counts
//! only while what it says is younger than the limit, and for a token that names marks only if it
//! tells marks; at most one fetch a list at a time, at most so many lists are kept.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use base::Timestamp;
use http::StatusCode;
use http::header::ACCEPT;
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

/// The most lists kept: 128 KiB each, and up to 1 MiB of marks.
const MOST: usize = 64;
/// How long a request waits for a list.
const PATIENCE: Duration = Duration::from_secs(1);
/// After a fetch that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a fetch may take.
const FETCH: Duration = Duration::from_secs(5);

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
    /// Goes away when the fetch is over.
    now: Option<watch::Receiver<()>>,
    last: Option<Timestamp>,
}

struct Held {
    statuses: Statuses,
    /// What is bad and has no bit; `None` where the issuer does not tell.
    marks: Option<Marks>,
    /// Up to when it is true.
    as_of: Timestamp,
    /// When it was fetched.
    at: Timestamp,
    /// When it is to be fetched again.
    again: Timestamp,
    /// When it may not be used any more.
    over: Option<Timestamp>,
}

impl Lists {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let issuer = shared.settings.issuer.parse::<Url>().ok();
        let origins = [Some(&shared.settings.url), issuer.as_ref()].into_iter().flatten();
        let origins = origins.map(origin).collect();
        Self { shared, origins, kept: Mutex::default() }
    }

    /// What the lists say of a token. Fetches those that are due; waits for them a second at most,
    /// and only if told to.
    pub(super) async fn token_state(&self, dependencies: &Dependencies, wait: bool) -> TokenState {
        let entries = entries(dependencies);
        let (found, missing) = self.look(&entries, dependencies);
        if !wait || missing.is_empty() {
            return found;
        }
        let all_over = async {
            for mut over in missing {
                // It ends by its sender going away.
                let _ = over.changed().await;
            }
        };
        let _ = timeout(PATIENCE, all_over).await;
        self.look(&entries, dependencies).0
    }

    /// What is known now, and the fetches of what is missing.
    fn look(
        &self,
        entries: &BTreeSet<ListEntry>,
        dependencies: &Dependencies,
    ) -> (TokenState, Vec<watch::Receiver<()>>) {
        let now = self.shared.settings.clock.now();
        let mut all = if entries.is_empty() { TokenState::Unknown } else { TokenState::Good };
        let mut missing = Vec::new();
        for entry in entries {
            let Some((list, url)) = self.list(&entry.uri) else {
                all = all.and(TokenState::Unknown);
                continue;
            };
            let found = self.held(&list, entry.index, dependencies, now);
            let due =
                list.held.load().as_ref().is_none_or(|held| now >= held.again || now < held.at);
            if due || found.is_none() {
                let fetch = self.fetch(&list, url, now);
                missing.extend(fetch.filter(|_| found.is_none()));
            }
            all = all.and(found.unwrap_or(TokenState::Unknown));
        }
        (all, missing)
    }

    /// What a list says of its entry and of the marks; `None` where there is no list that counts.
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
                && held.over.is_none_or(|over| now < over)
        };
        let held = held.as_ref().filter(usable)?;
        let beside = match &held.marks {
            Some(bad) if dependencies.marks.iter().any(|mark| bad.contains(*mark)) => {
                TokenState::Bad
            }
            // Whose tokens name marks, and whose lists do not tell which are bad: too many are.
            None if dependencies.told => TokenState::Unknown,
            Some(_) | None => TokenState::Good,
        };
        Some(beside.and(match held.statuses.is_bad(index) {
            Some(false) => TokenState::Good,
            // §8.3: an index that the list does not have is not to be accepted.
            Some(true) | None => TokenState::Bad,
        }))
    }

    /// The list of that address, unless the address is a stranger's.
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
        if kept.len() >= MOST {
            let oldest = |list: &Arc<List>| list.held.load().as_ref().map(|held| held.at);
            let out = kept.iter().min_by_key(|(_, list)| oldest(list)).map(|(uri, _)| uri.clone());
            out.and_then(|uri| kept.remove(&uri));
        }
        let list: Arc<List> = Arc::default();
        kept.insert(uri.into(), Arc::clone(&list));
        Some((list, url))
    }

    /// Fetches the list in a task of its own, or joins the fetch that is under way; `None` shortly
    /// after one that failed.
    fn fetch(&self, list: &Arc<List>, url: Url, now: Timestamp) -> Option<watch::Receiver<()>> {
        let mut fetching = list.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = fetching.now.clone().filter(|now| now.has_changed().is_ok()) {
            return Some(under_way);
        }
        if fetching.last.is_some_and(|last| now.since(last) < PAUSE && last.since(now) < PAUSE) {
            return None;
        }
        let (ends, over) = watch::channel(());
        (fetching.now, fetching.last) = (Some(over.clone()), Some(now));
        let (shared, list) = (Arc::clone(&self.shared), Arc::clone(list));
        drop(tokio::spawn(async move {
            match timeout(FETCH, download(&shared, url)).await {
                Ok(Ok(held)) => list.held.store(Some(Arc::new(held))),
                Ok(Err(trouble)) => shared.troubled(trouble),
                Err(_) => shared.troubled(Unavailable::new("a status list did not come in time")),
            }
            drop(ends);
        }));
        Some(over)
    }
}

/// The entry that a token names, and those of everything else with a place that it names: the
/// entry is that of its grant where the token was minted from a client's secret, which has a place
/// of its own.
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

async fn download(shared: &Shared, url: Url) -> Result<Held, Unavailable> {
    let settings = &shared.settings;
    let uri = url.as_str().to_owned();
    let request = settings.http.get(url).header(ACCEPT, "application/statuslist+jwt");
    let response = request.send().await.map_err(unavailable)?;
    if response.status() != StatusCode::OK {
        return Err(Unavailable::new("a status list is not to be had"));
    }
    let body = read_limited(response, MAX_LIST).await?;
    let text = String::from_utf8(body).map_err(|_| Unavailable::new("a status list is no text"))?;
    let claims: ListClaims = read(&text, &settings.issuer, &settings.keys).await?;
    let now = settings.clock.now();
    let over = claims.exp.map(Timestamp::from_seconds);
    if claims.sub.parse::<Url>().ok().is_none_or(|sub| sub.as_str() != uri) {
        return Err(Unavailable::new("a status list is another one than was asked for"));
    }
    if over.is_some_and(|over| now >= over) {
        return Err(Unavailable::new("a status list is over"));
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
    // It is kept as long as it says, but asked for again before it is too old to count.
    let kept = claims.ttl.map_or(settings.stale_after, Duration::from_secs);
    let again = now.plus(kept.min(settings.stale_after / 2));
    let as_of = Timestamp::from_seconds(claims.iat).min(now);
    Ok(Held { statuses, marks, as_of, at: now, again, over })
}
