//! Accounts and access requests, which have their own lists.

use std::sync::Arc;

use domain::{AccessDecision, AccessRequest, Account, Actor, Kind, Owners};
use store::{ListQuery, Store, StoreExt as _, Version};

use crate::batch;
use crate::samples::{self, NOON, insert, realm};

fn query(kind: Kind, owners: Owners) -> ListQuery {
    ListQuery { kind, realm: realm(), owners, after: None, limit: 9 }
}

/// An account is found by its user's id and public id, and is listed under the user.
pub async fn an_account_is_found_by_its_user(store: Arc<dyn Store>) {
    let user = samples::user();
    let id = Account::id_of(user.id);
    let account = Account { id, public_id: user.public_id.clone(), ..samples::account() };
    let writes = [insert(user.clone()), insert(account.clone()), insert(samples::account())];
    store.commit(batch(writes)).await.unwrap();
    let found = store.by_id(Account::id_of(user.id)).await.unwrap().unwrap();
    assert_eq!(found.user(), user.id);
    assert_eq!(found.password, account.password);
    let name = user.public_id.as_str();
    assert_eq!(store.by_public_id::<Account>(&realm(), name).await.unwrap().unwrap().id, id);
    let of_user = Owners { user: Some(user.id.as_u128()), ..Owners::default() };
    let listed = store.page::<Account>(query(Kind::Account, of_user)).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
}

/// Replacing the account adds and removes sessions, with all their fields.
pub async fn sessions_are_added_and_removed_with_their_account(store: Arc<dyn Store>) {
    let account = Account { password: None, sessions: vec![], ..samples::account() };
    store.commit(batch([insert(account.clone())])).await.unwrap();
    for count in 1..=3 {
        let loaded = store.by_id(account.id).await.unwrap().unwrap();
        let mut changed = (*loaded.record).clone();
        changed.sessions.push(samples::session());
        let expected = serde_json::to_value(&changed.sessions).unwrap();
        store.commit(batch([loaded.replace_with(changed)])).await.unwrap();
        let loaded = store.by_id(account.id).await.unwrap().unwrap();
        assert_eq!((loaded.version, loaded.sessions.len()), (Version(count + 1), count as usize));
        assert_eq!(serde_json::to_value(&loaded.sessions).unwrap(), expected);
        assert!(loaded.password.is_none());
    }
}

fn pending() -> AccessRequest {
    AccessRequest { decision: AccessDecision::Pending, mailed: None, ..samples::access_request() }
}

fn declined(mailed: Option<bool>) -> AccessDecisionAndMail {
    let by = Actor::User("user_1".parse().unwrap());
    (AccessDecision::Declined { at: NOON, by, reason: Some("no \"robots\"".into()) }, mailed)
}

type AccessDecisionAndMail = (AccessDecision, Option<bool>);

async fn varieties(store: &Arc<dyn Store>, id: base::Id<AccessRequest>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for variety in ["pending", "approved", "declined", "unmailed"] {
        let owners = Owners { variety: Some(variety), ..Owners::default() };
        let listed = store.page::<AccessRequest>(query(Kind::AccessRequest, owners)).await.unwrap();
        if listed.iter().any(|it| it.id == id) {
            found.push(variety);
        }
    }
    found
}

/// An access request is in the list of its state only, through all its states.
pub async fn an_access_request_moves_through_its_lists(store: Arc<dyn Store>) {
    let others = [insert(pending()), insert(samples::access_request())];
    store.commit(batch(others)).await.unwrap();
    let request = pending();
    store.commit(batch([insert(request.clone())])).await.unwrap();
    assert_eq!(varieties(&store, request.id).await, ["pending"]);
    let approved = samples::access_request().decision;
    let steps = [
        (declined(Some(false)), "unmailed"),
        (declined(Some(true)), "declined"),
        (declined(None), "declined"),
        ((approved.clone(), Some(false)), "unmailed"),
        ((approved, Some(true)), "approved"),
    ];
    for ((decision, mailed), expected) in steps {
        let loaded = store.by_id(request.id).await.unwrap().unwrap();
        let changed = AccessRequest { decision: decision.clone(), mailed, ..request.clone() };
        store.commit(batch([loaded.replace_with(changed)])).await.unwrap();
        assert_eq!(varieties(&store, request.id).await, [expected]);
        let loaded = store.by_id(request.id).await.unwrap().unwrap();
        assert_eq!((&loaded.decision, loaded.mailed), (&decision, mailed));
    }
}

/// Apps are listed by the user who registered them.
pub async fn a_client_is_listed_by_its_creator(store: Arc<dyn Store>) {
    let (mine, others) = (samples::client(), samples::client());
    let nobodys = domain::Client { creator: None, ..samples::client() };
    let writes = [insert(mine.clone()), insert(others), insert(nobodys)];
    store.commit(batch(writes)).await.unwrap();
    let user = mine.creator.map(base::Id::as_u128);
    let owners = Owners { user, organization: None, ..Owners::default() };
    let listed = store.page::<domain::Client>(query(Kind::Client, owners)).await.unwrap();
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [mine.id]);
}
