//! RFC 8252 §8.6: consent is not remembered for a request that anybody could send and redeem.

use serde_json::{Value, json};

use super::{App, Fixture, REDIRECT};
use crate::dialects::person::{Person, parameter};

const LOCAL: &str = "http://localhost:3000/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Whether a request that the person allowed before is answered without a page.
fn is_silent(fixture: &Fixture, person: &mut Person, app: &App, more: &[(&str, &str)]) -> bool {
    let redirect = more.iter().find(|(name, _)| *name == "redirect_uri").unwrap().1;
    let path = fixture.asks(app, &[]).replace(
        &crate::harness::http::form(&[("redirect_uri", REDIRECT)]),
        &crate::harness::http::form(&[("redirect_uri", redirect)]),
    );
    let rest: Vec<_> = more.iter().copied().filter(|(name, _)| *name != "redirect_uri").collect();
    let path = format!("{path}&{}", crate::harness::http::form(&rest));
    assert!(parameter(&person.follow(&path), "code").is_some());
    let silent = person.open(&format!("{path}&prompt=none"));
    let location = silent.header("location").unwrap();
    let plain = person.open(&path);
    let is_silent = parameter(location, "code").is_some();
    assert_eq!(plain.status == 303 || plain.status == 302, is_silent, "{}", plain.status);
    is_silent
}

#[test]
fn an_app_with_a_secret_that_it_may_leave_out_is_asked_for_again() {
    let fixture = Fixture::new();
    let app = |methods: Value, more: Value| {
        let mut new = json!({"auth_methods": methods, "redirect_uris": [REDIRECT, LOCAL]});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fixture.app(new)
    };
    let (secret, mixed) = (json!(["client_secret_basic"]), json!(["client_secret_basic", "none"]));
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let local = [&[("redirect_uri", LOCAL)][..], &pkce].concat();
    let remote = [&[("redirect_uri", REDIRECT)][..], &pkce].concat();
    let bare = [("redirect_uri", LOCAL)];
    let lax = json!({"require_pkce": false});
    let mut ada = fixture.person();
    for (app, asked, silent) in [
        (app(secret, json!({})), &local[..], true),
        (app(mixed.clone(), json!({})), &local, false),
        // The address belongs to the app: nobody else gets the code.
        (app(mixed.clone(), json!({})), &remote, true),
        // Without a challenge the code is worth nothing without the secret.
        (app(mixed, lax), &bare, true),
    ] {
        assert_eq!(is_silent(&fixture, &mut ada, &app, asked), silent, "{asked:?}");
    }
}
