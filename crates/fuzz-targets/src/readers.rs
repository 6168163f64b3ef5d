//! How programs around the gate read a path: a model of each, written from its documentation and source.
//!
//! A front passes a path on, perhaps in another spelling. A router finds the route of what arrives. The model of the
//! route table is plain on purpose: it compares every line.

use web_gate::gate::Route;

/// What a front passes on for a path; `None` where it refuses the request.
pub type Front = fn(&str) -> Option<String>;

/// The fronts, by name.
pub const FRONTS: [(&str, Front); 8] = [
    ("as it was sent", |sent| Some(sent.to_owned())),
    ("nginx", nginx),
    ("nginx with a path behind its proxy_pass", |sent| nginx(sent).map(|it| nginx_escapes(&it))),
    ("HAProxy with normalize-uri", haproxy),
    ("Envoy with normalize_path and merge_slashes", envoy),
    ("who decodes", |sent| decode(sent, |_| true)),
    ("who decodes, and reads a target again", |sent| {
        decode(sent, |_| true)?.split(['?', '#']).next().map(str::to_owned)
    }),
    ("who resolves and does not decode", |sent| resolve(sent)),
];

/// A reading of a path by a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Router {
    /// Compares byte by byte: axum, HAProxy, Envoy.
    Exact,
    /// Express, as it is by default: letters in any case, and a slash at the end or not.
    Express,
}

/// Decodes the escapes of the bytes that `wanted` names. Escapes that are malformed stay.
fn decode(text: &str, wanted: impl Fn(u8) -> bool) -> Option<String> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let byte = digits
            .filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match byte.filter(|byte| *first == b'%' && wanted(*byte)) {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).ok()
}

/// Merges slashes and resolves dot segments; `None` above the root.
fn resolve(path: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    let mut ends_in_slash = false;
    while let Some(segment) = segments.next() {
        ends_in_slash = matches!(segment, "" | "." | "..") && segments.peek().is_none();
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop()?;
            }
            other => kept.push(other),
        }
    }
    let end = if ends_in_slash && !kept.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", kept.join("/")))
}

/// nginx's `$uri` (`ngx_http_parse_complex_uri`): decodes, then merges and resolves.
fn nginx(sent: &str) -> Option<String> {
    resolve(&decode(sent, |_| true).filter(|it| !it.contains('\0'))?)
}

/// What nginx writes where it passes `$uri` on (`ngx_escape_uri`).
fn nginx_escapes(uri: &str) -> String {
    let escaped = |byte: u8| matches!(byte, 0..=b' ' | b'#' | b'%' | b'?' | 0x7f..);
    uri.bytes()
        .map(
            |byte| {
                if escaped(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() }
            },
        )
        .collect()
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// HAProxy's `percent-decode-unreserved`, `path-merge-slashes`, `path-strip-dot` and `path-strip-dotdot`.
fn haproxy(sent: &str) -> Option<String> {
    resolve(&decode(sent, is_unreserved)?)
}

/// Envoy's path canonicalizer (that of Chromium), with escaped slashes refused.
fn envoy(sent: &str) -> Option<String> {
    let lower = sent.to_ascii_lowercase();
    if lower.contains("%2f") || lower.contains("%5c") {
        return None;
    }
    resolve(&decode(&sent.replace('\\', "/"), is_unreserved)?)
}

/// The route that a router finds for a path.
pub fn route<'a>(
    routes: &'a [Route],
    host: &str,
    method: &str,
    path: &str,
    router: Router,
) -> Option<&'a Route> {
    let found = best(routes, host, method, path, router);
    let spelled = found.is_some_and(|it| it.path.ends_with('/'));
    match path.strip_suffix('/') {
        Some(bare) if router == Router::Express && !spelled && !bare.is_empty() => {
            best(routes, host, method, bare, router)
        }
        _ => found,
    }
}

/// Of all lines that match, the one with the best rank: by host, then segment by segment, then by method.
fn best<'a>(
    routes: &'a [Route],
    host: &str,
    method: &str,
    path: &str,
    router: Router,
) -> Option<&'a Route> {
    let ranked = routes.iter().filter_map(|route| {
        let of_host = match &route.host {
            Some(wanted) => (wanted == host).then_some(0)?,
            None => 1,
        };
        let named = |it: &str| route.methods.iter().any(|known| known.as_str() == it);
        let of_method = match method {
            _ if named(method) => 0,
            "HEAD" if named("GET") => 1,
            _ => route.methods.is_empty().then_some(2)?,
        };
        Some(((of_host, segments(&route.path, path, router)?, of_method), route))
    });
    ranked.min_by(|one, other| one.0.cmp(&other.0)).map(|(_, route)| route)
}

/// How well a pattern matches a path: a rank for each segment; `None` where it does not.
fn segments(pattern: &str, path: &str, router: Router) -> Option<Vec<u8>> {
    let mut given = path.strip_prefix('/')?.split('/');
    let mut ranks = Vec::new();
    for wanted in pattern.strip_prefix('/')?.split('/') {
        if wanted.starts_with("{*") {
            ranks.push(3);
            return Some(ranks);
        }
        let segment = given.next()?;
        let like = router == Router::Express && segment.to_lowercase() == wanted.to_lowercase();
        ranks.push(match wanted {
            _ if wanted == segment => 0,
            _ if like => 1,
            _ if wanted.starts_with('{') && !segment.is_empty() => 2,
            _ => return None,
        });
    }
    given.next().is_none().then_some(ranks)
}
