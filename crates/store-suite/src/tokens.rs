//! Single revoked access tokens.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::{Store, Write};

use crate::batch;
use crate::samples::{NOON, id};

fn revoke(token: u128, until: Option<Timestamp>, now: Timestamp) -> Write {
    Write::RevokeToken { token, until, now }
}

fn minutes(count: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(60 * count))
}

/// A token is revoked from the commit on, and only that one. Revoking twice is no conflict.
pub async fn a_token_is_revoked_from_the_commit_on(store: Arc<dyn Store>) {
    let (token, other) = (id::<()>().as_u128(), id::<()>().as_u128());
    assert!(!store.token_revoked(token).await.unwrap());
    store.commit(batch([revoke(token, Some(minutes(60)), NOON)])).await.unwrap();
    store.commit(batch([revoke(token, Some(minutes(60)), NOON)])).await.unwrap();
    assert!(store.token_revoked(token).await.unwrap());
    assert!(!store.token_revoked(other).await.unwrap());
    assert!(!store.token_revoked(0).await.unwrap());
    store.commit(batch([revoke(u128::MAX, None, NOON)])).await.unwrap();
    assert!(store.token_revoked(u128::MAX).await.unwrap(), "every bit counts");
}

/// All revoked tokens are listed with their expiry, or none when there are too many.
pub async fn revoked_tokens_are_listed_up_to_a_limit(store: Arc<dyn Store>) {
    assert_eq!(store.revoked_tokens(0).await.unwrap(), Some(vec![]));
    let mut expected = vec![(1, Some(minutes(60))), (u128::MAX, None)];
    for (token, until) in &expected {
        store.commit(batch([revoke(*token, *until, NOON)])).await.unwrap();
    }
    let mut listed = store.revoked_tokens(2).await.unwrap().unwrap();
    listed.sort_unstable();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    assert_eq!(store.revoked_tokens(1).await.unwrap(), None);
}

/// Later revocations delete expired ones. Others stay.
pub async fn later_revocations_delete_expired_ones(store: Arc<dyn Store>) {
    let [brief, long, forever]: [Vec<u128>; 3] =
        std::array::from_fn(|_| (0..20).map(|_| id::<()>().as_u128()).collect());
    for index in 0..20 {
        let writes = [
            revoke(brief[index], Some(minutes(1)), NOON),
            revoke(long[index], Some(minutes(600)), NOON),
            revoke(forever[index], None, NOON),
        ];
        store.commit(batch(writes)).await.unwrap();
    }
    for _ in 0..20 {
        store.commit(batch([revoke(id::<()>().as_u128(), None, minutes(2))])).await.unwrap();
    }
    for index in 0..20 {
        assert!(!store.token_revoked(brief[index]).await.unwrap(), "{index} was swept");
        assert!(store.token_revoked(long[index]).await.unwrap());
        assert!(store.token_revoked(forever[index]).await.unwrap());
    }
}

/// Of two revocations of one token, the longer one counts.
pub async fn a_second_revocation_never_shortens_the_first(store: Arc<dyn Store>) {
    let [long, forever, longer] = [(); 3].map(|()| id::<()>().as_u128());
    let writes = [
        revoke(long, Some(minutes(600)), NOON),
        revoke(long, Some(minutes(1)), NOON),
        revoke(forever, None, NOON),
        revoke(forever, Some(minutes(1)), NOON),
        revoke(longer, Some(minutes(1)), NOON),
        revoke(longer, None, NOON),
    ];
    store.commit(batch(writes)).await.unwrap();
    for _ in 0..10 {
        store.commit(batch([revoke(id::<()>().as_u128(), None, minutes(2))])).await.unwrap();
    }
    for token in [long, forever, longer] {
        assert!(store.token_revoked(token).await.unwrap());
    }
}
