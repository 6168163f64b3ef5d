//! Paths at the gate (RFC 3986 §6.2.2): what is let through has one reading.
//!
//! The other readers are a plain percent-decoder and the parser of the URL standard, which resolves
//! dot segments and reads a backslash as a slash.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

/// What a path may not have as it is sent.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');

/// The input is a path as it is sent.
pub(crate) fn run(data: &[u8]) {
    let Ok(sent) = std::str::from_utf8(data) else { return };
    let Ok(plain) = web_gate::gate::plain_path(sent) else { return };
    let mut segments = plain.strip_prefix('/').expect("a slash at its beginning").split('/');
    let last = segments.next_back();
    assert!(segments.all(|it| !matches!(it, "" | "." | "..")), "{plain:?}");
    assert!(!matches!(last, Some("." | "..")), "{plain:?}");
    assert!(
        !plain.contains(['\\', ';']) && !plain.contains(|c: char| c.is_ascii_control()),
        "{plain:?}"
    );

    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    assert_eq!(decoded(sent), plain, "a percent-decoder");
    assert_eq!(decoded(&plain), plain, "who decodes twice");
    assert_eq!(slashes(sent), slashes(&plain), "who splits before decoding");
    let url = Url::parse(&format!("https://api.example{sent}")).expect("a URL");
    assert_eq!(url.host_str(), Some("api.example"));
    assert_eq!(decoded(url.path()), plain, "the parser of the URL standard");

    let again = utf8_percent_encode(&plain, ESCAPED).to_string();
    if again.len() <= sent.len() {
        assert_eq!(web_gate::gate::plain_path(&again).as_deref(), Ok(&*plain), "once more");
    }
}

fn slashes(text: &str) -> usize {
    text.matches('/').count()
}
