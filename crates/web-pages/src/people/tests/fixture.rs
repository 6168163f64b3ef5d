//! A realm with users and an app, for tests of its pages.

use std::net::SocketAddr;
use std::ops::Deref;

use axum::body::Body;
use axum::http::{Request, Response};
use web_testing::{Serve, TestRealm};

pub(super) use web_testing::{CALLBACK, PASSWORD};

use crate::tests::Pages;

/// A realm and its pages.
pub(super) type Browser<'a> = web_testing::Browser<'a, Fixture>;

pub(super) struct Fixture {
    realm: TestRealm,
    pages: Pages,
}

impl Fixture {
    /// A realm that is reached at `url`.
    pub(super) async fn at(url: &str) -> Self {
        let realm = TestRealm::builder().url(url).build();
        realm.populate().await;
        Self { realm, pages: Pages::default() }
    }

    pub(super) async fn new() -> Self {
        Self::at("http://127.0.0.1:8081").await
    }
}

impl Deref for Fixture {
    type Target = TestRealm;

    fn deref(&self) -> &TestRealm {
        &self.realm
    }
}

impl Serve for Fixture {
    fn url(&self) -> &str {
        self.realm.url()
    }

    async fn serve(&self, peer: SocketAddr, _https: bool, http: Request<Body>) -> Response<Body> {
        let SocketAddr::V4(peer) = peer else { panic!("the browser has an IPv4 address") };
        let request = self.realm.request(peer.ip().octets(), http);
        self.pages.answer(&self.realm.state, request).await
    }
}
