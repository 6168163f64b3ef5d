//! The metadata of the APIs behind the gate: OAuth 2.0 Protected Resource Metadata (RFC 9728).
//!
//! Every API that a route names has metadata. They are served at the API's own origin, if the proxy passes the path
//! on. They are also served by the realm, at `/.well-known/oauth-protected-resource/HOST/PATH`; for an API whose
//! identifier is not a URL, the percent-encoded identifier stands in place of `HOST/PATH`.

use super::routes::normal_host;
use super::{Access, Route};

/// The path of the metadata (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// The APIs of a gate.
#[derive(Debug, Default)]
pub(super) struct Resources(Vec<Resource>);

#[derive(Debug)]
pub(super) struct Resource {
    pub(super) audience: String,
    /// Host and path of the identifier, without a slash at the end (§3.1); `None` where it is not a URL.
    host_and_path: Option<(String, String)>,
    /// The URL of its metadata.
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

    /// The URL of the metadata of an API; `None` where no route names the API.
    pub(super) fn url(&self, audience: &str) -> Option<&str> {
        self.0.iter().find(|it| it.audience == audience).map(|it| it.url.as_str())
    }

    /// The API that one of `hosts` and `suffix`, the path after [`WELL_KNOWN`], name.
    pub(super) fn find(&self, hosts: &[String], suffix: &str) -> Option<&Resource> {
        let at = |host: &str, path: &str| {
            let is_found = |it: &&Resource| {
                it.host_and_path
                    .as_ref()
                    .is_some_and(|host_and_path| host_and_path.0 == host && host_and_path.1 == path)
            };
            self.0.iter().find(is_found)
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
        let host_and_path = scheme.and_then(|scheme| {
            let rest = audience.strip_prefix(scheme)?;
            let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let plain = !authority.is_empty() && !authority.contains('@') && !path.contains('?');
            plain.then(|| (scheme, authority, path.strip_suffix('/').unwrap_or(path)))
        });
        let url = match host_and_path {
            Some((scheme, authority, path)) => format!("{scheme}{authority}{WELL_KNOWN}{path}"),
            None => format!("{realm}{WELL_KNOWN}/{}", encoded(audience)),
        };
        Self {
            audience: audience.to_owned(),
            host_and_path: host_and_path
                .map(|(_, authority, path)| (normal_host(authority), path.to_owned())),
            url,
        }
    }
}

/// An identifier as one segment of a path, percent-encoded.
fn encoded(identifier: &str) -> String {
    form_urlencoded::byte_serialize(identifier.as_bytes()).collect()
}

#[cfg(test)]
#[path = "resources_tests.rs"]
mod tests;
