//! From method and path to an endpoint.

use std::collections::HashMap;

use crate::pattern::Pattern;
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
