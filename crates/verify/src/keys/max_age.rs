//! How long a fetched key set is fresh: `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1) without the
//! `Age` that it had in caches on the way (§5.1), within bounds, so that a missing or extreme header
//! does no harm.

use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The default, where the issuer sends no `max-age`.
const DEFAULT: Duration = Duration::from_secs(15 * 60);

pub(super) fn fresh_for(headers: &HeaderMap) -> Duration {
    let directives = headers.get_all(CACHE_CONTROL).iter().map(http::HeaderValue::as_bytes);
    // An extension may have any bytes (RFC 9110 §5.5); they cost it alone.
    let fresh = directives
        .flat_map(|value| value.split(|byte| *byte == b','))
        .filter_map(|it| std::str::from_utf8(it).ok())
        .find_map(directive)
        .unwrap_or(DEFAULT);
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()).and_then(|age| age.parse().ok());
    fresh.saturating_sub(Duration::from_secs(age.unwrap_or(0))).clamp(SHORTEST, LONGEST)
}

fn directive(text: &str) -> Option<Duration> {
    let (name, value) = text.trim().split_once('=').unwrap_or((text.trim(), ""));
    if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
        return Some(SHORTEST);
    }
    if !name.eq_ignore_ascii_case("max-age") {
        return None;
    }
    value.trim_matches('"').parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(value: &'static str) -> u64 {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, value.parse().unwrap());
        fresh_for(&headers).as_secs()
    }

    #[test]
    fn rfc9111_5_2_2_1_max_age_is_honoured_between_a_minute_and_a_day() {
        assert_eq!(seconds("public, max-age=3600"), 3_600);
        assert_eq!(seconds("Max-Age=\"120\""), 120);
        assert_eq!(seconds("max-age=0"), 60);
        assert_eq!(seconds("no-store"), 60);
        assert_eq!(seconds("max-age=31536000"), 86_400);
        assert_eq!(seconds("max-age=99999999999999999999"), 900);
        assert_eq!(seconds("private"), 900);
        assert_eq!(fresh_for(&HeaderMap::new()).as_secs(), 900);
    }

    #[test]
    fn rfc9111_5_1_the_time_spent_in_caches_counts() {
        let aged = |age: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, "public, max-age=300".parse().unwrap());
            headers.insert(AGE, age.parse().unwrap());
            fresh_for(&headers).as_secs()
        };
        assert_eq!(["0", "100", "299", "99999999", "x"].map(aged), [300, 200, 60, 60, 300]);
    }
}
