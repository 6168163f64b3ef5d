//! Sealing: authenticated encryption of small messages, such as opaque access tokens and authorization
//! codes (decision 0023).

use std::fmt;

use aws_lc_rs::aead::{
    AES_256_GCM, AES_256_GCM_SIV, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};
use zeroize::Zeroizing;

use crate::Rng;

/// Seals and opens small messages: AES-256-GCM-SIV (RFC 8452) with a random 96-bit nonce in front.
///
/// A nonce that comes twice shows whether the two messages are equal, and nothing else. With AES-256-GCM
/// it would give away the key of authentication, so one key could seal only 2³² messages (NIST SP
/// 800-38D §8.3). What was sealed so by earlier versions still opens.
pub struct Sealer {
    current: LessSafeKey,
    /// AES-256-GCM, only to open.
    former: LessSafeKey,
}

impl Sealer {
    /// A sealer with a key for each of the two algorithms.
    pub(crate) fn new(current: &[u8; 32], former: &[u8; 32]) -> Self {
        Self { current: key(&AES_256_GCM_SIV, current), former: key(&AES_256_GCM, former) }
    }

    /// `nonce ‖ ciphertext ‖ tag`, 28 bytes longer than `plain`. `context` is authenticated but not
    /// included: [`Self::open`] needs the same `context`.
    #[allow(clippy::expect_used, reason = "AES-GCM-SIV fails only past 64 GiB")]
    pub fn seal(&self, rng: &dyn Rng, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(plain.len() + NONCE_LEN + 16);
        sealed.extend_from_slice(plain);
        let tag = self
            .current
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed,
            )
            .expect("a short message");
        sealed.extend_from_slice(tag.as_ref());
        sealed.splice(0..0, nonce);
        sealed
    }

    /// The sealed message, or `None` when the key, the context or a single bit differs.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.current, context, sealed).or_else(|| open(&self.former, context, sealed))
    }
}

#[allow(clippy::expect_used, reason = "an AES-256 key is 32 bytes, and this is")]
fn key(algorithm: &'static Algorithm, bytes: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(algorithm, bytes).expect("32 bytes of key"))
}

fn open(key: &LessSafeKey, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut bytes = Zeroizing::new(ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let length = key.open_in_place(nonce, Aad::from(context), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::parse_base64url;
    use crate::{MasterKey, SystemRng};

    /// Numbers that are known beforehand.
    #[derive(Debug)]
    struct Fixed(u8);

    impl Rng for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
            bytes[0] = self.0;
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sealing_round_trips_and_any_change_is_noticed() {
        let sealer = MasterKey::generate(&SystemRng).sealer("test");
        let mut sealed = sealer.seal(&SystemRng, b"realm", b"hello");
        assert_eq!(sealer.open(b"realm", &sealed).unwrap().as_slice(), b"hello");
        assert!(sealer.open(b"other", &sealed).is_none());
        *sealed.last_mut().unwrap() ^= 1;
        assert!(sealer.open(b"realm", &sealed).is_none());
        assert!(sealer.open(b"realm", b"short").is_none());
    }

    #[test]
    fn rfc8452_c_2_a_known_message_has_its_known_form() {
        let mut key = [0; 32];
        key[0] = 1;
        let sealer = Sealer::new(&key, &[0; 32]);
        let sealed = sealer.seal(&Fixed(3), b"", &[1, 0, 0, 0, 0, 0, 0, 0]);
        let expected = "030000000000000000000000c2ef328e5c71c83b843122130f7364b761e0b97427e3df28";
        assert_eq!(hex(&sealed), expected);
    }

    #[test]
    fn a_nonce_that_comes_twice_shows_no_more_than_whether_the_messages_are_equal() {
        let sealer = MasterKey::generate(&SystemRng).sealer("test");
        let seal = |plain: &[u8]| sealer.seal(&Fixed(9), b"", plain)[NONCE_LEN..].to_vec();
        let (one, other) = (seal(b"message number 1"), seal(b"message number 2"));
        assert_eq!(one, seal(b"message number 1"));
        // AES-GCM would give the same first bytes for the same first bytes.
        assert_ne!(one[..8], other[..8]);
    }

    #[test]
    fn what_an_earlier_version_sealed_still_opens() {
        let sealer = MasterKey::parse("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc").unwrap();
        let sealer = sealer.sealer("opaque access tokens of realm main");
        let sealed =
            parse_base64url("AAECAwQFBgcICQoLjO5u3Bv1bb8RMH4--g9OX5glZwz16Du7CnuwQWhxQxhM")
                .unwrap();
        assert_eq!(sealer.open(b"access token", &sealed).unwrap().as_slice(), b"a token of before");
        assert!(sealer.open(b"authorization code", &sealed).is_none());
        assert_ne!(sealer.seal(&Fixed(0), b"access token", b"a token of before"), sealed);
    }
}
