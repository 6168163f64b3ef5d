//! The apps that a person registers.

use domain::{Client, CredentialKind, Status};
use engine::account::apps::{self, AppChange, NewApp, NewAppSecret};
use engine::admin::{PageQuery, clients};
use engine::secrets;

use crate::account::world::{CALLBACK, World, code};

fn new() -> NewApp {
    NewApp {
        name: "Mine".into(),
        redirect_uris: vec![CALLBACK.into()],
        scopes: vec!["read".into()],
        ..NewApp::default()
    }
}

fn rotate(overlap: Option<u64>) -> NewAppSecret {
    NewAppSecret { label: String::new(), overlap }
}

#[tokio::test]
async fn another_rotation_does_not_extend_an_older_secret() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    let id = made.client.public_id.to_string();
    let first = made.secret.unwrap().secret;
    let rotated = async |overlap| {
        world.done(async |ctx| apps::rotate_secret(ctx, &ada, &id, &rotate(overlap)).await).await
    };
    rotated(Some(10)).await;
    world.advance(5);
    rotated(Some(1_000)).await;
    let ends = |text: String| {
        let world = &world;
        async move {
            let found = secrets::find(&world.ctx(), CredentialKind::ClientSecret, &text).await;
            let at = found.unwrap().expires_at.unwrap();
            at.since(world.ctx().now).as_secs()
        }
    };
    assert_eq!(ends(first.expose().to_owned()).await, 5, "not 1000");
    let too_long = apps::MAX_OVERLAP.as_secs() + 1;
    let refused = apps::rotate_secret(&world.ctx(), &ada, &id, &rotate(Some(too_long))).await;
    assert_eq!(code(refused), "invalid_field");
}

#[tokio::test]
async fn at_most_ten_secrets_are_active_and_an_overlap_of_0_revokes_them() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    let id = made.client.public_id.to_string();
    for _ in 0..9 {
        world.done(async |ctx| apps::rotate_secret(ctx, &ada, &id, &rotate(None)).await).await;
    }
    let refused = apps::rotate_secret(&world.ctx(), &ada, &id, &rotate(None)).await;
    assert_eq!(code(refused), "state_forbids");
    world.done(async |ctx| apps::rotate_secret(ctx, &ada, &id, &rotate(Some(0))).await).await;
    let all = apps::secrets(&world.ctx(), &ada, &id, &PageQuery::default()).await.unwrap().items;
    assert_eq!(all.iter().filter(|it| it.revoked.is_none()).count(), 1);
}

#[tokio::test]
async fn a_deleted_app_keeps_no_secret_no_owner_and_no_connection() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    let id = made.client.public_id.to_string();
    world.done(async |ctx| apps::rotate_secret(ctx, &ada, &id, &rotate(None)).await).await;
    let before: store::Loaded<Client> = world.named(&id).await;
    world.done(async |ctx| apps::delete(ctx, &ada, &id).await).await;
    let after: store::Loaded<Client> = world.named(&id).await;
    assert_eq!((after.status, after.creator), (Status::Suspended, None));
    assert_ne!(after.connections_epoch, before.connections_epoch);
    let first = made.secret.unwrap().secret;
    let found = secrets::find(&world.ctx(), CredentialKind::ClientSecret, first.expose()).await;
    assert!(found.unwrap().revoked.is_some());
    assert_eq!(code(apps::read(&world.ctx(), &ada, &id).await), "not_found");
    assert!(apps::list(&world.ctx(), &ada, &PageQuery::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_scope_change_drops_connections_where_the_dialect_says_so_and_nothing_else_does() {
    let world = World::speaking("speckle").await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    let id = made.client.public_id.to_string();
    let change = async |change: AppChange| {
        world.done(async |ctx| apps::update(ctx, &ada, &id, &change).await).await.connections_epoch
    };
    let named = AppChange { name: Some("Ours".into()), ..AppChange::default() };
    assert_eq!(change(named).await, 0);
    let same = AppChange { scopes: Some(vec!["read".into()]), ..AppChange::default() };
    assert_eq!(change(same).await, 0);
    let wider = Some(vec!["read".into(), "write".into()]);
    assert_eq!(change(AppChange { scopes: wider, ..AppChange::default() }).await, 1);
    let narrower = Some(vec!["read".into()]);
    assert_eq!(change(AppChange { scopes: narrower, ..AppChange::default() }).await, 2);
}

#[tokio::test]
async fn a_user_has_at_most_fifty_apps() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let create = async || world.settle(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    for _ in 1..apps::MAX_APPS {
        create().await.unwrap();
    }
    let last = create().await.unwrap().client.public_id;
    assert_eq!(code(create().await), "state_forbids");
    world.done(async |ctx| apps::delete(ctx, &ada, last.as_str()).await).await;
    create().await.unwrap();
}

#[tokio::test]
async fn a_public_app_has_no_secret_to_rotate() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let public = NewApp { public: true, ..new() };
    let made = world.done(async |ctx| apps::create(ctx, &ada, &public).await).await;
    assert!(made.secret.is_none() && made.client.is_public());
    let id = made.client.public_id.as_str();
    let refused = apps::rotate_secret(&world.ctx(), &ada, id, &rotate(None)).await;
    assert_eq!(code(refused), "state_forbids");
}

#[tokio::test]
async fn a_user_cannot_set_a_redirect_domain() {
    let world = World::speaking("spendesk").await;
    let ada = world.person("ada").await;
    let refused = apps::create(&world.ctx(), &ada, &new()).await.unwrap_err().to_string();
    assert!(refused.contains("redirect_domain"), "{refused}");
    let local = NewApp { redirect_uris: vec!["https://localhost:3000/cb".into()], ..new() };
    world.done(async |ctx| apps::create(ctx, &ada, &local).await).await;
}

#[tokio::test]
async fn an_app_is_verified_by_staff_and_until_it_leads_elsewhere() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let made = world.done(async |ctx| apps::create(ctx, &ada, &new()).await).await;
    assert!(!made.client.verified);
    let id = made.client.public_id.to_string();
    let staff = async |verified| {
        let change = clients::ClientChange { verified, ..clients::ClientChange::default() };
        let by = domain::Actor::System;
        world.done(async |ctx| clients::update(ctx, &by, &id, &change).await).await.verified
    };
    let own = async |change: AppChange| {
        world.done(async |ctx| apps::update(ctx, &ada, &id, &change).await).await.verified
    };
    let uris = |uris: &[&str]| AppChange {
        redirect_uris: Some(uris.iter().map(|it| (*it).to_owned()).collect()),
        ..AppChange::default()
    };
    assert!(staff(Some(true)).await);
    assert!(staff(None).await, "nothing was said");
    assert!(own(AppChange { name: Some("Ours".into()), ..AppChange::default() }).await);
    assert!(own(uris(&[CALLBACK])).await, "the same");
    let elsewhere = "https://elsewhere.example/cb";
    assert!(!own(uris(&[CALLBACK, elsewhere])).await);
    assert!(!own(uris(&[CALLBACK])).await, "only staff verify it again");
    assert!(staff(Some(true)).await);
    let after_sign_out = Some(vec![elsewhere.to_owned()]);
    let change = AppChange { post_logout_redirect_uris: after_sign_out, ..AppChange::default() };
    assert!(!own(change).await);
    assert!(staff(Some(true)).await);
    assert!(!staff(Some(false)).await);
    let told = world.events(50).await;
    let told: Vec<_> = told.iter().map(|it| it.draft.action.as_str()).collect();
    let count = |action: &str| told.iter().filter(|it| **it == action).count();
    assert_eq!((count("client.verified"), count("client.unverified")), (3, 3), "{told:?}");
}

#[tokio::test]
async fn http_on_the_network_is_refused_where_it_is_new() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let plain = "http://app.example/cb";
    let bad = NewApp { redirect_uris: vec![plain.into()], ..new() };
    let refused = apps::create(&world.ctx(), &ada, &bad).await;
    assert!(refused.unwrap_err().to_string().contains("https"));
    let after = NewApp { post_logout_redirect_uris: Some(vec![plain.into()]), ..new() };
    assert_eq!(code(apps::create(&world.ctx(), &ada, &after).await), "invalid_field");
    let local = ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb"];
    let local = NewApp { redirect_uris: local.map(str::to_owned).to_vec(), ..new() };
    let made = world.done(async |ctx| apps::create(ctx, &ada, &local).await).await;

    // One that was registered before stays, and the app can be changed.
    let id = made.client.public_id.to_string();
    let was = vec![plain.parse().unwrap()];
    world.change::<Client>(made.client.id, |it| it.redirect_uris = was).await;
    let update = async |change: AppChange| {
        world.settle(async |ctx| apps::update(ctx, &ada, &id, &change).await).await
    };
    update(AppChange { name: Some("Ours".into()), ..AppChange::default() }).await.unwrap();
    let kept = Some(vec![plain.into(), CALLBACK.into()]);
    update(AppChange { redirect_uris: kept, ..AppChange::default() }).await.unwrap();
    let more = Some(vec![plain.into(), "http://app.example/other".into()]);
    let refused = update(AppChange { redirect_uris: more, ..AppChange::default() }).await;
    assert_eq!(code(refused), "invalid_field");

    let lax = World::differing("[redirect]\nallow_http = true\n").await;
    let ada = lax.person("ada").await;
    lax.done(async |ctx| apps::create(ctx, &ada, &bad).await).await;
}
