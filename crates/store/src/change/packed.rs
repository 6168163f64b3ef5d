//! Effects in the form that backends store: a few bytes each.
//!
//! The form is frozen, because it is stored: a first byte that names the form, then for each effect
//! a tag, 16 bytes of identifier, and for a token with an expiry 8 bytes of milliseconds; all
//! big-endian. A new form needs a new first byte.

use base::Timestamp;
use domain::Kind;

use super::Effect;

const FORM: u8 = 1;

/// Tags below this one are those of kinds.
const TOKEN: u8 = 0x80;
const TOKEN_FOR_EVER: u8 = 0x81;

impl Effect {
    /// The effects in the form that backends keep.
    pub fn pack(effects: &[Self]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(1 + 17 * effects.len());
        packed.push(FORM);
        for effect in effects {
            let (tag, id, until) = match effect {
                Self::Entity { kind, id } => (tag_of(*kind), id, None),
                Self::Token { token, until: None } => (TOKEN_FOR_EVER, token, None),
                Self::Token { token, until } => (TOKEN, token, *until),
            };
            packed.push(tag);
            packed.extend_from_slice(&id.to_be_bytes());
            packed.extend(until.into_iter().flat_map(|until| until.millis().to_be_bytes()));
        }
        packed
    }

    /// Reads what [`Effect::pack`] wrote; `None` where the bytes are not of this form.
    pub fn unpack(packed: &[u8]) -> Option<Vec<Self>> {
        let (&FORM, mut rest) = packed.split_first()? else { return None };
        let mut effects = Vec::with_capacity(rest.len() / 17);
        while let Some((&tag, after)) = rest.split_first() {
            let (id, after) = after.split_first_chunk()?;
            let id = u128::from_be_bytes(*id);
            rest = after;
            effects.push(match tag {
                TOKEN => {
                    let (until, after) = rest.split_first_chunk()?;
                    rest = after;
                    let until = Timestamp::from_millis(i64::from_be_bytes(*until));
                    Self::Token { token: id, until: Some(until) }
                }
                TOKEN_FOR_EVER => Self::Token { token: id, until: None },
                tag => Self::Entity { kind: kind_of(tag)?, id },
            });
        }
        Some(effects)
    }
}

/// The tag of a kind never changes and is never given to another kind.
const fn tag_of(kind: Kind) -> u8 {
    match kind {
        Kind::Organization => 1,
        Kind::User => 2,
        Kind::ResourceServer => 3,
        Kind::Client => 4,
        Kind::Grant => 5,
        Kind::Credential => 6,
        Kind::SigningKey => 7,
        Kind::Account => 8,
        Kind::AccessRequest => 9,
    }
}

fn kind_of(tag: u8) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| tag_of(*kind) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of_each() -> Vec<Effect> {
        let entity = |kind| Effect::Entity { kind, id: u128::MAX - u128::from(tag_of(kind)) };
        let until = Some(Timestamp::from_millis(-1));
        let tokens = [until, None].map(|until| Effect::Token { token: 0x80, until });
        Kind::ALL.into_iter().map(entity).chain(tokens).collect()
    }

    #[test]
    fn every_effect_is_unpacked_unchanged() {
        assert_eq!(Effect::unpack(&Effect::pack(&one_of_each())), Some(one_of_each()));
        assert_eq!(Effect::unpack(&Effect::pack(&[])), Some(vec![]));
    }

    /// A value that earlier versions stored.
    #[test]
    fn the_form_is_frozen() {
        let until = Some(Timestamp::from_millis(258));
        let effects =
            [Effect::Entity { kind: Kind::Credential, id: 7 }, Effect::Token { token: 9, until }];
        let mut packed = vec![1, 6];
        packed.extend([0; 15]);
        packed.extend([7, 0x80]);
        packed.extend([0; 15]);
        packed.extend([9, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(Effect::pack(&effects), packed);
    }

    #[test]
    fn truncated_or_foreign_bytes_are_refused() {
        let packed = Effect::pack(&one_of_each());
        let whole: Vec<usize> =
            (0..packed.len()).filter(|end| Effect::unpack(&packed[..*end]).is_some()).collect();
        let between = [1, 18, 35, 52, 69, 86, 103, 120, 137, 154, 179];
        assert_eq!(whole, between, "only between two effects");
        for odd in [&[][..], &[2], &[1, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(Effect::unpack(odd), None, "{odd:?}");
        }
    }
}
