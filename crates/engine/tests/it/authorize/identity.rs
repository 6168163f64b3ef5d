//! The claims about a person that each scope gives (OpenID Connect Core §5.4).

use domain::{Profile, User};
use engine::identity::{CLAIMS, claims, description, scopes as known};
use serde_json::json;
use store::StoreExt as _;

use crate::authorize::world::{World, id, scopes};

#[tokio::test]
async fn openid_core_5_4_a_scope_gives_its_claims_and_no_others() {
    let world = World::new().await;
    let picture = Some("https://ada.example/me.png".to_owned());
    world
        .change::<User>("ada", |it| it.profile = Profile { avatar: picture, ..it.profile.clone() })
        .await;
    let ada = world.store.by_id(id::<User>("ada")).await.unwrap().unwrap();
    let open = |text| serde_json::Value::Object(claims(&ada, &scopes(text)));
    assert_eq!(open("openid read"), json!({ "sub": "ada" }));
    assert_eq!(
        open("openid profile"),
        json!({ "sub": "ada", "name": "ADA", "picture": "https://ada.example/me.png" })
    );
    assert_eq!(
        open("openid email"),
        json!({ "sub": "ada", "email": "ada@example.com", "email_verified": true })
    );
    let all = claims(&ada, &scopes("openid profile email"));
    assert!(all.keys().all(|claim| CLAIMS.contains(&claim.as_str())));
}

#[tokio::test]
async fn every_identity_scope_has_a_description() {
    let world = World::new().await;
    let all = known(world.issuer.dialect());
    assert_eq!(all.to_string(), "email offline offline_access openid profile");
    assert!(all.iter().all(|scope| description(scope.as_str()).is_some()));
    assert_eq!(description("read"), None);
}
