//! Finds the endpoint for a method and a path.

use std::collections::HashMap;

use crate::pattern::Pattern;
use crate::{Endpoint, PathValues};

/// The result of routing a request.
#[derive(Debug)]
pub enum Route<'a> {
    /// An endpoint handles the request.
    Found {
        /// The endpoint.
        endpoint: &'a Endpoint,
        /// The values of the path's placeholders, for [`crate::Incoming`].
        path_values: PathValues<'a>,
    },
    /// The path is known, the method is not allowed there (RFC 9110 §15.5.6).
    MethodNotAllowed {
        /// The value of the `Allow` header.
        allow: Vec<&'a str>,
    },
    /// No endpoint has this path.
    NotFound,
}

/// The endpoints of every path, by index into the dialect's list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    literal: HashMap<String, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
}

impl Routes {
    /// Builds the table of these endpoints.
    ///
    /// # Errors
    /// Two endpoints and the path that both would answer.
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
        // A path with placeholders is not a literal path.
        routes.literal.retain(|path, _| !path.contains('{'));
        Ok(routes)
    }

    pub(crate) fn find<'a>(
        &'a self,
        endpoints: &'a [Endpoint],
        method: &str,
        path: &'a str,
    ) -> Route<'a> {
        // RFC 9110 §9.3.2: an endpoint that answers GET answers HEAD, too.
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
