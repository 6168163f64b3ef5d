//! The requested scopes and API: the rows `audience` and `scope`.

use domain::{Client, ResourceServer, Status};
use oauth::Parameter as P;

use crate::authorize::world::{API, OTHER_API, World, id, refusal, request, scopes};

#[tokio::test]
async fn rfc6749_3_3_a_scope_that_is_not_registered_is_refused() {
    let world = World::new().await;
    for (asked, why) in [
        ("read", "accepted"),
        ("write  read", "accepted"),
        // The API defines the scope, but the app may not ask for it.
        ("read delete", "redirect scope_not_granted invalid_scope"),
        ("unheard-of", "redirect scope_not_granted invalid_scope"),
        ("Read", "redirect scope_not_granted invalid_scope"),
        ("re\"ad", "redirect scope_malformed invalid_scope"),
        ("read\twrite", "redirect scope_malformed invalid_scope"),
        ("readä", "redirect scope_malformed invalid_scope"),
    ] {
        let result = world.check(&request(&[(P::Scope, asked)])).await;
        assert_eq!(refusal(result), why, "{asked:?}");
    }
}

#[tokio::test]
async fn a_scope_that_the_api_no_longer_has_is_refused() {
    let world = World::new().await;
    world
        .change::<ResourceServer>("api", |it| it.scopes.retain(|it| it.scope.as_str() != "write"))
        .await;
    let refused = world.check(&request(&[(P::Scope, "write")])).await;
    assert_eq!(refusal(refused), "redirect scope_not_granted invalid_scope");
    // And it is left out when the request names no scopes.
    assert_eq!(world.authorization_request(&[(P::Scope, "")]).await.scopes, scopes("read"));
}

#[tokio::test]
async fn a_request_without_scope_asks_for_all_that_the_app_may_ask_for() {
    let world = World::new().await;
    assert_eq!(world.authorization_request(&[(P::Scope, "")]).await.scopes, scopes("read write"));
    assert_eq!(world.authorization_request(&[(P::Scope, " ")]).await.scopes, scopes("read write"));
    // Without a scope parameter, identity scopes are included only if the app is registered for
    // them.
    world.change::<Client>("app", |it| it.scopes = scopes("openid read")).await;
    assert_eq!(world.authorization_request(&[(P::Scope, "")]).await.scopes, scopes("openid read"));
}

#[tokio::test]
async fn openid_core_11_scopes_that_give_a_refresh_token_are_never_given_by_default() {
    let lines = "[authorization]\nrefresh_scopes = [\"offline\", \"write\"]\n";
    let world = World::speaking(lines).await;
    world.change::<Client>("app", |it| it.scopes = scopes("offline read write")).await;
    for none in ["", " "] {
        assert_eq!(world.authorization_request(&[(P::Scope, none)]).await.scopes, scopes("read"));
    }
    let asked = world.authorization_request(&[(P::Scope, "offline read")]).await.scopes;
    assert_eq!(asked, scopes("offline read"));
}

#[tokio::test]
async fn an_apps_list_is_the_most_it_may_ask_for_identity_scopes_too() {
    let world = World::new().await;
    let all = "email offline offline_access openid profile read";
    for asked in all.split(' ').filter(|it| *it != "read") {
        let result = world.check(&request(&[(P::Scope, &format!("read {asked}"))])).await;
        assert_eq!(refusal(result), "redirect scope_not_granted invalid_scope", "{asked}");
    }
    world.change::<Client>("app", |it| it.scopes = scopes(all)).await;
    assert_eq!(world.authorization_request(&[(P::Scope, all)]).await.scopes, scopes(all));
    // But not when the dialect has no userinfo endpoint.
    let mute = World::speaking("omit = [\"userinfo\"]\n").await;
    mute.change::<Client>("app", |it| it.scopes = scopes(all)).await;
    let refused = mute.check(&request(&[(P::Scope, "openid")])).await;
    assert_eq!(refusal(refused), "redirect scope_not_granted invalid_scope");
    let quiet = mute.authorization_request(&[(P::Scope, "offline read")]).await;
    assert_eq!(quiet.scopes, scopes("offline read"));
}

#[tokio::test]
async fn rfc8707_2_the_api_is_the_named_one_or_the_default() {
    let world = World::new().await;
    let at = async |changes: &[(P, &str)]| {
        world.authorization_request(changes).await.resource_server.identifier.clone()
    };
    assert_eq!(at(&[]).await, API);
    assert_eq!(at(&[(P::Audience, OTHER_API)]).await, OTHER_API);
    assert_eq!(at(&[(P::Resource, OTHER_API)]).await, OTHER_API);
    assert_eq!(at(&[(P::Resource, API), (P::Audience, API)]).await, API);
    for (changes, why) in [
        (vec![(P::Resource, "https://x.example")], "redirect audience_unknown invalid_target"),
        (vec![(P::Audience, "a\0b")], "redirect audience_unknown invalid_target"),
        (
            vec![(P::Resource, API), (P::Audience, OTHER_API)],
            "redirect audience_unknown invalid_target",
        ),
    ] {
        assert_eq!(refusal(world.check(&request(&changes)).await), why, "{changes:?}");
    }
}

#[tokio::test]
async fn without_name_and_default_the_only_api_of_the_realm_is_meant() {
    let world = World::new().await;
    world.change::<Client>("app", |it| it.default_audience = None).await;
    let refused = world.check(&request(&[])).await;
    assert_eq!(refusal(refused), "redirect audience_missing invalid_target");
    let far = |it: &mut ResourceServer| it.realm = "elsewhere".parse().unwrap();
    world.change::<ResourceServer>("other", far).await;
    assert_eq!(world.authorization_request(&[]).await.resource_server.id, id("api"));
}

#[tokio::test]
async fn a_suspended_api_is_refused() {
    let world = World::new().await;
    world.change::<ResourceServer>("api", |it| it.status = Status::Suspended).await;
    let refused = world.check(&request(&[])).await;
    assert_eq!(refusal(refused), "redirect resource_server_suspended invalid_target");
}
