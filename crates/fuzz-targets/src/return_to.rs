//! Where a browser goes after signing in (RFC 9700 §4.11): no text leads it to another host or out of
//! the realm.

use url::Url;

/// The input is what the query of the sign-in page says.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for prefix in ["", "/eu"] {
        let Some(path) = web_pages::people::checked_return_to(text, prefix) else { continue };
        assert_eq!(path, text, "as it was sent");
        let here = Url::parse(&format!("https://login.example{prefix}/sign-in")).expect("a URL");
        let there = here.join(path).expect("a browser can follow it");
        assert_eq!(there.origin(), here.origin(), "{path}");
        assert!(there.path().starts_with(&format!("{prefix}/")), "{path}");
        assert!(there.fragment().is_none() && there.username().is_empty(), "{path}");
    }
}
