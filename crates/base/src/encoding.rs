//! Text encodings: fixed-width base62 for strings that people copy, base64url where the RFCs
//! require it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Digits in ASCII order, so that encoded numbers sort as the numbers do.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Width of a 128-bit number in base62.
pub const BASE62_U128: usize = 22;
/// Width of a 32-bit number in base62.
pub const BASE62_U32: usize = 6;

/// 62 to the tenth: the most digits whose number a machine word holds.
const TEN_DIGITS: u128 = 62_u128.pow(10);

/// Appends `number` to `out`, padded to `width` digits. Leading digits that do not fit are dropped.
pub fn push_base62(out: &mut String, number: u128, width: usize) {
    // Division of 128 bits is slow: cut the number into words first, ten digits each.
    let words =
        [number / TEN_DIGITS / TEN_DIGITS, number / TEN_DIGITS % TEN_DIGITS, number % TEN_DIGITS];
    let mut digits = [b'0'; 30];
    for (ten, word) in digits.chunks_exact_mut(10).zip(words) {
        let mut word = word as u64;
        for digit in ten.iter_mut().rev() {
            #[allow(clippy::indexing_slicing, reason = "a remainder of 62 indexes 62 digits")]
            {
                *digit = DIGITS[(word % 62) as usize];
            }
            word /= 62;
        }
    }
    out.extend(digits.iter().skip(digits.len().saturating_sub(width)).copied().map(char::from));
}

/// Reads base62 of any length up to 22 digits; `None` for other characters or overflow.
pub fn parse_base62(text: &str) -> Option<u128> {
    if text.is_empty() || text.len() > BASE62_U128 {
        return None;
    }
    text.bytes().try_fold(0_u128, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(u128::from(digit))
    })
}

/// base64url without padding (RFC 4648 §5).
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends base64url without padding to `out`.
pub fn push_base64url(out: &mut String, bytes: impl AsRef<[u8]>) {
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// Reads base64url without padding; refuses any other alphabet, padding and stray bits.
pub fn parse_base64url(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads standard base64 (RFC 4648 §4), padded: the encoding of HTTP Basic (RFC 7617).
pub fn parse_base64(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Standard base64 (RFC 4648 §4), padded.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_keeps_value_width_and_order() {
        let mut previous = String::new();
        for number in [0, 1, 61, 62, 12_345_678, u128::MAX / 3, u128::MAX] {
            let mut text = String::new();
            push_base62(&mut text, number, BASE62_U128);
            assert_eq!(text.len(), BASE62_U128);
            assert_eq!(parse_base62(&text), Some(number));
            assert!(text > previous);
            previous = text;
        }
        assert_eq!(parse_base62("zzzzzzzzzzzzzzzzzzzzzz"), None, "overflow");
        assert_eq!(parse_base62("a-b"), None);
        assert_eq!(parse_base62(""), None);
    }
}
