//! What people see on the consent page, what is remembered, and what a consent writes.

use domain::{Client, Status};
use engine::authorize::{ConsentScreen, Next, deny};
use engine::people::SignedIn;
use oauth::Parameter as P;

use crate::authorize::world::{REDIRECT, World, outcome, refusal, scopes};

async fn screen(world: &World, changes: &[(P, &str)], person: &SignedIn) -> ConsentScreen {
    match world.next(&world.authorization_request(changes).await, person, None).await {
        Ok(Next::Consent(screen)) => *screen,
        other => panic!("{other:?}"),
    }
}

fn shown(screen: &ConsentScreen) -> String {
    let line = |it: &engine::authorize::RequestedScope| {
        format!("{}{}: {}", if it.known { "" } else { "+" }, it.scope, it.description)
    };
    screen.scopes.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn the_consent_page_marks_new_scopes() {
    let world = World::new().await;
    world.change::<Client>("app", |it| it.scopes = scopes("openid read write")).await;
    let bob = world.signed_in("bob").await;
    let first = screen(&world, &[(P::Scope, "read openid")], &bob).await;
    assert_eq!(shown(&first), "+openid: See who you are, +read: May read");
    assert_eq!((first.connected_since, first.may_choose), (None, false));
    world.allow(&world.authorization_request(&[]).await, &bob, None).await.unwrap();
    let since = base::Clock::now(&world.clock);
    world.advance(60);
    let more = screen(&world, &[(P::Scope, "read write")], &bob).await;
    assert_eq!(shown(&more), "read: May read, +write: May write");
    assert_eq!(more.connected_since, Some(since));
}

/// The consent page and the code agree about the refresh token.
#[tokio::test]
async fn the_page_says_whether_the_app_stays_connected() {
    let world = World::speaking("[authorization]\nrefresh_scopes = [\"offline_access\"]").await;
    world.change::<Client>("app", |it| it.scopes = scopes("offline_access read")).await;
    let bob = world.signed_in("bob").await;
    for (asked, stays) in [("read", false), ("read offline_access", true)] {
        assert_eq!(screen(&world, &[(P::Scope, asked)], &bob).await.stays, stays, "{asked}");
    }
    let only = vec![oauth::GrantType::AuthorizationCode];
    world.change::<Client>("app", |it| it.grant_types = only).await;
    assert!(!screen(&world, &[(P::Scope, "read offline_access")], &bob).await.stays);
}

#[tokio::test]
async fn consent_is_remembered_for_its_scopes() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let once = world.authorization_request(&[(P::Scope, "read")]).await;
    world.allow(&once, &bob, None).await.unwrap();
    assert_eq!(outcome(world.next(&once, &bob, None).await), "reply true");
    let more = world.authorization_request(&[(P::Scope, "read write")]).await;
    assert_eq!(outcome(world.next(&more, &bob, None).await), "consent for acme");
    world.allow(&more, &bob, None).await.unwrap();
    // Any subset of the scopes is remembered, in one connection.
    for part in ["read", "write", "read write"] {
        let checked = world.authorization_request(&[(P::Scope, part), (P::Prompt, "none")]).await;
        assert_eq!(outcome(world.next(&checked, &bob, None).await), "reply true", "{part}");
    }
    let grants = world.grants().await;
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].scopes, scopes("read write"));
    let told = ["grant.created by user bob", "grant.extended by user bob"];
    assert_eq!(world.recorded_reasons().await, told);
}

#[tokio::test]
async fn consent_is_for_one_person_app_organization_and_api() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let acme = world.authorization_request(&[(P::Organization, "acme")]).await;
    world.allow(&acme, &ada, None).await.unwrap();
    assert_eq!(outcome(world.next(&acme, &ada, None).await), "reply true");
    for changes in [
        &[(P::Organization, "bolt")][..],
        &[(P::Organization, "acme"), (P::Audience, crate::authorize::world::OTHER_API)],
        &[
            (P::Organization, "acme"),
            (P::ClientId, "spa"),
            (P::RedirectUri, "https://spa.example/cb"),
        ],
    ] {
        let checked = world.authorization_request(changes).await;
        let told = outcome(world.next(&checked, &ada, None).await);
        assert!(told.starts_with("consent"), "{changes:?} {told}");
    }
    let bob = world.signed_in("bob").await;
    assert_eq!(outcome(world.next(&acme, &bob, None).await), "consent for acme");
}

#[tokio::test]
async fn openid_core_3_1_2_1_prompt_consent_asks_again_and_none_never_does() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let silent = world.authorization_request(&[(P::Prompt, "none")]).await;
    let told = outcome(world.next(&silent, &bob, None).await);
    assert_eq!(told, "redirect consent_required consent_required");
    world.allow(&world.authorization_request(&[]).await, &bob, None).await.unwrap();
    assert_eq!(outcome(world.next(&silent, &bob, None).await), "reply true");
    for again in ["consent", "select_account"] {
        let checked = world.authorization_request(&[(P::Prompt, again)]).await;
        assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
    }
}

#[tokio::test]
async fn rfc8252_8_6_consent_to_a_public_app_on_loopback_is_not_remembered() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let native = [(P::ClientId, "native"), (P::RedirectUri, "http://127.0.0.1:5001/cb")];
    let checked = world.authorization_request(&native).await;
    world.allow(&checked, &bob, None).await.unwrap();
    assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
    let told = screen(&world, &native, &bob).await;
    assert_eq!(shown(&told), "read: May read");
    // Nor an app with a private-use scheme, which any app can claim.
    let private = "com.example.app:/cb".parse().unwrap();
    world.change::<Client>("native", |it| it.redirect_uris.push(private)).await;
    let checked =
        world.authorization_request(&[native[0], (P::RedirectUri, "com.example.app:/cb")]).await;
    assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
    // A public app with its own `https` address is trusted.
    let spa = [(P::ClientId, "spa"), (P::RedirectUri, "https://spa.example/cb")];
    let checked = world.authorization_request(&spa).await;
    world.allow(&checked, &bob, None).await.unwrap();
    assert_eq!(outcome(world.next(&checked, &bob, None).await), "reply true");
}

#[tokio::test]
async fn a_denied_consent_is_reported_to_the_app_and_writes_nothing() {
    let world = World::new().await;
    let checked = world.authorization_request(&[]).await;
    let reply = world.run(async |ctx| deny(ctx, &checked)).await;
    let failure = reply.outcome.unwrap_err();
    assert_eq!(failure.problem.code().as_str(), "access_denied");
    assert_eq!(reply.state.as_deref(), Some("state-12345"));
    assert!(world.grants().await.is_empty() && world.recorded_reasons().await.is_empty());
}

#[tokio::test]
async fn consent_is_checked_against_the_present_state() {
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let checked = world.authorization_request(&[(P::Scope, "read write")]).await;
    world.change::<Client>("app", |it| it.scopes = scopes("read")).await;
    let refused = world.allow(&checked, &bob, None).await;
    assert_eq!(refusal(refused), "redirect scope_not_granted invalid_scope");
    let checked = world.authorization_request(&[]).await;
    world.change::<Client>("app", |it| it.redirect_uris.clear()).await;
    assert_eq!(refusal(world.allow(&checked, &bob, None).await), "page redirect_not_registered");
    world.change::<Client>("app", |it| it.status = Status::Suspended).await;
    assert_eq!(refusal(world.allow(&checked, &bob, None).await), "page client_suspended");
    assert!(world.grants().await.is_empty());
}

/// RFC 8252 §8.6: whoever sent such a request has its verifier, so the app may be somebody else.
#[tokio::test]
async fn consent_is_not_remembered_where_a_code_needs_no_secret() {
    use oauth::ClientAuthMethod::{ClientSecretPost, None as Bare};
    let world = World::new().await;
    let bob = world.signed_in("bob").await;
    let local = "http://localhost:3000/cb";
    let open = "[pkce]\nrequired = \"public\"\n";
    let lax = World::speaking(open).await;
    let bobs = lax.signed_in("bob").await;
    for (world, bob, methods, to, challenge, silent) in [
        (&world, &bob, vec![ClientSecretPost], local, true, true),
        (&world, &bob, vec![ClientSecretPost, Bare], local, true, false),
        (&world, &bob, vec![Bare], local, true, false),
        (&world, &bob, vec![ClientSecretPost, Bare], REDIRECT, true, true),
        // Without a challenge there is no verifier: the code needs the secret.
        (&lax, &bobs, vec![ClientSecretPost, Bare], local, false, true),
        (&lax, &bobs, vec![ClientSecretPost, Bare], local, true, false),
    ] {
        world
            .change::<Client>("app", |it| {
                it.auth_methods = methods.clone();
                it.redirect_uris = vec![REDIRECT.parse().unwrap(), local.parse().unwrap()];
            })
            .await;
        let mut changes = vec![(P::RedirectUri, to)];
        if !challenge {
            changes.extend([(P::CodeChallenge, ""), (P::CodeChallengeMethod, "")]);
        }
        let once = world.authorization_request(&changes).await;
        world.allow(&once, bob, None).await.unwrap();
        let expected = if silent { "reply true" } else { "consent for acme" };
        let told = outcome(world.next(&once, bob, None).await);
        assert_eq!(told, expected, "{methods:?} {to} {challenge}");
        changes.push((P::Prompt, "none"));
        let mute = world.authorization_request(&changes).await;
        let expected =
            if silent { "reply true" } else { "redirect consent_required consent_required" };
        let told = outcome(world.next(&mute, bob, None).await);
        assert_eq!(told, expected, "{methods:?} {to} {challenge}");
    }
}
