//! The parameters `response_type`, `response_mode`, `request_object`, `state` and `nonce`.

use engine::authorize::{AuthorizationDenial, deny};
use oauth::Parameter as P;

use crate::authorize::world::{World, refusal, request};

#[tokio::test]
async fn rfc6749_4_1_2_1_a_response_type_other_than_code_is_refused() {
    let world = World::new().await;
    for (value, why) in [
        ("code", "accepted"),
        ("", "redirect parameter_missing invalid_request"),
        ("token", "redirect response_type_unsupported unsupported_response_type"),
        ("id_token", "redirect response_type_unsupported unsupported_response_type"),
        ("code id_token", "redirect response_type_unsupported unsupported_response_type"),
        ("Code", "redirect response_type_unsupported unsupported_response_type"),
        ("code ", "redirect response_type_unsupported unsupported_response_type"),
    ] {
        let result = world.check(&request(&[(P::ResponseType, value)])).await;
        assert_eq!(refusal(result), why, "{value:?}");
    }
}

#[tokio::test]
async fn only_the_response_mode_query_is_supported() {
    let world = World::new().await;
    for (value, why) in [
        ("query", "accepted"),
        ("fragment", "redirect response_mode_unsupported invalid_request"),
        ("form_post", "redirect response_mode_unsupported invalid_request"),
    ] {
        let result = world.check(&request(&[(P::ResponseMode, value)])).await;
        assert_eq!(refusal(result), why, "{value:?}");
    }
}

#[tokio::test]
async fn openid_core_6_request_objects_are_refused_by_their_own_names() {
    let world = World::new().await;
    let result = world.check(&request(&[(P::RequestObject, "e30.e30.")])).await;
    assert_eq!(refusal(result), "redirect request_object_given request_not_supported");
    let result = world.check(&request(&[(P::RequestUri, "https://app.example/r")])).await;
    assert_eq!(refusal(result), "redirect request_uri_given request_uri_not_supported");
}

#[tokio::test]
async fn the_dialect_sets_the_least_length_of_the_state() {
    let lenient = World::new().await;
    assert_eq!(refusal(lenient.check(&request(&[(P::State, "")])).await), "accepted");
    assert_eq!(refusal(lenient.check(&request(&[(P::State, "x")])).await), "accepted");
    let strict = World::speaking("[state]\nrequired = true\nmin_length = 8\n").await;
    for (value, why) in [
        ("", "redirect state_missing invalid_request"),
        ("1234567", "redirect state_too_short invalid_request"),
        ("äöüäöüä", "redirect state_too_short invalid_request"),
        ("12345678", "accepted"),
        ("äöüäöüäö", "accepted"),
    ] {
        let result = strict.check(&request(&[(P::State, value)])).await;
        assert_eq!(refusal(result), why, "{value:?}");
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_the_state_is_returned_unchanged() {
    let world = World::speaking("[state]\nmin_length = 8\n").await;
    let ada = world.signed_in("bob").await;
    for state in
        ["a b+c%20&d=e;f#g", "\"<script>'\\", "ü€😀\u{202e}x\u{0}y", "  padded  ", "x", "a\r\nb: c"]
    {
        let long = world.authorization_request(&[(P::State, &format!("{state}12345678"))]).await;
        let told = world.run(async |ctx| deny(ctx, &long)).await;
        assert_eq!(told.state, Some(format!("{state}12345678")));
        let reply = world.allow(&long, &ada, None).await.unwrap();
        assert_eq!(reply.state, Some(format!("{state}12345678")));
        // Also when `state` itself is wrong, or another parameter is.
        let bad = request(&[(P::State, state), (P::Scope, "no such")]);
        let Err(AuthorizationDenial::Redirect { state: told, .. }) = world.check(&bad).await else {
            panic!()
        };
        assert_eq!(told.as_deref(), Some(state));
    }
}

#[tokio::test]
async fn a_long_nonce_is_refused_and_a_malformed_hint_is_ignored() {
    let world = World::new().await;
    let (fits, long) = ("n".repeat(512), "n".repeat(513));
    assert_eq!(world.authorization_request(&[(P::Nonce, &fits)]).await.nonce, Some(fits));
    let result = world.check(&request(&[(P::Nonce, &long)])).await;
    assert_eq!(refusal(result), "redirect parameter_malformed invalid_request");
    let hinted = world.authorization_request(&[(P::LoginHint, "ada@example.com")]).await;
    assert_eq!(hinted.login_hint.as_deref(), Some("ada@example.com"));
    assert_eq!(world.authorization_request(&[(P::LoginHint, &long)]).await.login_hint, None);
    assert_eq!(world.authorization_request(&[(P::LoginHint, "a\nb")]).await.login_hint, None);
}
