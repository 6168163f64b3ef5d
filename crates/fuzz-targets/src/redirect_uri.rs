//! Redirect URIs (RFC 6749 §3.1.2): a browser is sent where the text says, and nowhere else.

use base::Secret;
use dialect::Context;
use oauth::{AuthorizationReply, Granted, Operation, RedirectUri, ScopeSet};
use url::Url;

use crate::dialects::DIALECTS;

/// The input is a redirect URI.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(uri) = text.parse::<RedirectUri>() else { return };
    assert_eq!(uri.as_str(), text, "kept as it was written");
    assert!(text.len() <= oauth::MAX_REDIRECT_URI && text.bytes().all(|b| b.is_ascii_graphic()));
    let json = serde_json::to_string(&uri).expect("JSON");
    assert_eq!(serde_json::from_str::<RedirectUri>(&json).ok().as_ref(), Some(&uri));

    let url = Url::parse(text).expect("a URL");
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
    assert_eq!(uri.host().as_deref(), url.host_str());
    assert_eq!(uri.is_https(), url.scheme() == "https");
    if uri.is_same_loopback(&uri) {
        assert!(uri.is_loopback() && url.scheme() == "http");
    }
    if matches!(url.scheme(), "http" | "https") {
        let origin = url.origin().ascii_serialization();
        assert_eq!(uri.origin(), origin);
        assert!(url.as_str().starts_with(&origin));
    }
    sent_back(&uri, &url);
}

/// The answer of an authorization goes to the same place, with a code added.
fn sent_back(uri: &RedirectUri, url: &Url) {
    for dialect in DIALECTS.iter() {
        let Some(endpoint) = dialect.endpoint(Operation::Authorization) else { continue };
        let granted = Granted { code: Secret::new("co.de"), scope: ScopeSet::new() };
        let reply = AuthorizationReply {
            redirect_uri: uri.clone(),
            state: Some("s&t#a".to_owned()),
            outcome: Ok(granted),
        };
        let context = Context { request_id: "req_1", issuer: "https://auth.example" };
        let outgoing = dialect.encode_authorization(endpoint, &reply, &context);
        let location = outgoing.header("location").expect("a location");
        assert!(location.starts_with(uri.as_str()), "{location}");
        let there = Url::parse(location).expect("a URL");
        assert_eq!(there.origin().is_tuple(), url.origin().is_tuple());
        assert_eq!((there.scheme(), there.host()), (url.scheme(), url.host()), "{location}");
        assert_eq!((there.port(), there.path()), (url.port(), url.path()), "{location}");
        assert!(there.fragment().is_none(), "{location}");
        assert!(there.query_pairs().any(|(_, value)| value == "co.de"), "{location}");
    }
}
