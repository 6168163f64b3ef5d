//! Status lists (Token Status List §8) in place of the feed while that cannot be had.
//!
//! Invariants: nothing is fetched but from the origin of the issuer or of its feed; a list counts
//! only while what it says is younger than the limit; at most one fetch a list at a time, at most
//! so many lists are kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use base::Timestamp;
use http::StatusCode;
use http::header::ACCEPT;
use reqwest::Url;
use status::{ListClaims, Statuses};
use tokio::sync::watch;
use tokio::time::timeout;

use super::Shared;
use super::message::{MAX_LIST, read};
use crate::Unavailable;
use crate::http_client::{read_limited, unavailable};
use crate::standing::Standing;
use crate::ties::ListEntry;

/// The most lists kept: 128 KiB each.
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

    /// What a list says of an entry. Fetches the list where that is due; waits for it a second at
    /// most, and only if told to.
    pub(super) async fn standing(&self, entry: &ListEntry, wait: bool) -> Standing {
        let Some((list, url)) = self.list(&entry.uri) else { return Standing::Unknown };
        let now = self.shared.settings.clock.now();
        let found = self.held(&list, entry.index, now);
        let due = list.held.load().as_ref().is_none_or(|held| now >= held.again || now < held.at);
        if !due && found != Standing::Unknown {
            return found;
        }
        let fetch = self.fetch(&list, url, now);
        if let (Standing::Unknown, true, Some(mut over)) = (found, wait, fetch) {
            // It ends by its sender going away.
            let _ = timeout(PATIENCE, over.changed()).await;
            return self.held(&list, entry.index, self.shared.settings.clock.now());
        }
        found
    }

    fn held(&self, list: &List, index: u32, now: Timestamp) -> Standing {
        let limit = self.shared.settings.stale_after;
        let held = list.held.load();
        let usable = |held: &&Arc<Held>| {
            now.since(held.as_of) <= limit
                && held.as_of.since(now) <= limit
                && held.over.is_none_or(|over| now < over)
        };
        match held.as_ref().filter(usable).map(|held| held.statuses.is_bad(index)) {
            None => Standing::Unknown,
            Some(Some(false)) => Standing::Good,
            // §8.3: an index that the list does not have is not to be accepted.
            Some(Some(true) | None) => Standing::Bad,
        }
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
    let statuses = claims.status_list.read();
    let statuses = statuses.map_err(|_| Unavailable::new("a status list cannot be read"))?;
    // It is kept as long as it says, but asked for again before it is too old to count.
    let kept = claims.ttl.map_or(settings.stale_after, Duration::from_secs);
    let again = now.plus(kept.min(settings.stale_after / 2));
    let as_of = Timestamp::from_seconds(claims.iat).min(now);
    Ok(Held { statuses, as_of, at: now, again, over })
}
