//! The request id: every answer has one, and support can look it up.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base::encoding::push_base62;
use base::{Rng, Timestamp};

/// The header with the request id.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is accepted from a proxy, in bytes.
const LONGEST: usize = 64;
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

/// The id that a proxy sent; `None` where it is too long or has other characters than letters, digits and `._-`.
pub fn from_proxy(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&X_REQUEST_ID)?.to_str().ok()?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=LONGEST).contains(&id.len()) && id.bytes().all(is_allowed)).then(|| id.to_owned())
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

    #[test]
    fn an_id_from_a_proxy_is_used_only_if_it_is_well_formed() {
        let with = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(&X_REQUEST_ID, id.parse().unwrap());
            from_proxy(&headers)
        };
        assert_eq!(with("a.B-3_x").as_deref(), Some("a.B-3_x"));
        assert_eq!(with(""), None);
        assert_eq!(with("a b"), None);
        assert_eq!(with("<script>"), None);
        assert_eq!(with(&"x".repeat(65)), None);
    }
}
