//! The short texts that Postern issues and reads again: secrets, identifiers, scopes, master keys, and
//! what is sealed with them.

use std::sync::LazyLock;

use base::{Id, MasterKey, Sealer, issued};
use oauth::{MAX_SCOPE_LENGTH, MAX_SCOPES, ScopeSet};

/// An identifier of no kind in particular.
type AnyId = Id<()>;

static SEALER: LazyLock<Sealer> = LazyLock::new(|| {
    let key = MasterKey::parse(&base::encoding::base64url([7; 32])).expect("32 bytes");
    key.sealer("fuzzing")
});

/// The input is each of the texts.
pub(crate) fn run(data: &[u8]) {
    assert!(SEALER.open(b"context", data).is_none(), "nobody else seals");
    let Ok(text) = std::str::from_utf8(data) else { return };
    for prefix in ["", "rt_", "sk_live_"] {
        let Some((id, secret)) = issued::parts::<()>(prefix, text) else { continue };
        assert_eq!(issued::assemble::<(), ()>(prefix, id, secret).expose(), text);
    }
    if let Ok(id) = text.parse::<AnyId>() {
        assert_eq!(id.to_string(), text, "there is one way to write it");
    }
    if let Ok(scopes) = text.parse::<ScopeSet>() {
        assert!(scopes.len() <= MAX_SCOPES);
        assert!(scopes.iter().all(|scope| (1..=MAX_SCOPE_LENGTH).contains(&scope.as_str().len())));
        assert_eq!(scopes.to_string().parse().as_ref(), Ok(&scopes));
        assert!(scopes.iter().all(|scope| text.split(' ').any(|it| it == scope.as_str())));
    }
    if let Ok(key) = MasterKey::parse(text) {
        let again = MasterKey::parse(&key.to_text()).expect("its own text");
        assert_eq!(again.fingerprint(), key.fingerprint());
    }
}
