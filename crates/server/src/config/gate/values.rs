//! Values of routes as the file writes them.

use std::str::FromStr;

use crate::config::values::Expected;

/// The length limit of a route's path, in bytes.
const MAX_PATH: usize = 1_024;

/// A host without a port, in lower case.
#[derive(Clone, Debug)]
pub(super) struct Host(pub(super) String);

impl FromStr for Host {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // A site of this host without anything else.
        let site: web::Site = format!("http://{text}").parse().map_err(|_| ())?;
        let host = site.host();
        if host == site.authority() && site.prefix().is_empty() && host.len() == text.len() {
            Ok(Self(host.to_owned()))
        } else {
            Err(())
        }
    }
}

impl Expected for Host {
    const EXPECTED: &'static str = "a host without a port, such as \"api.example.com\"";
}

/// A path: literal segments, `{name}` for any one segment, `{*rest}` at the end for all that
/// follow. It has a single spelling (RFC 3986 §6.2.2).
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub(super) String);

impl FromStr for Pattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let segments = text.strip_prefix('/').ok_or(())?;
        if text.len() > MAX_PATH {
            return Err(());
        }
        let mut segments = segments.split('/').peekable();
        let mut names: Vec<&str> = Vec::new();
        while let Some(segment) = segments.next() {
            let last = segments.peek().is_none();
            match segment.strip_prefix('{') {
                Some(rest) => {
                    let name = rest.strip_suffix('}').ok_or(())?;
                    let name = name.strip_prefix('*').filter(|_| last).unwrap_or(name);
                    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
                    if name.is_empty() || !name.bytes().all(is_name) || names.contains(&name) {
                        return Err(());
                    }
                    names.push(name);
                }
                // A trailing slash. Two slashes in a row are refused at the gate.
                None if segment.is_empty() && last => {}
                None if matches!(segment, "" | "." | "..") => return Err(()),
                None if segment.bytes().all(is_path_byte) => {}
                None => return Err(()),
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// The characters of RFC 3986 §3.3 without a special meaning: no `%`, and no `;`, after which some
/// servers look for parameters.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()+,=:@".contains(&byte)
}

impl Expected for Pattern {
    const EXPECTED: &'static str = "a path of plain segments, {name} for any one and {*rest} at the end for all that follow, \
         such as \"/v1/items/{id}\"";
}

#[derive(Clone, Debug)]
pub(super) struct Method(pub(super) axum::http::Method);

impl FromStr for Method {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
        let method = if fits { axum::http::Method::from_bytes(text.as_bytes()).ok() } else { None };
        method.map(Self).ok_or(())
    }
}

impl Expected for Method {
    const EXPECTED: &'static str = "a method in capital letters, such as \"GET\"";
}

/// The identifier of a resource server, as the admin API accepts it.
#[derive(Clone, Debug)]
pub(super) struct Audience(pub(super) String);

impl FromStr for Audience {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fits = (1..=255).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'#'));
        if fits { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl Expected for Audience {
    const EXPECTED: &'static str = "the identifier of an API, such as \"https://api.example.com\"";
}

impl Expected for oauth::Scope {
    const EXPECTED: &'static str = "a scope, such as \"contacts.read\"";
}

/// A kind of credential that can be presented to an API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind(pub(super) &'static str);

/// As `engine::present::PresentedKind::as_str` names them.
const KINDS: [&str; 4] = ["access_token", "api_key", "personal_access_token", "legacy_token"];

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        KINDS.into_iter().find(|kind| *kind == text).map(Self).ok_or(())
    }
}

impl Expected for Kind {
    const EXPECTED: &'static str =
        "\"access_token\", \"api_key\", \"personal_access_token\" or \"legacy_token\"";
}
