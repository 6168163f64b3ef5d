//! The one HTTP client of this crate. Owns its limits: time, size, no redirects.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Response, redirect};

use crate::{BuildError, Unavailable};

const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(5);

pub(crate) fn client() -> Result<Client, BuildError> {
    let client = plain().timeout(TOTAL);
    client.build().map_err(|_| BuildError::HttpClient)
}

/// A client for streams, which have no time limit of their own. The reader keeps the time.
pub(crate) fn streaming_client() -> Result<Client, BuildError> {
    plain().build().map_err(|_| BuildError::HttpClient)
}

fn plain() -> ClientBuilder {
    // A redirect would send the token elsewhere, or fetch keys from elsewhere.
    let client = Client::builder().redirect(redirect::Policy::none()).no_proxy();
    client.connect_timeout(CONNECT)
}

/// The body, if it has at most `limit` bytes.
pub(crate) async fn read_limited(
    mut response: Response,
    limit: usize,
) -> Result<Vec<u8>, Unavailable> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > limit {
            return Err(Unavailable::new(format!("its answer is longer than {limit} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The kind of the error. The error's own text may hold a URL with credentials.
pub(crate) fn unavailable(error: reqwest::Error) -> Unavailable {
    Unavailable::new(if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "it could not be reached"
    } else {
        "the connection to it failed"
    })
}
