//! The URI of an API, which a request names by `resource` (RFC 8707 §2). It is compared as a URI.

use url::Url;

/// Whether two texts name the same API: the same text, or URIs that are equal by syntax and by
/// scheme (RFC 3986 §6.2.2, §6.2.3). So `https://api.example` and `https://API.example:443/` are
/// one. The identifier that a token names stays the registered text.
pub fn same_resource(one: &str, other: &str) -> bool {
    one == other || normal(one).is_some_and(|one| normal(other) == Some(one))
}

/// Whether a text is a URI, so that others may be equal to it.
pub fn is_uri(text: &str) -> bool {
    normal(text).is_some()
}

/// The normal form of a URI; `None` for any other text.
fn normal(text: &str) -> Option<Url> {
    // The parser reads these as browsers do. Here they are no part of a URI.
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
    if !text.bytes().all(plain) {
        return None;
    }
    let url = Url::parse(&normal_escapes(text)?).ok()?;
    // The parser would accept `https:api.example`.
    let web = matches!(url.scheme(), "http" | "https");
    let written = text.get(url.scheme().len()..).unwrap_or_default();
    (!web || written.starts_with("://") && !written.starts_with(":///")).then_some(url)
}

/// Escapes in upper case, and none for a character that needs none (RFC 3986 §6.2.2.1, §6.2.2.2);
/// `None` for a broken escape.
fn normal_escapes(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut out = pieces.next()?.to_owned();
    for piece in pieces {
        let (escape, rest) = piece.split_at_checked(2)?;
        let digits = escape.bytes().all(|b| b.is_ascii_hexdigit());
        let byte = u8::from_str_radix(escape, 16).ok().filter(|_| digits)?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&escape.to_ascii_uppercase());
        }
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3986_6_2_equal_uris_name_one_resource() {
        for (one, other) in [
            ("https://api.example", "https://api.example/"),
            ("https://api.example", "HTTPS://API.Example:443"),
            ("http://api.example:80/v1", "http://api.example/v1"),
            ("https://api.example/%7eada/%c3%a9", "https://api.example/~ada/%C3%A9"),
            ("https://api.example/a/../v1", "https://api.example/v1"),
            ("urn:example:api", "URN:example:api"),
            ("orders", "orders"),
        ] {
            assert!(same_resource(one, other), "{one} {other}");
            assert!(same_resource(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://api.example", "http://api.example"),
            ("https://api.example", "https://api.example/v1"),
            ("https://api.example/v1", "https://api.example/v1/"),
            ("https://api.example/v1", "https://api.example/V1"),
            ("https://api.example/a%2fb", "https://api.example/a/b"),
            ("https://api.example", "https://api.example?"),
            ("https://api.example", "https://api.example#x"),
            ("https://api.example", "https://user@api.example"),
            ("https://api.example", "https:\\\\api.example"),
            ("https://api.example", "https:api.example"),
            ("https://api.example", "https:///api.example"),
            ("https://api.example", " https://api.example"),
            ("https://api.example", "https://api.example\n"),
            ("https://api.example", "https://api.example:444"),
            ("https://api.example/%zz", "https://api.example/%zZ"),
            ("orders", "Orders"),
            ("orders", "orders/"),
            ("", "/"),
        ] {
            assert!(!same_resource(one, other), "{one} {other}");
        }
    }
}
