//! Organizations, users, an API and an app in a realm.

use base::Id;
use domain::{Actor, Client, Entity, Kind, PasswordHash, User};
use engine::{RequestOrigin, people, settle};
use serde_json::{Value, json};
use store::{Batch, Loaded, StoreExt as _, Write};

use crate::realm::{NOW, TestRealm};

/// The password of every user.
pub const PASSWORD: &str = "correct horse";
/// The redirect URI of the app.
pub const CALLBACK: &str = "https://app.example/cb";

const BITS: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;

fn id(number: u128) -> String {
    Id::<()>::from_u128(BITS + number).to_string()
}

impl TestRealm {
    /// Adds three organizations, the users Ada (of one of them) and Bob (of two), an API with two scopes,
    /// and the app `app_1`.
    pub async fn populate(&self) {
        let at = NOW.millis();
        let of = |kind, json: Value| Entity::from_json(kind, &json.to_string()).unwrap();
        let common = |number, public: &str, mut rest: Value| {
            let own = json!({ "id": id(number), "realm": "main", "public_id": public,
                "status": "active", "created_at": at });
            rest.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            rest
        };
        let budget = json!({ "per_hour": null, "per_day": null });
        let mut entities = Vec::new();
        for (number, name) in [(1, "Northwind"), (2, "Contoso"), (3, "Elsewhere")] {
            let rest = json!({ "name": name, "budget": budget });
            entities.push(of(Kind::Organization, common(number, &format!("org_{number}"), rest)));
        }
        for (number, email, organizations) in
            [(11, "ada@example.com", vec![1]), (12, "bob@example.com", vec![1, 2])]
        {
            let member = |it: &u128| json!({ "organization": id(*it), "role": "admin" });
            let rest = json!({ "email": email, "email_verified": true, "name": "Ada",
                "profile": { "company": null, "bio": null, "avatar": null }, "role": "user",
                "memberships": organizations.iter().map(member).collect::<Vec<_>>() });
            entities.push(of(Kind::User, common(number, &format!("user_{number}"), rest)));
        }
        let scope = |name: &str| json!({ "scope": name, "description": format!("May {name}") });
        let api = json!({ "identifier": "https://api.example", "name": "API",
            "scopes": [scope("read"), scope("write")],
            "tokens": { "format": null, "algorithm": null, "lifetime": null } });
        entities.push(of(Kind::ResourceServer, common(21, "api_1", api)));
        let app = json!({ "name": "Ledger Sync", "kind": "app", "organization": null,
            "auth_methods": ["client_secret_basic"],
            "grant_types": ["authorization_code", "refresh_token"], "default_audience": id(21),
            "redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["https://app.example/bye"],
            "scopes": ["read", "write"], "require_pkce": false, "logo_uri": "https://cdn.example/logo.png",
            "budget": budget });
        entities.push(of(Kind::Client, common(31, "app_1", app)));
        let writes = entities.into_iter().map(Write::Insert).collect();
        self.state.app().store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
        for email in ["ada@example.com", "bob@example.com"] {
            self.set_password(email, PASSWORD).await;
        }
    }

    /// The user with this e-mail address.
    pub async fn user(&self, email: &str) -> Loaded<User> {
        let store = &self.state.app().store;
        store.by_handle(self.state.issuer().realm(), email).await.unwrap().unwrap()
    }

    /// Gives a user a new password.
    pub async fn set_password(&self, email: &str, password: &str) {
        let origin = RequestOrigin::default();
        let ctx = self.state.write_context(&origin);
        let user = self.user(email).await;
        let hash = PasswordHash::new(password.to_owned());
        let system = Actor::System;
        settle(&ctx, async |ctx| people::set_password(&ctx, &system, &user, hash.clone()).await)
            .await
            .unwrap();
    }

    /// Changes the app.
    pub async fn change_client(&self, change: impl Fn(&mut Client)) {
        let store = &self.state.app().store;
        let found: Loaded<Client> =
            store.by_public_id(self.state.issuer().realm(), "app_1").await.unwrap().unwrap();
        let mut after = Client::clone(&found);
        change(&mut after);
        let writes = vec![found.replace_with(after)];
        store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    }

    /// Path and query of the app's authorization request, with the parameters `more`.
    pub fn authorization_path(&self, more: &str) -> String {
        let prefix =
            self.url().splitn(4, '/').nth(3).map(|it| format!("/{it}")).unwrap_or_default();
        format!(
            "{prefix}/authorize?response_type=code&client_id=app_1&scope=read&state=a%2bB+%C3%A9{more}"
        )
    }
}
