//! From method and path to an endpoint.

use std::collections::HashMap;

use crate::{Endpoint, PathValues};

/// Where a request goes.
#[derive(Debug)]
pub enum Route<'a> {
    /// To this endpoint.
    Found {
        /// Which one.
        endpoint: &'a Endpoint,
        /// What the path's placeholders matched: hand it to [`crate::Incoming`].
        path_values: PathValues<'a>,
    },
    /// The path is known, the method is not allowed there (RFC 9110 §15.5.6).
    MethodNotAllowed {
        /// What goes into the `Allow` header.
        allow: Vec<&'a str>,
    },
    /// No endpoint here.
    NotFound,
}

/// A path whose segments are literal or, as `{name}`, match any one segment that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Value(String),
}

impl Pattern {
    /// Whether a path may stand in a dialect file.
    pub(crate) fn check(path: &str) -> Result<(), String> {
        let allowed = |b: u8| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'%' | b'"');
        if !path.starts_with('/') || !path.bytes().all(allowed) {
            return Err(format!("found path {path:?}; expected one such as \"/token\""));
        }
        for segment in path.split('/') {
            let inside = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let plain = inside.unwrap_or(segment);
            if plain.contains(['{', '}']) || inside == Some("") {
                return Err(format!(
                    "found segment {segment:?}; expected a literal or one whole {{name}}"
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn new(path: &str) -> Self {
        let segment = |text: &str| match text.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => Segment::Value(name.to_owned()),
            None => Segment::Literal(text.to_owned()),
        };
        Self(path.split('/').map(segment).collect())
    }

    /// The names of its placeholders.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Value(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    fn matches<'a>(&'a self, path: &'a str) -> Option<PathValues<'a>> {
        let mut values = Vec::new();
        let mut segments = self.0.iter();
        for part in path.split('/') {
            match segments.next()? {
                Segment::Literal(literal) if literal == part => {}
                Segment::Value(name) if !part.is_empty() => values.push((name.as_str(), part)),
                _ => return None,
            }
        }
        segments.next().is_none().then_some(PathValues(values))
    }
}

/// The endpoints of every path, by index into the dialect's list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    literal: HashMap<String, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
}

impl Routes {
    /// The table of these endpoints.
    ///
    /// # Errors
    /// The two endpoints and the path that both would answer.
    pub(crate) fn new(endpoints: &[Endpoint]) -> Result<Self, (usize, usize, String)> {
        let mut routes = Self::default();
        for (index, endpoint) in endpoints.iter().enumerate() {
            for (path, pattern) in endpoint.paths().iter().zip(&endpoint.patterns) {
                let there = routes.literal.entry(path.clone()).or_default();
                let clash = there.iter().copied().find(|other| {
                    endpoints.get(*other).is_some_and(|other| {
                        other.methods().iter().any(|m| endpoint.methods().contains(m))
                    })
                });
                if let Some(other) = clash {
                    return Err((other, index, path.clone()));
                }
                there.push(index);
                if pattern.names().next().is_some() {
                    routes.patterns.push((pattern.clone(), index));
                }
            }
        }
        // A path with placeholders is no path by itself.
        routes.literal.retain(|path, _| !path.contains('{'));
        Ok(routes)
    }

    pub(crate) fn find<'a>(
        &'a self,
        endpoints: &'a [Endpoint],
        method: &str,
        path: &'a str,
    ) -> Route<'a> {
        // RFC 9110 §9.3.2: where GET is answered, HEAD is.
        let method = if method == "HEAD" { "GET" } else { method };
        let literal = self.literal.get(path).map_or(&[][..], Vec::as_slice);
        let mut allow = Vec::new();
        let matched = literal.iter().map(|index| (*index, PathValues::none())).chain(
            self.patterns
                .iter()
                .filter_map(|(pattern, index)| Some((*index, pattern.matches(path)?))),
        );
        for (index, path_values) in matched {
            let Some(endpoint) = endpoints.get(index) else { continue };
            if endpoint.methods().iter().any(|known| known == method) {
                return Route::Found { endpoint, path_values };
            }
            allow.extend(endpoint.methods().iter().map(String::as_str));
        }
        if allow.is_empty() { Route::NotFound } else { Route::MethodNotAllowed { allow } }
    }
}
