//! A realm to be seeded: the admin operations in a short form.
//!
//! Invariant: organizations, users and resource servers have fixed names and are created once,
//! however often the seed runs. Credentials are created anew each time, because no secret can be
//! read back.

use domain::{Actor, AnySecret, Organization, ResourceServer, User};
use engine::admin::{Issued, admin_keys, clients, grants, organizations, resource_servers, users};
use engine::{Denial, RequestOrigin};
use web::RealmState;

/// A realm, with the context for every operation.
pub(super) struct SeedRealm<'a> {
    realm: &'a RealmState,
    origin: RequestOrigin,
}

/// The actor of all operations.
const BY: Actor = Actor::System;

/// Settles `$operation`, with the context and the actor before its arguments.
macro_rules! made {
    ($realm:expr, $operation:path $(, $argument:expr)*) => {{
        let realm = $realm;
        let context = realm.context();
        let made = engine::settle(&context, async |context| {
            $operation(&context, realm.by() $(, $argument)*).await
        });
        made.await.map(|(made, _)| made)
    }};
}
pub(super) use made;

impl<'a> SeedRealm<'a> {
    pub(super) fn new(realm: &'a RealmState) -> Self {
        Self { realm, origin: RequestOrigin::default() }
    }

    pub(super) fn context(&self) -> engine::WriteContext<'_> {
        self.realm.write_context(&self.origin)
    }

    pub(super) const fn realm(&self) -> &RealmState {
        self.realm
    }

    pub(super) const fn by(&self) -> &'static Actor {
        &BY
    }

    pub(super) fn base(&self) -> String {
        self.realm.issuer().url().to_owned()
    }

    /// The organization called `id`.
    pub(super) async fn organization(&self, id: &str, name: &str) -> Result<Organization, Denial> {
        let new = organizations::NewOrganization {
            public_id: Some(id.to_owned()),
            name: name.to_owned(),
            budget: None,
        };
        match made!(self, organizations::create, &new) {
            Err(denial) if denial.name_taken().is_some() => {
                let there = organizations::read(&self.context(), id).await?;
                Ok(Organization::clone(&there))
            }
            made => made,
        }
    }

    /// The user with the public id and address in `new`.
    pub(super) async fn user(&self, new: &users::NewUser) -> Result<User, Denial> {
        match (made!(self, users::create, new), &new.public_id) {
            (Err(denial), Some(id)) if denial.name_taken().is_some() => {
                Ok(User::clone(&*users::read(&self.context(), id).await?))
            }
            (made, _) => made,
        }
    }

    /// The one API of the realm.
    pub(super) async fn api(
        &self,
        identifier: &str,
        name: &str,
        scopes: &[demo_apis::ScopeText],
    ) -> Result<ResourceServer, Denial> {
        const ID: &str = "demo-api";
        let scopes = scopes.iter().map(|(scope, description)| resource_servers::NewScope {
            scope: (*scope).to_owned(),
            description: (*description).to_owned(),
        });
        let new = resource_servers::NewResourceServer {
            public_id: Some(ID.to_owned()),
            identifier: identifier.to_owned(),
            name: name.to_owned(),
            scopes: scopes.collect(),
            tokens: resource_servers::TokenSettings::default(),
        };
        match made!(self, resource_servers::create, &new) {
            Err(denial) if denial.name_taken().is_some() => {
                let there = resource_servers::read(&self.context(), ID).await?;
                Ok(ResourceServer::clone(&there))
            }
            made => made,
        }
    }

    /// A client, with its secret where it has one.
    pub(super) async fn client(
        &self,
        new: &clients::NewClient,
    ) -> Result<(String, Option<String>), Denial> {
        let made = made!(self, clients::create, new)?;
        let secret = made.secret.map(|issued| text(&issued));
        Ok((made.client.public_id.to_string(), secret))
    }

    /// Grants the client its scopes at the API, for its organization.
    pub(super) async fn grant(&self, client: &str, scopes: Option<&[&str]>) -> Result<(), Denial> {
        let new = grants::NewGrant {
            client: client.to_owned(),
            scopes: scopes.map(texts),
            ..grants::NewGrant::default()
        };
        made!(self, grants::create, &new).map(|_| ())
    }

    /// A key with every scope of the admin API.
    pub(super) async fn admin_key(&self) -> Result<String, Denial> {
        let scopes = admin_keys_scopes();
        let new = admin_keys::NewAdminKey { label: "demo".to_owned(), scopes, expires_at: None };
        made!(self, admin_keys::create, None, &new).map(|issued| text(&issued))
    }

    /// A password of 20 letters and digits.
    pub(super) fn password(&self) -> String {
        let mut password = String::new();
        base::encoding::push_base62(&mut password, self.realm.app().rng.u128(), 20);
        password
    }
}

/// Every scope by name, so that the key can delegate each of them.
fn admin_keys_scopes() -> Vec<String> {
    engine::admin::scopes::ALL.iter().map(|(scope, _)| (*scope).to_owned()).collect()
}

/// The secret of `issued`, for the demo file.
pub(super) fn text(issued: &Issued) -> String {
    let secret: &base::Secret<AnySecret> = &issued.secret;
    secret.expose().to_owned()
}

pub(super) fn texts(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}
