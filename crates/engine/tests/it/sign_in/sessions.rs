//! Which session a cookie belongs to, and how sessions end.

use base::{Id, Secret};
use domain::{Actor, UserStatus};
use engine::{people, settle};

use crate::sign_in::fixture::{Fixture, PASSWORD, code};

#[tokio::test]
async fn a_changed_or_expired_cookie_is_refused() {
    let fixture = Fixture::new().await;
    let new = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let other = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let text = new.cookie.expose();
    let (account, session) = (new.person.account.id, new.person.session.id);
    // A well-formed cookie of this account and session, with another secret.
    let forged: Secret<()> =
        base::issued::issue(&format!("sn_{session}"), account, &base::SystemRng);
    for bad in ["", "sn_", &text[1..], &text[..text.len() - 1], forged.expose()] {
        assert_eq!(code(fixture.session(bad).await), "session_unknown", "{bad}");
    }
    fixture.advance(14 * 86_400 - 1);
    assert!(fixture.session(text).await.is_ok());
    fixture.advance(1);
    assert_eq!(code(fixture.session(text).await), "session_expired");
    drop(other);
}

#[tokio::test]
async fn a_session_of_a_suspended_user_is_refused() {
    let fixture = Fixture::new().await;
    let new = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    for status in [UserStatus::Suspended, UserStatus::Removed] {
        fixture.change_user("ada@example.com", |user| user.status = status).await;
        assert_eq!(code(fixture.session(new.cookie.expose()).await), "session_unknown");
    }
}

#[tokio::test]
async fn signing_out_ends_only_this_session() {
    let fixture = Fixture::new().await;
    let here = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let there = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    for expected in [true, false] {
        let ended = fixture
            .run(async |ctx| {
                settle(ctx, async |ctx| people::sign_out(&ctx, here.cookie.expose()).await)
                    .await
                    .unwrap()
                    .0
            })
            .await;
        assert_eq!(ended, expected);
    }
    assert_eq!(code(fixture.session(here.cookie.expose()).await), "session_unknown");
    assert!(fixture.session(there.cookie.expose()).await.is_ok());
    assert_eq!(fixture.events(1).await[0].draft.action, "session.ended");
}

#[tokio::test]
async fn sessions_are_ended_by_id_or_all_but_one() {
    let fixture = Fixture::new().await;
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(fixture.sign_in("ada@example.com", PASSWORD).await.unwrap());
    }
    let user = fixture.user("ada@example.com").await.id;
    let actor = Actor::System;
    let ids: Vec<_> = sessions.iter().map(|it| it.person.session.id).collect();
    fixture
        .run(async |ctx| {
            for expected in [true, false] {
                let end = async |ctx| people::end_session(&ctx, &actor, user, ids[0]).await;
                assert_eq!(settle(ctx, end).await.unwrap().0, expected);
            }
            let all = async |ctx| people::end_sessions(&ctx, &actor, user, Some(ids[3])).await;
            assert_eq!(settle(ctx, all).await.unwrap().0, 2);
            let nobody = Id::from_u128(7);
            let none = async |ctx| people::end_sessions(&ctx, &actor, nobody, None).await;
            assert_eq!(settle(ctx, none).await.unwrap().0, 0);
        })
        .await;
    assert!(fixture.session(sessions[3].cookie.expose()).await.is_ok());
    assert_eq!(fixture.account("ada@example.com").await.sessions.len(), 1);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_the_first_creates_the_account() {
    let fixture = Fixture::new().await;
    let new = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    fixture.set_password("ada@example.com", "another").await;
    assert_eq!(code(fixture.session(new.cookie.expose()).await), "session_unknown");
    assert_eq!(code(fixture.sign_in("ada@example.com", PASSWORD).await), "password_mismatch");
    assert!(fixture.sign_in("ada@example.com", "another").await.is_ok());
    assert_eq!(code(fixture.sign_in("bob@example.com", "x").await), "no_password");
    fixture.set_password("bob@example.com", "x").await;
    assert!(fixture.sign_in("bob@example.com", "x").await.is_ok());
    let told = format!("{:?}", fixture.account("bob@example.com").await.password);
    assert_eq!(told, "Some(PasswordHash)");
}
