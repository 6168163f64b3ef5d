//! Percent-encoding (RFC 3986 §2.1) and its form variant, read strictly.

use std::borrow::Cow;

/// The meaning of a plus sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plus {
    /// A plus sign.
    Literal,
    /// A space, as in forms.
    Space,
}

/// Decodes; `None` for a broken escape or bytes that are not UTF-8.
pub fn decode(bytes: &[u8], plus: Plus) -> Option<Cow<'_, str>> {
    let special = |b: u8| b == b'%' || (b == b'+' && plus == Plus::Space);
    let Some(first) = bytes.iter().position(|b| special(*b)) else {
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    };
    let (clean, mut rest) = bytes.split_at(first);
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(clean);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        out.push(match byte {
            b'+' if plus == Plus::Space => b' ',
            b'%' => {
                let (high, after) = after.split_first()?;
                let (low, after) = after.split_first()?;
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            other => *other,
        });
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}
