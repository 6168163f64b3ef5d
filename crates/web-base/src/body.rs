//! Reads a request body, with a limit of size and of time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::BodyExt as _;
use oauth::{ErrorResponse, Problem};

/// Reads the whole body.
///
/// # Errors
/// [`Problem::PayloadTooLarge`] past `limit` bytes; [`Problem::InvalidRequest`] when it breaks off
/// or does not arrive whole within `time`.
pub async fn read(body: Body, limit: usize, time: Duration) -> Result<Bytes, ErrorResponse> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    // With a `Content-Length`, a body that is too large is refused before it is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(time, collect(body, limit)).await {
        Ok(read) => read,
        Err(_) => Err(ErrorResponse::new(Problem::InvalidRequest, "The body took too long.")),
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, ErrorResponse> {
    let mut first = Bytes::new();
    let mut more: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let broken = |_| ErrorResponse::new(Problem::InvalidRequest, "The body is cut or broken.");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if first.len() + more.len() + data.len() > limit {
            return Err(too_large());
        }
        if first.is_empty() {
            // Nearly every body arrives in one frame, which is not copied.
            first = data;
        } else {
            more.extend_from_slice(&data);
        }
    }
    if more.is_empty() { Ok(first) } else { Ok([&first[..], &more].concat().into()) }
}

fn too_large() -> ErrorResponse {
    ErrorResponse::new(Problem::PayloadTooLarge, "The body is too large.")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn pieces(pieces: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(pieces.iter().map(|it| Ok::<_, Infallible>(*it))))
    }

    async fn problem_of(body: Body) -> Problem {
        read(body, 8, Duration::from_millis(20)).await.unwrap_err().problem
    }

    #[tokio::test]
    async fn rfc9110_15_5_14_a_body_over_the_limit_is_refused_announced_or_not() {
        assert_eq!(problem_of(Body::from("123456789")).await, Problem::PayloadTooLarge);
        assert_eq!(problem_of(pieces(&["12345", "6789"])).await, Problem::PayloadTooLarge);
        let whole = read(pieces(&["1234", "5678"]), 8, Duration::from_secs(1)).await.unwrap();
        assert_eq!(&whole[..], b"12345678");
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_refused() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        assert_eq!(problem_of(never).await, Problem::InvalidRequest);
    }
}
