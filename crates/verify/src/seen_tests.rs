//! What is remembered, and how much of it.

use serde_json::Map;

use super::*;
use crate::claims::Claims;

fn seen(generation: u64) -> Arc<Seen> {
    let claims = Claims { subject: Some("ada".to_owned()), extra: Map::new(), ..Claims::default() };
    let dependencies = Dependencies::default();
    let times = Times::default();
    let principal = Principal::from_claims(claims).unwrap();
    Arc::new(Seen { principal, times, dependencies, generation })
}

#[test]
fn all_bytes_count_and_so_do_the_keys() {
    let tokens = SeenTokens::new(1 << 20);
    let end = "s".repeat(64);
    tokens.keep(&format!("a.b.{end}"), seen(3));
    assert!(tokens.find(&format!("a.b.{end}"), 3).is_some());
    assert!(tokens.find(&format!("a.b.{end}"), 4).is_none(), "other keys");
    assert!(tokens.find(&format!("a.c.{end}"), 3).is_none(), "the same end alone");
    assert!(tokens.find(&format!(".a.b.{end}"), 3).is_none());
    assert!(tokens.find("", 3).is_none());
    assert!(!format!("{tokens:?}").contains("a.b"));
}

#[test]
fn the_memory_is_bounded() {
    let tokens = SeenTokens::new(1 << 20);
    for number in 0..20_000 {
        tokens.keep(&format!("{number:0600}"), seen(1));
    }
    assert!(tokens.0.weight() <= 1 << 20, "{}", tokens.0.weight());
    assert!(tokens.0.len() > 100, "{}", tokens.0.len());
}
