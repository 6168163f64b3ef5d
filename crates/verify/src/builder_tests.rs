//! Which configurations work, and which are refused.

use super::*;
use crate::{BoxFuture, Introspection, Presented, RequestInfo, Unavailable};

#[derive(Debug)]
struct Nobody;

impl Introspect for Nobody {
    fn introspect<'a>(
        &'a self,
        _: &'a Presented,
        _: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>> {
        Box::pin(async { Err(Unavailable::new("nobody is there")) })
    }
}

fn complete() -> VerifierBuilder {
    Verifier::builder().issuer("i").audience("a").shared_secret(&[7; 32])
}

fn refusal(builder: VerifierBuilder) -> BuildError {
    builder.build().unwrap_err()
}

#[test]
fn the_mode_follows_from_what_is_configured() {
    let mode = |builder: VerifierBuilder| builder.build().unwrap().mode;
    assert_eq!(mode(complete()), Mode::Offline);
    assert_eq!(mode(complete().introspection(Arc::new(Nobody))), Mode::OfflineThenIntrospect);
    let asking = Verifier::builder().audience("a").introspection(Arc::new(Nobody));
    assert_eq!(mode(asking), Mode::Introspect);
}

#[test]
fn a_mode_that_cannot_work_is_refused() {
    assert_eq!(refusal(complete().mode(Mode::Introspect)), BuildError::NoIntrospection);
    assert_eq!(refusal(complete().mode(Mode::OfflineThenIntrospect)), BuildError::NoIntrospection);
    let keyless = || Verifier::builder().issuer("i").audience("a");
    assert_eq!(refusal(keyless()), BuildError::NoKeys);
    let asking = keyless().introspection(Arc::new(Nobody));
    assert_eq!(refusal(asking.mode(Mode::Offline)), BuildError::NoKeys);
}

#[test]
fn rfc8725_3_8_and_3_9_issuer_and_audience_are_not_optional_by_accident() {
    let secret = || Verifier::builder().shared_secret(&[7; 32]);
    assert_eq!(refusal(secret().audience("a")), BuildError::NoIssuer);
    assert_eq!(refusal(secret().issuer("i")), BuildError::NoAudience);
    assert!(secret().issuer("i").any_audience().build().is_ok());
}

#[test]
fn hs256_has_to_be_asked_for_with_a_fit_secret() {
    let asked = complete().algorithms([Algorithm::HS256]);
    assert!(asked.build().is_ok());
    let keyless = Verifier::builder().issuer("i").audience("a").algorithms([Algorithm::HS256]);
    assert_eq!(refusal(keyless), BuildError::NoSharedSecret);
    assert_eq!(
        refusal(complete().shared_secret(&[7; 31])),
        BuildError::Key(KeyError::ShortSecret(31))
    );
}

#[test]
fn the_leeway_is_bounded() {
    assert!(complete().leeway(Duration::from_secs(300)).build().is_ok());
    assert_eq!(refusal(complete().leeway(Duration::from_secs(301))), BuildError::Leeway);
}

#[cfg(feature = "http-client")]
#[test]
fn only_http_urls_are_fetched() {
    for url in ["", "file:///etc/passwd", "jwks.json", "ftp://a/b"] {
        assert_eq!(refusal(complete().jwks_url(url)), BuildError::Url, "{url}");
    }
    let secret = || base::Secret::new("s");
    assert_eq!(refusal(complete().introspection_url("x", "id", secret())), BuildError::Url);
    let hidden = complete().jwks_url("https://u:hunter2@i.example/k?t=hunter2").build().unwrap();
    assert!(!format!("{hidden:?}").contains("hunter2"));
    let both = complete().introspection_url("https://i.example/introspect", "id", secret());
    assert_eq!(both.build().unwrap().mode, Mode::OfflineThenIntrospect);
}
