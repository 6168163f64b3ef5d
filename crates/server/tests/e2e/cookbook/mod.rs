//! The gate behind real proxies, each configured as its page in `docs/cookbook/` prints it.

mod api;
mod fails;
mod hop_by_hop;
mod pages;
mod passes;
mod paths;
mod proxy;
mod refuses;
mod request_ids;
mod setting;
mod tried;

/// A case for each proxy.
macro_rules! with_each_proxy {
    ($($case:ident),+ $(,)?) => {
        mod nginx { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Nginx); })+ }
        mod haproxy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Haproxy); })+ }
        mod apache { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Apache); })+ }
        mod caddy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Caddy); })+ }
        mod caddy_newer { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::CaddyNewer); })+ }
        mod envoy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Envoy); })+ }
        mod traefik { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Traefik); })+ }
    };
}
use with_each_proxy;
