//! Cookies of a realm (RFC 6265): read as a browser sends them, and set so that a value is no more
//! than a value.

use std::sync::LazyLock;

use crate::realm_cookies::Cookies;

static REALMS: LazyLock<[Cookies; 2]> = LazyLock::new(|| {
    [Cookies::new("https://login.example"), Cookies::new("http://localhost:8080")]
});

/// Each line of the input is a `Cookie` header, the last one a value to be set as well.
pub(crate) fn run(data: &[u8]) {
    let headers: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    for realm in REALMS.iter() {
        for (name, value) in realm.read(&headers) {
            assert_eq!(value, expected(&name, &headers), "{name}");
        }
        let last = headers.last().and_then(|last| std::str::from_utf8(last).ok());
        for (name, header) in last.map(|value| realm.set(value)).unwrap_or_default() {
            let Some(header) = header else { continue };
            let value = last.unwrap_or_default();
            let (pair, attributes) = header.split_once("; ").expect("attributes");
            assert_eq!(pair, format!("{name}={value}"), "the value ends where it should");
            assert!(attributes.starts_with("Path=/; HttpOnly; SameSite=Lax"), "{attributes}");
            assert_eq!(attributes.contains("; Secure"), name.starts_with("__Host-"));
            let back = realm.read(&[pair.as_bytes()]);
            let back = back.into_iter().find(|(known, _)| *known == name);
            assert_eq!(back.and_then(|(_, value)| value).as_deref(), Some(value), "read again");
        }
    }
}

/// The value of the first cookie of this very name that is UTF-8, in the headers that HTTP allows.
fn expected(name: &str, headers: &[&[u8]]) -> Option<String> {
    let allowed = |header: &&&[u8]| header.iter().all(|b| !b.is_ascii_control() || *b == b'\t');
    let headers = headers.iter().filter(allowed);
    let mut pairs = headers.flat_map(|header| header.split(|b| *b == b';')).map(<[u8]>::trim_ascii);
    pairs.find_map(|pair| {
        let value = pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        std::str::from_utf8(value).map(str::to_owned).ok()
    })
}
