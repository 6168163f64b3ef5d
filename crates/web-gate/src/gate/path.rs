//! Decodes the path of a request, and refuses paths that programs read in different ways.
//!
//! Invariant: a path that [`plain`] accepts is the same path for a proxy, the gate and an API, whether or not they
//! decode percent escapes or normalize paths (RFC 3986 §6.2.2). An ambiguous path is refused, so that no caller
//! reaches a route's path under another spelling.

use std::borrow::Cow;

/// The longest path that is accepted, in bytes.
const LONGEST: usize = 8 * 1024;

/// The path with its percent escapes decoded once.
///
/// # Errors
/// The path is ambiguous. The text names the part that programs read in different ways.
pub fn plain(path: &str) -> Result<Cow<'_, str>, &'static str> {
    if !path.starts_with('/') {
        return Err("no slash at its beginning");
    }
    if path.len() > LONGEST {
        return Err("more than 8192 bytes");
    }
    if let Some(why) = path.bytes().find_map(refused_byte) {
        return Err(why);
    }
    let path = if path.contains('%') { Cow::Owned(decoded(path)?) } else { Cow::Borrowed(path) };
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" if segments.peek().is_some() => return Err("an empty segment"),
            "." | ".." => return Err("a dot segment"),
            _ => {}
        }
    }
    Ok(path)
}

/// The reason why a byte of a path, as it was sent, is refused; `None` where it is allowed.
const fn refused_byte(byte: u8) -> Option<&'static str> {
    match byte {
        0..=b' ' | 0x7f..=0xff => Some("control characters, spaces or what is not ASCII"),
        b'\\' => Some("a backslash"),
        // Some servers ignore a semicolon and what follows it in the segment.
        b';' => Some("a semicolon"),
        b'?' | b'#' => Some("a query or fragment"),
        _ => None,
    }
}

/// Decodes the percent escapes of a path once.
fn decoded(path: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let (byte, after) = escaped(after).ok_or("a percent sign that escapes nothing")?;
        match byte {
            b'/' => return Err("an encoded slash"),
            b'\\' | b';' | 0..=0x1f | 0x7f => return Err("an encoded special character"),
            _ => bytes.push(byte),
        }
        rest = after;
    }
    // A program that decodes twice would read another path. The digits of an escape may be encoded as well, so
    // the decoded bytes are searched.
    if bytes
        .windows(3)
        .any(|three| matches!(three, [b'%', digits @ ..] if escaped(digits).is_some()))
    {
        return Err("a character encoded twice");
    }
    String::from_utf8(bytes).map_err(|_| "what is not UTF-8")
}

/// The byte that two hexadecimal digits stand for, and what follows them.
fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = after.split_first_chunk::<2>()?;
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    let byte = u8::try_from(high? * 16 + low?).ok()?;
    Some((byte, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_stays_and_escapes_are_decoded_once() {
        for (path, expected) in [
            ("/", "/"),
            ("/v1/contacts", "/v1/contacts"),
            ("/v1/contacts/", "/v1/contacts/"),
            ("/v1/%61dmin", "/v1/admin"),
            ("/v1/a%20b", "/v1/a b"),
            ("/v1/caf%C3%A9", "/v1/café"),
            ("/v1/100%25", "/v1/100%"),
            ("/v1/...", "/v1/..."),
            ("/v1/.well-known", "/v1/.well-known"),
            ("/a:b@c!$&'()*+,=~", "/a:b@c!$&'()*+,=~"),
        ] {
            assert_eq!(plain(path).as_deref(), Ok(expected), "{path}");
        }
        assert!(matches!(plain("/v1/x"), Ok(Cow::Borrowed(_))), "the usual path costs nothing");
    }

    #[test]
    fn rfc3986_6_2_2_what_two_programs_may_read_in_two_ways_is_refused() {
        for path in [
            "",
            "v1",
            "*",
            "http://elsewhere/v1",
            "//v1",
            "/v1//admin",
            "/v1/admin//",
            "/v1/../admin",
            "/v1/..",
            "/./v1",
            "/v1/.",
            "/v1/%2e%2e/admin",
            "/v1/.%2E/admin",
            "/v1/%2e/admin",
            "/v1%2fadmin",
            "/v1%2Fadmin",
            "/v1\\admin",
            "/v1/%5cadmin",
            "/v1/admin;x=1",
            "/v1/..;/admin",
            "/v1/admin%3bx",
            "/v1/%252e%252e/admin",
            "/v1%252fadmin",
            "/v1/%25%32%65%25%32%65/admin",
            "/v1/%25%32%65",
            "/v1%25%32%66admin",
            "/v1/%25%35c",
            "/v1/%25%30d",
            "/v1/%25252e%25252e/admin",
            "/v1/%2525%32%65",
            "/v1/%25%32%35%32%65",
            "/v1/%25%36%31dmin",
            "/v1/%256%31dmin",
            "/v1/%25%361dmin",
            "/v1/%00",
            "/v1/%0d%0aX: y",
            "/v1/%7f",
            "/v1/a b",
            "/v1/a\tb",
            "/v1/\u{7f}",
            "/v1/café",
            "/v1/%ff",
            "/v1/%c0%ae%c0%ae/admin",
            "/v1/%",
            "/v1/%4",
            "/v1/%zz",
            "/v1/%+1",
            "/v1#x",
            "/v1?x",
        ] {
            assert!(plain(path).is_err(), "{path:?} was let through as {:?}", plain(path));
        }
        assert!(plain(&format!("/{}", "x".repeat(LONGEST))).is_err());
    }
}
