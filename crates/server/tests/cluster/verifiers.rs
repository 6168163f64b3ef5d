//! Services with a verifier: each follows a node through its own proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::any;
use verify::{Verifier, VerifyLayer, WhenStale};

use crate::proxy::Proxy;

/// A service, and the network between it and the node that it follows.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) proxy: Proxy,
    pub(crate) base: String,
}

/// The issuer that it trusts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trust<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audiences: &'a [&'a str],
    pub(crate) stale_after: Duration,
    pub(crate) when_stale: WhenStale,
}

impl Service {
    /// Starts a service that follows `node`.
    pub(crate) async fn start(node: u16, trust: Trust<'_>) -> Self {
        let proxy = Proxy::start(SocketAddr::from(([127, 0, 0, 1], node))).await;
        let through = format!("http://127.0.0.1:{}", proxy.port);
        let mut builder = Verifier::builder()
            .issuer(trust.issuer)
            .jwks_url(format!("{through}/jwks.json"))
            .never_expiring()
            .follow(format!("{through}/feed"))
            .stale_after(trust.stale_after)
            .when_stale(trust.when_stale);
        for audience in trust.audiences {
            builder = builder.audience(*audience);
        }
        let layer = VerifyLayer::new(Arc::new(builder.build().unwrap()));
        let base = serve(Router::new().fallback(any(|| async { "in" })).layer(layer)).await;
        Self { proxy, base }
    }
}

/// An API that trusts its gateway: it answers with the caller that the gateway named.
pub(crate) async fn trusting_api() -> u16 {
    let seen = |headers: HeaderMap| async move {
        let subject = headers.get("x-postern-subject").and_then(|it| it.to_str().ok());
        subject.unwrap_or_default().to_owned()
    };
    let base = serve(Router::new().fallback(any(seen))).await;
    base.rsplit(':').next().unwrap().parse().unwrap()
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { return };
            let _ = stream.set_nodelay(true);
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            tokio::spawn(async move {
                let io = hyper_util::rt::TokioIo::new(stream);
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    });
    base
}
