//! DEFLATE in the ZLIB format (RFC 1950, RFC 1951) as base64url. Invariant: inflating never
//! produces more bytes than the caller's limit.

use std::io::{Read, Write as _};

use base::encoding::{base64url, parse_base64url};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Compresses `bytes` and encodes them as text.
pub(crate) fn deflated(bytes: &[u8], level: Compression) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), level);
    // Writing to memory cannot fail. If it did, the text would inflate to too little and be
    // refused.
    let _ = encoder.write_all(bytes);
    base64url(encoder.finish().unwrap_or_default())
}

/// The bytes that `text` encodes; `None` where it is malformed or they are more than `most`.
pub(crate) fn inflated(text: &str, most: usize) -> Option<Vec<u8>> {
    let compressed = parse_base64url(text)?;
    let mut bytes = Vec::new();
    let mut reader = ZlibDecoder::new(compressed.as_slice()).take(most as u64 + 1);
    reader.read_to_end(&mut bytes).ok()?;
    (bytes.len() <= most).then_some(bytes)
}

/// Passes the bytes that `text` encodes to `each`, `N` at a time; `None` where the text is
/// malformed, ends within a group, or `each` refuses.
pub(crate) fn inflated_each<const N: usize>(
    text: &str,
    mut each: impl FnMut([u8; N]) -> Option<()>,
) -> Option<()> {
    let compressed = parse_base64url(text)?;
    let mut reader = std::io::BufReader::new(ZlibDecoder::new(compressed.as_slice()));
    loop {
        let mut piece = [0; N];
        let mut filled = 0;
        while filled < N {
            match reader.read(piece.get_mut(filled..)?).ok()? {
                0 if filled == 0 => return Some(()),
                0 => return None,
                more => filled += more,
            }
        }
        each(piece)?;
    }
}
