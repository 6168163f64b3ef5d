//! The gate behind real proxies, each configured as its page in `docs/cookbook/` prints it.
//!
//! Traefik has no package to run: [`traefik`] sends what it documents that it sends.

mod api;
mod fails;
mod pages;
mod passes;
mod paths;
mod proxy;
mod refuses;
mod setting;
mod traefik;
mod tried;

/// A case for each proxy.
macro_rules! with_each_proxy {
    ($($case:ident),+ $(,)?) => {
        mod nginx { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Nginx); })+ }
        mod haproxy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Haproxy); })+ }
        mod apache { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Apache); })+ }
        mod caddy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Caddy); })+ }
        mod envoy { $(#[test] fn $case() { super::$case(crate::cookbook::proxy::Kind::Envoy); })+ }
    };
}
use with_each_proxy;
