//! Who must sign in, and when again: `prompt`, `max_age`, and the marker that people return with.

use domain::{Client, User, UserStatus};
use oauth::Parameter as P;

use crate::authorize::world::{World, outcome, refusal, request, scopes};

const LOGIN: (P, &str) = (P::Prompt, "login");

#[tokio::test]
async fn openid_core_3_1_2_1_prompt_none_stands_alone_and_unknown_words_are_refused() {
    let world = World::new().await;
    for (value, why) in [
        ("none", "accepted"),
        ("login consent", "accepted"),
        ("select_account", "accepted"),
        ("none login", "redirect parameter_malformed invalid_request"),
        ("consent none", "redirect parameter_malformed invalid_request"),
        ("create", "redirect parameter_malformed invalid_request"),
        ("None", "redirect parameter_malformed invalid_request"),
    ] {
        let result = world.check(&request(&[(P::Prompt, value)])).await;
        assert_eq!(refusal(result), why, "{value}");
    }
    for bad in ["-1", "+1", "1.5", "1e3", "soon", "99999999999999999999"] {
        let result = world.check(&request(&[(P::MaxAge, bad)])).await;
        assert_eq!(refusal(result), "redirect parameter_malformed invalid_request", "{bad}");
    }
}

#[tokio::test]
async fn a_user_who_is_not_signed_in_must_sign_in_unless_prompt_is_none() {
    let world = World::new().await;
    let checked = world.authorization_request(&[]).await;
    assert_eq!(outcome(world.next(&checked, None, None).await), "sign in");
    let silent = world.authorization_request(&[(P::Prompt, "none")]).await;
    let told = outcome(world.next(&silent, None, None).await);
    assert_eq!(told, "redirect login_required login_required");
}

#[tokio::test]
async fn openid_core_3_1_2_1_prompt_login_is_neither_skipped_nor_a_loop() {
    let world = World::new().await;
    let before = world.signed_in("bob").await;
    world.advance(1);
    let checked = world.authorization_request(&[LOGIN]).await;
    // A session from before the request is not accepted, even if it is recent.
    assert_eq!(outcome(world.next(&checked, &before, None).await), "sign in");
    let marker = world.marker(&checked, &before).await;
    let back = world.returning(&[LOGIN], &marker).await;
    assert_eq!(outcome(world.next(&back, &before, None).await), "sign in");
    assert_eq!(
        refusal(world.allow(&back, &before, None).await),
        "redirect login_required login_required"
    );
    // A later session is accepted with the marker; without it the person is sent to sign in again.
    world.advance(30);
    let after = world.signed_in("bob").await;
    assert_eq!(outcome(world.next(&back, &after, None).await), "consent for acme");
    assert_eq!(outcome(world.next(&checked, &after, None).await), "sign in");
    // Choosing and reading take some time, and then the request has the chosen organization.
    world.advance(500);
    let chosen = world.returning(&[LOGIN, (P::Organization, "acme")], &marker).await;
    assert_eq!(outcome(world.next(&chosen, &after, None).await), "consent for acme");
    assert!(world.allow(&chosen, &after, None).await.unwrap().outcome.is_ok());
    // This sign-in no longer counts as fresh: another person may use the browser by now.
    world.advance(200);
    let late = world.returning(&[LOGIN], &marker).await;
    assert_eq!(outcome(world.next(&late, &after, None).await), "sign in");
}

#[tokio::test]
async fn a_login_marker_is_valid_for_its_request_and_for_an_hour() {
    let world = World::new().await;
    let checked = world.authorization_request(&[LOGIN]).await;
    let marker = world.marker(&checked, None).await;
    world.advance(30);
    let person = world.signed_in("bob").await;
    let back = async |changes: &[(P, &str)], marker: &str| {
        let checked = world.returning(changes, marker).await;
        outcome(world.next(&checked, &person, None).await)
    };
    assert_eq!(back(&[LOGIN], &marker).await, "consent for acme");
    assert_eq!(back(&[LOGIN, (P::State, "another-state")], &marker).await, "sign in");
    assert_eq!(back(&[LOGIN, (P::Nonce, "n")], &marker).await, "sign in");
    let (head, mac) = marker.rsplit_once('.').unwrap();
    let (at, held) = head.split_once('.').unwrap();
    assert_eq!(held, "-", "nobody was signed in");
    let earlier = at.parse::<i64>().unwrap() - 60_000;
    let another = world.marker(&checked, &person).await;
    let another = another.split('.').nth(1).unwrap();
    for forged in [
        String::new(),
        ".".into(),
        at.to_owned(),
        head.to_owned(),
        format!("{at}.{mac}"),
        format!("{earlier}.{held}.{mac}"),
        format!("{at}.{another}.{mac}"),
        format!("{at}..{mac}"),
        format!("{at}.{held}.{}", "A".repeat(43)),
        format!("{at}.{held}.{mac}A"),
        format!("-{at}.{held}.{mac}"),
    ] {
        assert_eq!(back(&[LOGIN], &forged).await, "sign in", "{forged}");
    }
    world.advance(3_600);
    let person = world.signed_in("bob").await;
    let stale = world.returning(&[LOGIN], &marker).await;
    assert_eq!(outcome(world.next(&stale, &person, None).await), "sign in");
}

/// What counts is that the session is another than before: two nodes read the times of the marker
/// and of the session from clocks of their own.
#[tokio::test]
async fn a_sign_in_counts_whatever_the_clocks_of_two_nodes_say() {
    for apart in [-9_000, 9_000] {
        let world = World::new().await;
        let before = world.signed_in("bob").await;
        let checked = world.authorization_request(&[LOGIN]).await;
        let marker = world.marker(&checked, &before).await;
        let now = base::Clock::now(&world.clock);
        let by_another_clock = base::Timestamp::from_millis(now.millis() + apart);
        let back = world.returning(&[LOGIN], &marker).await;
        let mut after = world.signed_in("bob").await;
        after.session.authenticated_at = by_another_clock;
        assert_eq!(outcome(world.next(&back, &after, None).await), "consent for acme", "{apart}");
        // The session from before is none that came after, whatever its time is.
        let mut late = before.clone();
        late.session.authenticated_at = by_another_clock;
        assert_eq!(outcome(world.next(&back, &late, None).await), "sign in", "{apart}");
    }
}

#[tokio::test]
async fn a_login_marker_is_of_one_browser() {
    let world = World::new().await;
    let checked = world.authorization_request(&[LOGIN]).await;
    // An attacker fetches it with their own browser, and sends the link to somebody who signed in
    // a moment ago.
    let marker = world.marker(&checked, None).await;
    let person = world.signed_in("bob").await;
    let there = world.returning_in("another-browser", &[LOGIN], &marker).await;
    assert_eq!(outcome(world.next(&there, &person, None).await), "sign in");
    let here = world.returning(&[LOGIN], &marker).await;
    assert_eq!(outcome(world.next(&here, &person, None).await), "consent for acme");
}

#[tokio::test]
async fn openid_core_3_1_2_1_max_age_asks_again_only_when_it_is_exceeded() {
    let world = World::new().await;
    let person = world.signed_in("bob").await;
    world.advance(60);
    let checked = world.authorization_request(&[(P::MaxAge, "60")]).await;
    assert_eq!(outcome(world.next(&checked, &person, None).await), "consent for acme");
    world.advance(1);
    assert_eq!(outcome(world.next(&checked, &person, None).await), "sign in");
    // `max_age=0` has the same effect as `prompt=login`, and makes no loop.
    let zero = [(P::MaxAge, "0")];
    let checked = world.authorization_request(&zero).await;
    let marker = world.marker(&checked, None).await;
    assert_eq!(outcome(world.next(&checked, &person, None).await), "sign in");
    world.advance(20);
    let person = world.signed_in("bob").await;
    world.advance(20);
    let back = world.returning(&zero, &marker).await;
    assert_eq!(outcome(world.next(&back, &person, None).await), "consent for acme");
    let silent = world.authorization_request(&[(P::MaxAge, "1"), (P::Prompt, "none")]).await;
    let told = outcome(world.next(&silent, &person, None).await);
    assert_eq!(told, "redirect login_required login_required");
}

#[tokio::test]
async fn a_suspended_or_removed_user_never_gets_a_code() {
    let world = World::new().await;
    for status in [UserStatus::Suspended, UserStatus::Removed] {
        let person = world.signed_in("bob").await;
        let checked = world.authorization_request(&[]).await;
        assert!(world.allow(&checked, &person, None).await.is_ok());
        world.change::<User>("bob", |it| it.status = status).await;
        // A change between the page and the answer: the present state of the store decides.
        let refused = world.allow(&checked, &person, None).await;
        assert_eq!(refusal(refused), "redirect user_gone access_denied");
        let stale = engine::people::SignedIn { user: reloaded(&world).await, ..person };
        let told = outcome(world.next(&checked, &stale, None).await);
        assert_eq!(told, "redirect user_gone access_denied");
        world.change::<User>("bob", |it| it.status = UserStatus::Active).await;
    }
}

async fn reloaded(world: &World) -> store::Loaded<User> {
    use store::StoreExt as _;
    world.store.by_id(crate::authorize::world::id::<User>("bob")).await.unwrap().unwrap()
}

#[tokio::test]
async fn consent_after_the_session_ended_is_refused() {
    let world = World::new().await;
    let person = world.signed_in("bob").await;
    let checked = world.authorization_request(&[]).await;
    world.change::<domain::Account>("bob", |it| it.sessions.clear()).await;
    let refused = world.allow(&checked, &person, None).await;
    assert_eq!(refusal(refused), "redirect login_required login_required");
    assert!(world.grants().await.is_empty());
}

#[tokio::test]
async fn openid_core_3_1_2_1_prompt_none_answers_only_for_the_hinted_user() {
    let world = World::new().await;
    let algorithms = [domain::Algorithm::ES256, domain::Algorithm::RS256];
    let made = world.run(async |ctx| engine::keys::ensure(ctx, &algorithms).await).await;
    store::Store::commit(&*world.store, made.unwrap().batch).await.unwrap();
    world.issuer.reload_keys(&*world.store).await.unwrap();
    world.change::<Client>("app", |it| it.scopes = scopes("openid read write")).await;
    let secret = world.secret_of("app").await;
    let mut hints = vec![];
    for name in ["bob", "cid"] {
        let person = world.signed_in(name).await;
        let checked = world.authorization_request(&[(P::Scope, "openid read")]).await;
        let reply = world.allow(&checked, &person, None).await.unwrap();
        hints.push(id_token(&world, &secret, reply).await);
    }
    let bob = world.signed_in("bob").await;
    let silent = async |hint: &str| {
        let checked =
            world.authorization_request(&[(P::Prompt, "none"), (P::IdTokenHint, hint)]).await;
        outcome(world.next(&checked, &bob, None).await)
    };
    assert_eq!(silent(&hints[0]).await, "reply true");
    let expected = "redirect login_required login_required";
    assert_eq!(silent(&hints[1]).await, expected);
    assert_eq!(silent("no token").await, expected);
    // The same token names nobody to another app, and no other token of the issuer is an ID token.
    world.change::<Client>("app", |it| it.public_id = "renamed".parse().unwrap()).await;
    let asked = [(P::Prompt, "none"), (P::ClientId, "renamed"), (P::IdTokenHint, &hints[0])];
    let checked = world.authorization_request(&asked).await;
    assert_eq!(outcome(world.next(&checked, &bob, None).await), expected);
    world.change::<Client>("app", |it| it.public_id = "app".parse().unwrap()).await;
    // When a page is shown, it says who is signed in.
    let checked =
        world.authorization_request(&[(P::Scope, "write"), (P::IdTokenHint, &hints[1])]).await;
    assert_eq!(outcome(world.next(&checked, &bob, None).await), "consent for acme");
}

/// The ID token that an app receives for a code.
async fn id_token(world: &World, secret: &str, reply: oauth::AuthorizationReply) -> String {
    let code = reply.outcome.unwrap().code;
    let mut asked = request(&[]);
    asked.operation = oauth::Operation::Token;
    asked.parameters = oauth::Parameters::new();
    for (name, value) in [
        (P::GrantType, "authorization_code"),
        (P::ClientId, "app"),
        (P::ClientSecret, secret),
        (P::Code, code.expose()),
        (P::RedirectUri, crate::authorize::world::REDIRECT),
        (P::CodeVerifier, crate::authorize::world::VERIFIER),
    ] {
        asked.parameters.insert(name, value).unwrap();
    }
    let answered = world.run(async |ctx| engine::answer(ctx, &asked).await).await.unwrap();
    match answered.reply {
        oauth::Reply::Token(reply) => reply.id_token.unwrap().expose().to_owned(),
        other => panic!("{other:?}"),
    }
}
