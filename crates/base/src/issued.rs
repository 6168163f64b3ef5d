//! The format of the strings that we issue: `prefix ‖ id ‖ secret ‖ checksum`.
//!
//! Secret scanners recognise the prefix. The checksum distinguishes a typo from a revoked key
//! without a look-up. The id finds the row by an index to which new rows append.

use crate::encoding::{BASE62_U32, BASE62_U128, parse_base62, push_base62};
use crate::{Id, Rng, Secret};

/// Length after the prefix: 22 of id, 44 of secret (256 bits), 6 of checksum.
pub const BODY: usize = BASE62_U128 + 2 * BASE62_U128 + BASE62_U32;

/// Makes the string for `id` behind `prefix`.
pub fn issue<T, K>(prefix: &str, id: Id<T>, rng: &dyn Rng) -> Secret<K> {
    assemble(prefix, id, [rng.u128(), rng.u128()])
}

/// Makes the string for `id` behind `prefix` from a given secret.
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

/// What the text of a presented string shows, before any look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<T> {
    /// The string is intact and has our format. The id names the row to look up.
    Intact(Id<T>),
    /// The string has our prefix, but it was mistyped, cut or extended.
    Damaged,
    /// The string does not have our prefix.
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

/// Reads the parts of a string that [`assemble`] made behind `prefix`; `None` for anything else.
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
    fn parts_reads_what_assemble_made() {
        let id = Id::<()>::new(Timestamp::from_seconds(1), &SystemRng);
        for secret in [[0, 0], [1, u128::MAX], [u128::MAX, 7]] {
            let text: Secret<()> = assemble("rt_", id, secret);
            assert_eq!(parts("rt_", text.expose()), Some((id, secret)));
            assert_eq!(parts::<()>("", text.expose()), None);
            assert_eq!(parts::<()>("rt_", &text.expose()[..74]), None);
        }
    }

    #[test]
    fn a_typo_is_distinguished_from_a_foreign_string() {
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
