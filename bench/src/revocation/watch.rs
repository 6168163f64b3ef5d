//! Observers: each presents one credential repeatedly at one place, until it is refused there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Secret;
use tokio::net::TcpStream;
use verify::{Presented, Verifier};

use crate::load::request::Request;
use crate::load::request_source::exchange;
use crate::verifying::request;

/// The time between two checks.
const INTERVAL: Duration = Duration::from_millis(1);
/// The limit on any wait.
const WAIT_LIMIT: Duration = Duration::from_secs(10);

/// Where an observer checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// At the gate of the node that answered the revocation.
    SameGate,
    /// At the gate of another node.
    OtherGate,
    /// In a service that follows the feed of a node.
    Verifier,
}

/// An observer.
pub(crate) struct Watch {
    pub(crate) sort: Sort,
    place: Location,
}

enum Location {
    Gate { stream: TcpStream, request: Request, read: Vec<u8> },
    Service { verifier: Arc<Verifier>, presented: Presented },
}

impl Watch {
    /// An observer of the gate on `port`.
    ///
    /// # Errors
    /// When nothing listens there.
    pub(crate) async fn gate(sort: Sort, port: u16, request: Request) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await;
        let stream = stream.map_err(|problem| problem.to_string())?;
        stream.set_nodelay(true).map_err(|problem| problem.to_string())?;
        Ok(Self { sort, place: Location::Gate { stream, request, read: Vec::new() } })
    }

    /// An observer of a verifier.
    pub(crate) fn service(verifier: &Arc<Verifier>, token: &str) -> Self {
        let presented = Presented::Bearer(Secret::new(token));
        let place = Location::Service { verifier: Arc::clone(verifier), presented };
        Self { sort: Sort::Verifier, place }
    }

    /// Checks until the credential is accepted.
    ///
    /// # Errors
    /// When it is not accepted for too long, with the last answer.
    pub(crate) async fn until_let_in(&mut self) -> Result<(), String> {
        self.until(true).await.map(drop)
    }

    /// Checks until the credential is refused. Returns the time at which that was known.
    ///
    /// # Errors
    /// When it is not refused for too long.
    pub(crate) async fn until_refused(&mut self) -> Result<Instant, String> {
        self.until(false).await
    }

    /// Whether the credential is refused now.
    ///
    /// # Errors
    /// When nothing can be known.
    pub(crate) async fn refuses(&mut self) -> Result<bool, String> {
        self.look().await.map(|(passes, _)| !passes)
    }

    async fn until(&mut self, wanted: bool) -> Result<Instant, String> {
        let started = Instant::now();
        loop {
            let (passes, said) = self.look().await?;
            if passes == wanted {
                return Ok(Instant::now());
            }
            if started.elapsed() > WAIT_LIMIT {
                return Err(format!("{:?} for {WAIT_LIMIT:?}: {said}", self.sort));
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Whether the credential is accepted, and the answer.
    async fn look(&mut self) -> Result<(bool, String), String> {
        match &mut self.place {
            Location::Gate { stream, request, read } => {
                let answer = exchange(stream, request, read).await?;
                match answer.status {
                    200 => Ok((true, String::new())),
                    401 | 403 => Ok((false, answer.in_words())),
                    _ => Err(format!("the gate: {}", answer.in_words())),
                }
            }
            Location::Service { verifier, presented } => {
                let verified = verifier.verify(presented, &request()).await;
                Ok(verified.map_or_else(|no| (false, no.to_string()), |_| (true, String::new())))
            }
        }
    }
}
