//! Proof Key for Code Exchange: the row `challenge`.

use domain::Client;
use oauth::Parameter as P;
use oauth::pkce::ChallengeMethod;

use crate::authorize::world::{CHALLENGE, VERIFIER, World, refusal, request};

const NONE: (P, &str) = (P::CodeChallenge, "");
const NO_METHOD: (P, &str) = (P::CodeChallengeMethod, "");

#[tokio::test]
async fn rfc9700_2_1_1_public_apps_must_send_a_challenge() {
    let world = World::speaking("[pkce]\nrequired = \"public\"\n").await;
    let spa = [(P::ClientId, "spa"), (P::RedirectUri, "https://spa.example/cb")];
    assert_eq!(refusal(world.check(&request(&spa)).await), "accepted");
    let without = request(&[&spa[..], &[NONE, NO_METHOD]].concat());
    assert_eq!(refusal(world.check(&without).await), "redirect challenge_missing invalid_request");
    // A confidential app needs no challenge.
    assert_eq!(refusal(world.check(&request(&[NONE, NO_METHOD])).await), "accepted");
    // But a method without a challenge is denied.
    let lost = world.check(&request(&[NONE])).await;
    assert_eq!(refusal(lost), "redirect challenge_missing invalid_request");
}

#[tokio::test]
async fn oauth2_1_confidential_apps_must_send_one_too_unless_they_are_registered_otherwise() {
    const MISSING: &str = "redirect challenge_missing invalid_request";
    let spa = [(P::ClientId, "spa"), (P::RedirectUri, "https://spa.example/cb")];
    for (lines, by_default) in [("", MISSING), ("[pkce]\nrequired = \"public\"\n", "accepted")] {
        let world = World::speaking(lines).await;
        for (registered, why) in
            [(None, by_default), (Some(true), MISSING), (Some(false), "accepted")]
        {
            world.change::<Client>("app", |it| it.require_pkce = registered).await;
            let result = world.check(&request(&[NONE, NO_METHOD])).await;
            assert_eq!(refusal(result), why, "{lines} {registered:?}");
            // An app without a secret cannot be registered otherwise.
            world.change::<Client>("spa", |it| it.require_pkce = registered).await;
            let result = world.check(&request(&[&spa[..], &[NONE, NO_METHOD]].concat())).await;
            assert_eq!(refusal(result), MISSING, "{lines} {registered:?}");
        }
    }
}

#[tokio::test]
async fn rfc7636_4_3_an_unsupported_challenge_method_is_refused() {
    let strict = World::new().await;
    let both = World::speaking("[pkce]\nmethods = [\"S256\", \"plain\"]\n").await;
    for (method, in_strict, in_both) in [
        ("S256", "accepted", "accepted"),
        ("plain", "redirect challenge_method_unsupported invalid_request", "accepted"),
        (
            "s256",
            "redirect challenge_method_unsupported invalid_request",
            "redirect challenge_method_unsupported invalid_request",
        ),
    ] {
        let asked = request(&[(P::CodeChallengeMethod, method)]);
        assert_eq!(refusal(strict.check(&asked).await), in_strict, "{method}");
        assert_eq!(refusal(both.check(&asked).await), in_both, "{method}");
    }
}

/// The code could never be exchanged, so the person is not asked.
#[tokio::test]
async fn rfc7636_4_4_1_a_plain_challenge_of_a_public_app_is_refused() {
    let plain = "[pkce]\nmethods = [\"S256\", \"plain\"]\ndefault_method = \"plain\"\n";
    let world = World::speaking(plain).await;
    let spa = [(P::ClientId, "spa"), (P::RedirectUri, "https://spa.example/cb")];
    for method in ["plain", ""] {
        let asked = request(&[&spa[..], &[(P::CodeChallengeMethod, method)]].concat());
        let refused = refusal(world.check(&asked).await);
        assert_eq!(refused, "redirect challenge_method_unsupported invalid_request", "{method:?}");
    }
    assert_eq!(refusal(world.check(&request(&spa)).await), "accepted");
}

#[tokio::test]
async fn rfc7636_4_2_an_s256_challenge_is_43_characters_of_base64url() {
    let world = World::new().await;
    for bad in [
        &CHALLENGE[..42],
        &format!("{CHALLENGE}A"),
        &CHALLENGE.replace('-', "+"),
        &format!("{}=", &CHALLENGE[..42]),
        &format!("{} ", &CHALLENGE[..42]),
    ] {
        let refused = world.check(&request(&[(P::CodeChallenge, bad)])).await;
        assert_eq!(refusal(refused), "redirect challenge_malformed invalid_request", "{bad}");
    }
    let challenge = world.authorization_request(&[]).await.challenge.unwrap();
    assert_eq!((&*challenge.value, challenge.method), (CHALLENGE, Some(ChallengeMethod::S256)));
}

#[tokio::test]
async fn rfc7636_4_1_a_plain_challenge_is_a_verifier() {
    let plain = "[pkce]\nmethods = [\"S256\", \"plain\"]\ndefault_method = \"plain\"\n";
    let world = World::speaking(plain).await;
    fn of(value: &str) -> oauth::Request {
        request(&[(P::CodeChallenge, value), NO_METHOD])
    }
    for good in [VERIFIER, &"~".repeat(43), &"a".repeat(128)] {
        assert_eq!(refusal(world.check(&of(good)).await), "accepted", "{good}");
        let checked = world.authorization_request(&[(P::CodeChallenge, good), NO_METHOD]).await;
        assert_eq!(checked.challenge.unwrap().method, Some(ChallengeMethod::Plain));
    }
    for bad in [&VERIFIER[1..], &"a".repeat(129), &"+".repeat(43)] {
        let refused = world.check(&of(bad)).await;
        assert_eq!(refusal(refused), "redirect challenge_malformed invalid_request", "{bad}");
    }
}

#[tokio::test]
async fn a_challenge_without_a_method_is_checked_at_the_token_endpoint() {
    let world = World::with(dialect::Dialect::builtin("speckle").unwrap()).await;
    for good in ["x", "short.~-_", &"a".repeat(128)] {
        let checked = world.authorization_request(&[(P::CodeChallenge, good), NO_METHOD]).await;
        assert_eq!(checked.challenge.unwrap().method, None);
    }
    for bad in ["a b", "a/b", "ä", &"a".repeat(129)] {
        let refused = world.check(&request(&[(P::CodeChallenge, bad), NO_METHOD])).await;
        assert_eq!(refusal(refused), "redirect challenge_malformed invalid_request", "{bad}");
    }
}
