//! The request id: every answer has one, and support can look it up.
//!
//! Invariant: Postern makes every id itself. Most proxies pass `X-Request-Id` of their callers on, so an id that came
//! with a request could be one that the caller chose, and `postern why` would explain another request by it.

use axum::http::{HeaderName, HeaderValue};
use base::encoding::push_base62;
use base::{Rng, Timestamp};

/// The header with the request id.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length of a new id: base62 digits for 48 bits of milliseconds and 40 random bits.
const WIDTH: usize = 15;

/// A new id. It is short, and ids sort by time.
pub fn fresh(now: Timestamp, rng: &dyn Rng) -> String {
    const RANDOM: u128 = (1 << 40) - 1;
    let millis = u128::from(now.millis().unsigned_abs()) & ((1 << 48) - 1);
    let mut id = String::with_capacity(WIDTH);
    push_base62(&mut id, (millis << 40) | (rng.u128() & RANDOM), WIDTH);
    id
}

/// The id as a header value.
pub fn header_value(id: &str) -> HeaderValue {
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::SequenceRng;

    #[test]
    fn ids_are_short_and_in_the_order_of_time() {
        let rng = SequenceRng::new(1);
        let early = fresh(Timestamp::from_millis(1_800_000_000_000), &rng);
        let late = fresh(Timestamp::from_millis(1_800_000_000_001), &rng);
        assert!(early < late && early.len() == WIDTH, "{early} {late}");
    }
}
