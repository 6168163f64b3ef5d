//! Finds the client's address, host and scheme of a request that came through trusted proxies.
//!
//! Invariant: `Forwarded` (RFC 7239) and `X-Forwarded-*` are read only where the peer itself is a
//! trusted proxy. From any other peer they are ignored.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, header};

use crate::headers::{parts, split};

/// A range of addresses: `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// A text is not an address or a range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an IP address or a range of them, such as \"10.0.0.0/8\"")]
pub struct ParseNetworkError;

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| ParseNetworkError)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| ParseNetworkError))?;
        if bits > most { Err(ParseNetworkError) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    /// Whether `address` lies in the range. An IPv4-mapped IPv6 address counts as the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differing = u32::from(network) ^ u32::from(address);
                differing.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differing = u128::from(network) ^ u128::from(address);
                differing.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }

    /// Whether the range has all addresses of its family.
    pub const fn is_everything(&self) -> bool {
        self.bits == 0
    }
}

/// The proxies whose forwarded headers are used.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

/// The origin of a request, from the peer and from trusted headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// The address of the client.
    pub address: IpAddr,
    /// The host of the request, with its port if any.
    pub host: Option<&'a str>,
    /// Whether the client used TLS; `None` where no header says it.
    pub https: Option<bool>,
    /// Whether the peer is a trusted proxy.
    pub trusted: bool,
}

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl TrustedProxies {
    /// All addresses in these networks are trusted proxies.
    pub const fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Whether `address` is a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Reads the origin of a request from the peer's address and `headers`.
    pub fn arrival<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Arrival<'a> {
        let host = headers.get(header::HOST).and_then(|value| text(value.as_bytes()));
        let mut arrival =
            Arrival { address: peer.to_canonical(), host, https: None, trusted: false };
        if self.0.is_empty() || !self.trusts(peer) {
            return arrival;
        }
        arrival.trusted = true;
        if let Some(origin) = self.origin(headers) {
            arrival.address = origin.address.unwrap_or(arrival.address);
            arrival.host = origin.host.or(arrival.host);
            arrival.https = origin.https;
        }
        arrival
    }

    /// What the headers say. A proxy writes one of the two kinds, and may pass on the other as its client wrote it. So
    /// where they say different things, neither is believed: `None`.
    fn origin<'a>(&self, headers: &'a HeaderMap) -> Option<Origin<'a>> {
        let x = self.x_forwarded(headers);
        if !headers.contains_key(header::FORWARDED) {
            return Some(x);
        }
        let standard = self.forwarded(headers);
        let both = headers.contains_key(&X_FORWARDED_FOR);
        let disputed = both && standard.address != x.address
            || differ(standard.host, x.host)
            || differ(standard.https, x.https);
        match (disputed, both) {
            (true, _) => None,
            (false, true) => Some(Origin {
                address: x.address,
                host: standard.host.or(x.host),
                https: standard.https.or(x.https),
            }),
            (false, false) => Some(standard),
        }
    }

    /// Reads `Forwarded` (RFC 7239 §4): its elements go from the client to the last proxy. Read from the end, the
    /// first address that is not a trusted proxy is the client. Its element names host and scheme.
    fn forwarded<'a>(&self, headers: &'a HeaderMap) -> Origin<'a> {
        let mut origin = Origin::default();
        for element in elements(headers, &header::FORWARDED) {
            let pairs = split(element, b';').filter_map(text).filter_map(|it| it.split_once('='));
            let mut client = None;
            for (name, value) in pairs {
                let value = value.trim().trim_matches('"');
                match name.trim() {
                    name if name.eq_ignore_ascii_case("for") => client = node_address(value),
                    name if name.eq_ignore_ascii_case("host") => origin.host = Some(value),
                    name if name.eq_ignore_ascii_case("proto") => {
                        origin.https = Some(value.eq_ignore_ascii_case("https"));
                    }
                    _ => {}
                }
            }
            let Some(client) = client else { return origin };
            origin.address = Some(client);
            if !self.trusts(client) {
                return origin;
            }
        }
        origin
    }

    /// Reads `X-Forwarded-*`, of which each proxy of a chain may have added one element to each list. Addresses are
    /// read as those of [`Self::forwarded`]. Host and scheme are those at the same place of their lists, counted from
    /// the end: what the proxy nearest to the client added. A shorter list was not added to by every proxy: then its
    /// first element is meant.
    fn x_forwarded<'a>(&self, headers: &'a HeaderMap) -> Origin<'a> {
        let mut origin = Origin::default();
        let mut place = 0;
        for (index, node) in elements(headers, &X_FORWARDED_FOR).enumerate() {
            let Some(client) = text(node).and_then(node_address) else { break };
            (place, origin.address) = (index, Some(client));
            if !self.trusts(client) {
                break;
            }
        }
        let there = |name| elements(headers, name).take(place + 1).last();
        origin.host = there(&X_FORWARDED_HOST).and_then(text);
        origin.https = there(&X_FORWARDED_PROTO).map(|it| it.eq_ignore_ascii_case(b"https"));
        origin
    }
}

/// What one kind of header says about the origin of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Origin<'a> {
    address: Option<IpAddr>,
    host: Option<&'a str>,
    https: Option<bool>,
}

fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The elements of a list header, the last one first.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    parts(headers, name, b',').rev()
}

/// An address as a proxy names it: with or without port and brackets (RFC 7239 §6).
fn node_address(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(ip, _)| ip);
    let address = match bare {
        Some(address) => address.parse().ok(),
        None => node.parse().ok().or_else(|| node.rsplit_once(':')?.0.parse().ok()),
    };
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn headers_of_an_untrusted_peer_are_ignored() {
        let headers = headers(&[
            ("host", "real"),
            ("x-forwarded-host", "fake"),
            ("x-forwarded-for", "1.2.3.4"),
            ("forwarded", "for=1.2.3.4;host=fake"),
        ]);
        let arrival = proxies().arrival(ip("192.0.2.1"), &headers);
        assert_eq!((arrival.address, arrival.host), (ip("192.0.2.1"), Some("real")));
        assert!(!arrival.trusted);
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_client() {
        let headers = headers(&[
            ("host", "inner"),
            ("x-forwarded-host", "outer"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "6.6.6.6, 192.0.2.7"),
            ("x-forwarded-for", "10.1.1.1"),
        ]);
        let arrival = proxies().arrival(ip("10.0.0.1"), &headers);
        assert_eq!(arrival.address, ip("192.0.2.7"), "6.6.6.6 was the client's own claim");
        assert_eq!((arrival.host, arrival.https), (Some("outer"), Some(true)));
    }

    #[test]
    fn rfc7239_4_the_element_of_the_first_untrusted_node_counts() {
        let headers = headers(&[(
            "forwarded",
            "for=6.6.6.6;host=evil, for=\"[2001:db8::1]:47011\";host=outer;proto=https, for=10.2.2.2",
        )]);
        let arrival = proxies().arrival(ip("::1"), &headers);
        assert_eq!(arrival.address, ip("2001:db8::1"));
        assert_eq!((arrival.host, arrival.https), (Some("outer"), Some(true)));
    }

    #[test]
    fn in_a_chain_of_proxies_host_and_scheme_are_those_of_the_first() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let headers = headers(pairs);
            let arrival = proxies().arrival(ip("10.0.0.1"), &headers);
            (arrival.host.map(str::to_owned), arrival.https)
        };
        let chain = ("x-forwarded-for", "192.0.2.7, 10.1.1.1");
        let public = (Some("public".to_owned()), Some(true));
        let hosts = ("x-forwarded-host", "public, inner");
        let schemes = ("x-forwarded-proto", "https, http");
        assert_eq!(read(&[chain, hosts, schemes]), public);
        assert_eq!(
            read(&[(
                "forwarded",
                "for=192.0.2.7;host=public;proto=https, for=10.1.1.1;host=inner"
            )]),
            public,
            "as Forwarded"
        );
        let longer = ("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.1.1.1");
        assert_eq!(read(&[longer, ("x-forwarded-host", "evil, public, inner"), schemes]), public);
        let kept = ("x-forwarded-host", "public");
        assert_eq!(read(&[chain, kept, ("x-forwarded-proto", "https")]), public, "one proxy wrote");
        let single = ("x-forwarded-for", "192.0.2.7");
        assert_eq!(read(&[single, ("x-forwarded-host", "evil, public"), schemes]).0, public.0);
    }

    #[test]
    fn a_disputed_forwarded_chooses_nothing() {
        let read = |pairs: &[(&'static str, &str)]| {
            let headers = headers(&[&[("host", "inner")], pairs].concat());
            let arrival = proxies().arrival(ip("10.0.0.1"), &headers);
            (arrival.address, arrival.host.map(str::to_owned), arrival.https)
        };
        let nothing = (ip("10.0.0.1"), Some("inner".to_owned()), None);
        let forwarded = ("forwarded", "for=6.6.6.6;host=evil;proto=https");
        assert_eq!(read(&[forwarded, ("x-forwarded-for", "192.0.2.7")]), nothing);
        let proxys = [("x-forwarded-for", "192.0.2.7"), ("x-forwarded-host", "outer")];
        assert_eq!(read(&[&[forwarded], &proxys[..]].concat()), nothing);
        assert_eq!(read(&[forwarded, ("x-forwarded-host", "outer")]), nothing);
        assert_eq!(read(&[forwarded, ("x-forwarded-proto", "http")]), nothing);
        let unknown = ("forwarded", "for=unknown;host=evil;proto=https");
        assert_eq!(read(&[unknown, ("x-forwarded-for", "192.0.2.7")]), nothing);
        let same = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-host", "evil")];
        let agreed = (ip("6.6.6.6"), Some("evil".to_owned()), Some(true));
        assert_eq!(read(&[&[forwarded], &same[..]].concat()), agreed);
    }

    #[test]
    fn of_two_different_addresses_neither_is_trusted() {
        let forwarded_address = |forwarded: &str| {
            let headers = headers(&[("forwarded", forwarded), ("x-forwarded-for", "192.0.2.7")]);
            proxies().arrival(ip("10.0.0.1"), &headers).address
        };
        assert_eq!(forwarded_address("for=192.0.2.7"), ip("192.0.2.7"));
        assert_eq!(
            forwarded_address("for=6.6.6.6"),
            ip("10.0.0.1"),
            "the client may have written either"
        );
    }

    #[test]
    fn rfc9110_5_5_a_byte_that_is_not_ascii_costs_only_its_element() {
        let with = |name: &'static str, value: &[u8]| {
            let mut headers = headers(&[("host", "inner")]);
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
            proxies().arrival(ip("10.0.0.1"), &headers).address
        };
        assert_eq!(with("x-forwarded-for", b"Jos\xe9, 192.0.2.7"), ip("192.0.2.7"));
        assert_eq!(with("x-forwarded-for", b"6.6.6.6, Jos\xe9"), ip("10.0.0.1"), "a node unknown");
        assert_eq!(with("forwarded", b"for=\xff, for=192.0.2.7;by=\xff"), ip("192.0.2.7"));
        assert_eq!(with("forwarded", b"for=6.6.6.6, for=\xff"), ip("10.0.0.1"));
    }

    #[test]
    fn networks_hold_their_own_addresses_only() {
        let network: Network = "192.0.2.128/25".parse().unwrap();
        assert!(network.contains(ip("192.0.2.200")) && !network.contains(ip("192.0.2.1")));
        assert!(network.contains(ip("::ffff:192.0.2.200")));
        assert!("0.0.0.0/0".parse::<Network>().unwrap().is_everything());
        for bad in ["10.0.0.0/33", "10.0.0/8", "::/129", "example", ""] {
            assert_eq!(bad.parse::<Network>(), Err(ParseNetworkError), "{bad}");
        }
    }
}
