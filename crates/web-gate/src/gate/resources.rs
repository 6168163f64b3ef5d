//! What an API tells of itself: OAuth 2.0 Protected Resource Metadata (RFC 9728).
//!
//! It is served for the APIs that routes name, at the API's own origin, where the proxy hands the
//! path on, and at the realm's own by a suffix: `/.well-known/oauth-protected-resource/HOST/PATH`, or
//! the percent-encoded identifier where that is no URL.

use super::routes::normal_host;
use super::{Access, Route};

/// Where it is served (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// The APIs of a gate.
#[derive(Debug, Default)]
pub(super) struct Resources(Vec<Resource>);

#[derive(Debug)]
pub(super) struct Resource {
    pub(super) audience: String,
    /// Host and path of an identifier that is a URL, without a slash at the end (§3.1).
    place: Option<(String, String)>,
    /// Where its metadata are.
    url: String,
}

impl Resources {
    pub(super) fn new(routes: &[Route], realm: &str) -> Self {
        let mut resources = Self::default();
        for route in routes {
            let Access::Protected { audience, .. } = &route.access else { continue };
            if resources.url(audience).is_none() {
                resources.0.push(Resource::new(audience, realm));
            }
        }
        resources
    }

    /// Where the metadata of an API are.
    pub(super) fn url(&self, audience: &str) -> Option<&str> {
        self.0.iter().find(|it| it.audience == audience).map(|it| it.url.as_str())
    }

    pub(super) fn find(&self, hosts: &[String], suffix: &str) -> Option<&Resource> {
        let at = |host: &str, path: &str| {
            let is_there = |it: &&Resource| {
                it.place.as_ref().is_some_and(|place| place.0 == host && place.1 == path)
            };
            self.0.iter().find(is_there)
        };
        let path = suffix.strip_suffix('/').unwrap_or(suffix);
        if let Some(found) = hosts.iter().find_map(|host| at(host, path)) {
            return Some(found);
        }
        let below = path.strip_prefix('/')?;
        let (host, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
        at(host, rest).or_else(|| self.0.iter().find(|it| encoded(&it.audience) == below))
    }
}

impl Resource {
    fn new(audience: &str, realm: &str) -> Self {
        let scheme = ["https://", "http://"].into_iter().find(|it| audience.starts_with(it));
        let place = scheme.and_then(|scheme| {
            let rest = audience.strip_prefix(scheme)?;
            let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let plain = !authority.is_empty() && !authority.contains('@') && !path.contains('?');
            plain.then(|| (scheme, authority, path.strip_suffix('/').unwrap_or(path)))
        });
        let url = match place {
            Some((scheme, authority, path)) => format!("{scheme}{authority}{WELL_KNOWN}{path}"),
            None => format!("{realm}{WELL_KNOWN}/{}", encoded(audience)),
        };
        Self {
            audience: audience.to_owned(),
            place: place.map(|(_, authority, path)| (normal_host(authority), path.to_owned())),
            url,
        }
    }
}

/// An identifier as one segment of a path.
fn encoded(identifier: &str) -> String {
    form_urlencoded::byte_serialize(identifier.as_bytes()).collect()
}

#[cfg(test)]
#[path = "resources_tests.rs"]
mod tests;
