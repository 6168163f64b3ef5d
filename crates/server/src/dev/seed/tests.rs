//! Everything in the demo file works, and a repeated seed adds no second customer.

use std::sync::Arc;

use base::{MasterKey, SystemRng};
use dialect::{Dialect, Environment};
use engine::people::{Browser, sign_in};
use engine::present::{Presented, PresentedAt, present};
use engine::{Issuer, IssuerSettings, RequestOrigin};
use serde_json::Value;
use web::RealmState;

use super::{DemoFile, SeedRealms, blocks, move_partner, people, seed};

/// The five realms over one empty store.
pub(in crate::dev) fn realms() -> Vec<RealmState> {
    let master = MasterKey::generate(&SystemRng);
    let memory = store::Memory::default();
    let memory = store::Hot::new(Arc::new(memory), store::HotOptions::default());
    let app = crate::realms::app(Arc::new(memory), &master);
    let names = ["speculo", "spendesk", "spiko", "fyma", "speckle"];
    let realm = |(port, name): (usize, &&str)| {
        let settings = IssuerSettings {
            realm: name.parse().unwrap(),
            url: format!("http://127.0.0.1:{}", 8081 + port),
            dialect: Arc::new(Dialect::builtin(name).unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let issuer = Issuer::new(settings, &master, &SystemRng);
        RealmState::new(Arc::clone(&app), Arc::new(issuer))
    };
    names.iter().enumerate().map(realm).collect()
}

pub(in crate::dev) async fn seeded(realms: &[RealmState]) -> DemoFile {
    seed(SeedRealms { portal: "http://127.0.0.1:8080", realms }).await.unwrap()
}

/// The kind of a credential, and its organization.
async fn kind(realm: &RealmState, presented: Presented<'_>, people_of: PresentedAt) -> String {
    let origin = RequestOrigin::default();
    let verified = present(&realm.context(&origin), &presented, people_of).await.unwrap();
    verified.kind.as_str().to_owned()
}

#[tokio::test]
async fn every_credential_of_the_demo_works() {
    let realms = realms();
    let demo = seeded(&realms).await.realms;
    let [speculo, _spendesk, spiko, fyma, speckle] = &realms[..] else { panic!("five realms") };
    let token = Presented::Token(&demo.speculo.refresh_token);
    assert_eq!(kind(speculo, token, PresentedAt::Issuer).await, "refresh_token");
    let ours = &demo.spiko.api_key;
    let pair = Presented::Basic { id: &ours.client_id, secret: &ours.client_secret };
    assert_eq!(kind(spiko, pair, PresentedAt::Api).await, "api_key");
    let ours = &demo.fyma.legacy_token;
    let pair = Presented::Basic { id: &ours.id, secret: &ours.secret };
    assert_eq!(kind(fyma, pair, PresentedAt::Api).await, "legacy_token");
    let token = Presented::Token(&demo.speckle.personal_access_token);
    assert_eq!(kind(speckle, token, PresentedAt::Api).await, "personal_access_token");
    assert_eq!(demo.speckle.personal_access_token.len(), 42);
}

#[tokio::test]
async fn the_admin_keys_open_everything_and_only_their_own_realm() {
    let realms = realms();
    let demo = serde_json::to_value(seeded(&realms).await).unwrap();
    let origin = RequestOrigin::default();
    for realm in &realms {
        for other in &realms {
            let name = other.issuer().realm().as_str();
            let key = demo["realms"][name]["admin_key"].as_str().unwrap();
            let ctx = realm.context(&origin);
            let opened = engine::admin::admin_keys::authenticate(&ctx, key).await;
            match opened {
                Ok(administrator) => {
                    assert_eq!(realm.issuer().realm(), other.issuer().realm());
                    for (scope, _) in engine::admin::scopes::ALL {
                        administrator.require(scope).unwrap();
                    }
                }
                Err(_) => assert_ne!(realm.issuer().realm(), other.issuer().realm()),
            }
        }
    }
}

#[tokio::test]
async fn seeding_again_makes_new_credentials_for_the_same_customers() {
    let realms = realms();
    let (first, second) = (seeded(&realms).await, seeded(&realms).await);
    assert_eq!(first.realms.speculo.org_id, second.realms.speculo.org_id);
    assert_ne!(first.realms.speculo.refresh_token, second.realms.speculo.refresh_token);
    let origin = RequestOrigin::default();
    for realm in &realms {
        let all = engine::admin::PageQuery::default();
        let page = engine::admin::organizations::list(&realm.context(&origin), &all).await;
        assert!((1..=2).contains(&page.unwrap().items.len()), "{:?}", realm.issuer().realm());
    }
}

/// The names of all members, in order, without values.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}:{}", shape(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::String(text) => (if text.is_empty() { "EMPTY" } else { "s" }).to_owned(),
        Value::Number(_) => "n".to_owned(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn the_file_has_its_documented_shape_and_every_member_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.json");
    assert!(DemoFile::read(&path).unwrap().is_none());
    let demo = seeded(&realms()).await;
    demo.write(&path).unwrap();
    demo.write(&path).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let again = serde_json::to_value(DemoFile::read(&path).unwrap().unwrap()).unwrap();
    assert_eq!(file, again);
    let app = "app:{client_id:s,client_secret:s,redirect_uri:s}";
    let user = "user:{email:s,password:s}";
    let pair = "{id:s,secret:s}";
    let expected = [
        ("speculo", "org_id:s,client_id:s,refresh_token:s,scopes:[s]".to_owned()),
        ("spendesk", format!("api_key:{pair},{app},{user},companies:[{{id:s,name:s}}]")),
        ("spiko", format!("api_key:{{client_id:s,client_secret:s}},{app},{user}")),
        (
            "fyma",
            format!("client_id:s,client_secret:s,audience:s,daily_limit:n,legacy_token:{pair}"),
        ),
        ("speckle", format!("personal_access_token:s,app:{{id:s,secret:s,redirect_uri:s}},{user}")),
    ];
    for (realm, members) in expected {
        let mut names: Vec<String> = vec!["base:s".to_owned(), "admin_key:s".to_owned()];
        names.push(members);
        let expected: Value = sorted(&format!("{{{}}}", names.join(",")));
        assert_eq!(sorted(&shape(&file["realms"][realm])), expected, "{realm}");
    }
    assert_eq!(file["portal"], "http://127.0.0.1:8080");
    std::fs::write(&path, "{").unwrap();
    assert!(DemoFile::read(&path).is_err());
}

/// The characters in sorted order, to compare shapes whatever the order of their members.
fn sorted(shape: &str) -> Value {
    let mut parts: Vec<&str> = shape.split([',', '{', '}', '[', ']']).collect();
    parts.sort_unstable();
    Value::from(parts.join(" "))
}

#[tokio::test]
async fn every_realm_has_a_block_with_its_own_values() {
    let realms = realms();
    let demo = seeded(&realms).await;
    let blocks = blocks(&demo);
    assert_eq!(blocks.len(), realms.len());
    for (realm, (name, block)) in realms.iter().zip(&blocks) {
        assert_eq!(realm.issuer().realm().as_str(), *name);
        assert!(block.contains(realm.issuer().url()));
        assert!(!block.contains("{{") && block.starts_with(['T', 'c']), "{block}");
    }
    assert!(blocks[4].1.contains(&demo.realms.speckle.personal_access_token));
}

const APP: &str = "http://localhost:8086";

/// Whether a user of the demo can sign in.
async fn signs_in(realm: &RealmState, person: &super::demo_file::Person) -> bool {
    let (origin, passwords) = (RequestOrigin::default(), &realm.app().passwords);
    let password = base::Secret::new(person.password.clone());
    let ctx = realm.write_context(&origin);
    sign_in(&ctx, &**passwords, &person.email, password, Browser::default()).await.is_ok()
}

/// Whether the partner's app has this secret and the redirect URI `redirect`.
async fn is_registered(realm: &RealmState, at: &partner_app::Registration, redirect: &str) -> bool {
    let origin = RequestOrigin::default();
    let ctx = realm.context(&origin);
    let mut parameters = oauth::Parameters::new();
    parameters.insert(oauth::Parameter::ClientId, at.client_id.clone()).unwrap();
    parameters.insert(oauth::Parameter::ClientSecret, at.client_secret.clone()).unwrap();
    let operation = oauth::Operation::Token;
    let request =
        oauth::Request { operation, parameters, basic: None, bearer: None, possession: false };
    engine::authenticate::authenticate(&ctx, &request).await.unwrap();
    let client = engine::admin::clients::read(&ctx, &at.client_id).await.unwrap();
    client.redirect_uris.iter().map(ToString::to_string).collect::<Vec<_>>() == [redirect]
}

#[tokio::test]
async fn an_old_folder_is_completed_with_users_and_nothing_is_made_twice() {
    let realms = realms();
    let seed = SeedRealms { portal: "http://127.0.0.1:8080", realms: &realms };
    let demo = seeded(&realms).await;
    let all = [&realms[1], &realms[2], &realms[4]];
    for realm in all {
        assert!(!signs_in(realm, demo.person(realm.issuer().realm().as_str()).unwrap()).await);
    }
    for _ in 0..2 {
        let settings = people(seed, &demo, APP).await.unwrap();
        for (realm, at) in all.iter().zip(&settings.registrations) {
            assert!(signs_in(realm, demo.person(realm.issuer().realm().as_str()).unwrap()).await);
            assert!(is_registered(realm, at, &settings.redirect_uri(at.provider)).await);
        }
    }
    let origin = RequestOrigin::default();
    let wanted = [&demo.realms.spendesk.app, &demo.realms.spiko.app];
    for (realm, app) in all.iter().zip(wanted) {
        let ctx = realm.context(&origin);
        let client = engine::admin::clients::read(&ctx, &app.client_id).await.unwrap();
        assert_eq!(client.redirect_uris[0].as_str(), app.redirect_uri);
        assert!(!client.scopes.is_empty());
    }
}

#[tokio::test]
async fn the_partners_app_moves_with_the_ports_and_keeps_its_secrets() {
    let realms = realms();
    let seed = SeedRealms { portal: "http://127.0.0.1:8080", realms: &realms };
    let demo = seeded(&realms).await;
    let before = people(seed, &demo, APP).await.unwrap();
    let after = move_partner(seed, before.clone(), "http://localhost:9086").await.unwrap();
    for (old, new) in before.registrations.iter().zip(&after.registrations) {
        assert_eq!(old.client_secret, new.client_secret);
        let name = new.provider.to_string();
        let realm = realms.iter().find(|it| it.issuer().realm().as_str() == name).unwrap();
        let redirect = format!("http://localhost:9086/callback/{name}");
        assert!(is_registered(realm, new, &redirect).await);
    }
}
