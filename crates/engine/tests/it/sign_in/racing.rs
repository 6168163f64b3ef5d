//! Two requests at once: no session is lost, and nobody can sign in with a password that was
//! changed.

use std::sync::Arc;

use domain::MAX_SESSIONS;

use crate::sign_in::fixture::{Fixture, PASSWORD};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_sign_ins_lose_no_session() {
    let fixture = Arc::new(Fixture::new().await);
    let racing = (0..MAX_SESSIONS).map(|_| {
        let fixture = Arc::clone(&fixture);
        tokio::spawn(async move { fixture.sign_in("ada@example.com", PASSWORD).await })
    });
    let racing: Vec<_> = racing.collect();
    let mut begun = 0;
    for one in racing {
        // A sign-in that fails because of the race may be repeated; a sign-in that succeeds has a
        // session.
        if let Ok(new) = one.await.unwrap() {
            assert!(fixture.session(new.cookie.expose()).await.is_ok());
            begun += 1;
        }
    }
    assert_eq!(fixture.account("ada@example.com").await.sessions.len(), begun);
    assert!(begun >= MAX_SESSIONS / 2, "{begun}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_changed_meanwhile_lets_nobody_in() {
    for _ in 0..50 {
        let fixture = Arc::new(Fixture::new().await);
        let racing = (0..4).map(|_| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move { fixture.sign_in("ada@example.com", PASSWORD).await })
        });
        let racing: Vec<_> = racing.collect();
        fixture.set_password("ada@example.com", "another").await;
        for one in racing {
            if let Ok(new) = one.await.unwrap() {
                let still = fixture.session(new.cookie.expose()).await;
                assert!(still.is_err(), "signed in before, or after: not any more");
            }
        }
        assert!(fixture.account("ada@example.com").await.sessions.is_empty());
    }
}
