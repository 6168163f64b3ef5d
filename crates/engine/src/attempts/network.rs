//! How much of the Internet an attempt counts for.
//!
//! One customer of a provider has one IPv4 address and often no more. Of IPv6 it has a /64 at least, a /56 where it is
//! a household and up to a /48 where it is an organization (RFC 6177 §2), and may come from any of the addresses. So
//! an IPv6 address is counted in three sizes, or one customer would count as 65,536.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A size of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// One machine, or a few behind one address: an IPv4 address, a /64 of IPv6.
    Link,
    /// One household: a /56 of IPv6.
    Home,
    /// One organization, or the neighbours of an address: a /24 of IPv4, a /48 of IPv6.
    Site,
    /// What a provider has of one piece: a /16 of IPv4, a /32 of IPv6.
    Provider,
}

impl Network {
    /// The bits of the prefix, for IPv4 and IPv6. `None`: an address of this kind has no such network.
    const fn bits(self) -> (Option<u8>, u8) {
        match self {
            Self::Link => (Some(32), 64),
            Self::Home => (None, 56),
            Self::Site => (Some(24), 48),
            Self::Provider => (Some(16), 32),
        }
    }

    /// The network of this size that `address` lies in, such as `2001:db8::/48`. An IPv4-mapped IPv6
    /// address counts as the IPv4 address. `None` where an address of its kind has no network of
    /// this size.
    pub fn of(self, address: IpAddr) -> Option<String> {
        let (network, bits) = self.prefix(address)?;
        Some(format!("{network}/{bits}"))
    }

    /// The first address of the network, and the bits of its prefix.
    pub(super) fn prefix(self, address: IpAddr) -> Option<(IpAddr, u8)> {
        let (of_v4, of_v6) = self.bits();
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let bits = of_v4?;
                let network = u32::from(address) & (u32::MAX << (32 - u32::from(bits)));
                Some((Ipv4Addr::from(network).into(), bits))
            }
            IpAddr::V6(address) => {
                let network = u128::from(address) & (u128::MAX << (128 - u32::from(of_v6)));
                Some((Ipv6Addr::from(network).into(), of_v6))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_in_a_network_of_each_size() {
        let of = |address: &str| {
            let address = address.parse().unwrap();
            [Network::Link, Network::Home, Network::Site, Network::Provider]
                .map(|size| size.of(address).unwrap_or_default())
        };
        assert_eq!(
            of("198.51.100.77"),
            ["198.51.100.77/32", "", "198.51.100.0/24", "198.51.0.0/16"]
        );
        assert_eq!(of("::ffff:198.51.100.77"), of("198.51.100.77"));
        assert_eq!(
            of("2001:db8:1:2ff:3::4"),
            ["2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48", "2001:db8::/32"]
        );
    }
}
