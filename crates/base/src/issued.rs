//! The shape of strings we issue: `prefix ‖ id ‖ secret ‖ checksum`.
//!
//! Secret scanners recognise the prefix, the checksum tells a typo from a revoked key without a
//! look-up, and the id finds the row by an index that new rows append to.

use crate::encoding::{BASE62_U32, BASE62_U128, parse_base62, push_base62};
use crate::{Id, Rng, Secret};

/// Length after the prefix: 22 of id, 44 of secret (256 bits), 6 of checksum.
pub const BODY: usize = BASE62_U128 + 2 * BASE62_U128 + BASE62_U32;

/// Makes the string for `id` behind `prefix`.
pub fn issue<T, K>(prefix: &str, id: Id<T>, rng: &dyn Rng) -> Secret<K> {
    assemble(prefix, id, [rng.u128(), rng.u128()])
}

/// Makes the string for `id` behind `prefix` whose secret is decided already.
pub fn assemble<T, K>(prefix: &str, id: Id<T>, secret: [u128; 2]) -> Secret<K> {
    let mut text = String::with_capacity(prefix.len() + BODY);
    text.push_str(prefix);
    push_base62(&mut text, id.as_u128(), BASE62_U128);
    for half in secret {
        push_base62(&mut text, half, BASE62_U128);
    }
    let checksum = crc32fast::hash(text.as_bytes());
    push_base62(&mut text, u128::from(checksum), BASE62_U32);
    Secret::new(text)
}

/// What a presented string tells before any look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<T> {
    /// One of ours, intact: the row to look for.
    Intact(Id<T>),
    /// Has our prefix, yet was mistyped, cut or extended.
    Damaged,
    /// Not ours.
    Foreign,
}

/// Reads a presented string that should begin with `prefix`.
pub fn read<T>(prefix: &str, text: &str) -> Shape<T> {
    let Some(body) = text.strip_prefix(prefix) else { return Shape::Foreign };
    if body.len() != BODY || !body.is_ascii() {
        return if prefix.is_empty() { Shape::Foreign } else { Shape::Damaged };
    }
    let (signed, checksum) = text.split_at(text.len() - BASE62_U32);
    let expected = u128::from(crc32fast::hash(signed.as_bytes()));
    let id = body.get(..BASE62_U128).and_then(|id| id.parse().ok());
    match id {
        Some(id) if parse_base62(checksum) == Some(expected) => Shape::Intact(id),
        _ => Shape::Damaged,
    }
}

/// Takes apart what [`assemble`] made behind `prefix`; `None` for anything else.
pub fn parts<T>(prefix: &str, text: &str) -> Option<(Id<T>, [u128; 2])> {
    let Shape::Intact(id) = read(prefix, text) else { return None };
    let secret = text.strip_prefix(prefix)?.get(BASE62_U128..3 * BASE62_U128)?;
    let (high, low) = secret.split_at_checked(BASE62_U128)?;
    Some((id, [parse_base62(high)?, parse_base62(low)?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SystemRng, Timestamp};

    #[test]
    fn what_was_assembled_is_taken_apart() {
        let id = Id::<()>::new(Timestamp::from_seconds(1), &SystemRng);
        for secret in [[0, 0], [1, u128::MAX], [u128::MAX, 7]] {
            let text: Secret<()> = assemble("rt_", id, secret);
            assert_eq!(parts("rt_", text.expose()), Some((id, secret)));
            assert_eq!(parts::<()>("", text.expose()), None);
            assert_eq!(parts::<()>("rt_", &text.expose()[..74]), None);
        }
    }

    #[test]
    fn a_typo_is_told_from_a_stranger() {
        let id = Id::<()>::new(Timestamp::from_seconds(1), &SystemRng);
        let issued: Secret<()> = issue("rt_live_", id, &SystemRng);
        let text = issued.expose();
        assert_eq!(read("rt_live_", text), Shape::Intact(id));
        assert_eq!(read::<()>("rt_live_", &format!("{text}x")), Shape::Damaged);
        assert_eq!(read::<()>("rt_live_", &text.replace("rt_live_", "rt_test_")), Shape::Foreign);
        let mut typo = text.to_owned();
        let last = typo.pop().unwrap();
        typo.push(if last == 'a' { 'b' } else { 'a' });
        assert_eq!(read::<()>("rt_live_", &typo), Shape::Damaged);
    }
}
