//! Who may sign in, and that the denials of the others are all the same.

use std::sync::atomic::Ordering::Relaxed;

use domain::{MAX_SESSIONS, UserStatus};
use engine::people::{Browser, SESSION_LIFETIME};

use crate::sign_in::fixture::{Fixture, PASSWORD, code};

#[tokio::test]
async fn signing_in_begins_a_session_of_fourteen_days() {
    let fixture = Fixture::new().await;
    let browser = Browser { user_agent: Some(&"x".repeat(500)), ..Browser::default() };
    let new = fixture.sign_in_with(" Ada@Example.com\t", PASSWORD, browser).await.unwrap();
    let person = fixture.session(new.cookie.expose()).await.unwrap();
    assert_eq!(person.user.email, "ada@example.com");
    assert_eq!(person.session.id, new.person.session.id);
    assert_eq!(SESSION_LIFETIME.as_secs(), 14 * 86_400);
    assert_eq!(person.session.expires_at, person.auth_time().plus(SESSION_LIFETIME));
    assert_eq!(person.session.address.as_deref(), Some("192.0.2.7"));
    assert_eq!(person.session.user_agent.map(|it| it.len()), Some(200));
    let event = &fixture.events(1).await[0].draft;
    assert_eq!(
        (event.action.as_str(), event.target.public_id.as_str()),
        ("session.started", "ada")
    );
    assert_eq!(event.detail["session"], new.person.session.id.to_string());
    let told = serde_json::to_string(&event).unwrap() + &format!("{new:?}");
    assert!(!told.contains(new.cookie.expose()), "{told}");
}

#[tokio::test]
async fn every_failed_sign_in_has_the_same_text_and_work() {
    let fixture = Fixture::new().await;
    let cases = [
        ("ada@example.com", "wrong", "password_mismatch"),
        ("nobody@example.com", PASSWORD, "no_such_account"),
        ("bob@example.com", PASSWORD, "no_password"),
        ("", PASSWORD, "no_such_account"),
        ("a\0da@example.com", PASSWORD, "no_such_account"),
    ];
    let mut told = Vec::new();
    for (index, (email, password, reason)) in cases.iter().enumerate() {
        let denial = fixture.sign_in(email, password).await.unwrap_err();
        assert_eq!(denial.code(), *reason, "{email}");
        assert_eq!(fixture.passwords.checks.load(Relaxed), index + 1, "one check each: {email}");
        let failure = denial.error_response();
        told.push((failure.problem, failure.description));
    }
    fixture.change_user("ada@example.com", |user| user.status = UserStatus::Suspended).await;
    let denial = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(denial.code(), "account_suspended");
    told.push((denial.error_response().problem, denial.error_response().description));
    assert!(told.iter().all(|it| *it == told[0]), "{told:?}");
    assert_eq!(fixture.passwords.checks.load(Relaxed), cases.len() + 1);
}

#[tokio::test]
async fn signing_in_again_replaces_only_the_session_of_this_browser() {
    let fixture = Fixture::new().await;
    let phone = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let first = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let browser = Browser { cookie: Some(first.cookie.expose()), ..Browser::default() };
    let second = fixture.sign_in_with("ada@example.com", PASSWORD, browser).await.unwrap();
    assert_eq!(code(fixture.session(first.cookie.expose()).await), "session_unknown");
    assert!(fixture.session(second.cookie.expose()).await.is_ok());
    assert!(fixture.session(phone.cookie.expose()).await.is_ok());
    let actions: Vec<_> = fixture.events(2).await.into_iter().map(|it| it.draft.action).collect();
    assert_eq!(actions, ["session.started", "session.ended"]);
}

#[tokio::test]
async fn signing_in_as_another_user_ends_the_session_before() {
    let fixture = Fixture::new().await;
    fixture.set_password("bob@example.com", PASSWORD).await;
    let ada = fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let browser = Browser { cookie: Some(ada.cookie.expose()), ..Browser::default() };
    let bob = fixture.sign_in_with("bob@example.com", PASSWORD, browser).await.unwrap();
    assert_eq!(code(fixture.session(ada.cookie.expose()).await), "session_unknown");
    assert_eq!(fixture.session(bob.cookie.expose()).await.unwrap().user.email, "bob@example.com");
    assert!(fixture.account("ada@example.com").await.sessions.is_empty());
}

#[tokio::test]
async fn one_session_too_many_ends_the_oldest() {
    let fixture = Fixture::new().await;
    let mut sessions = Vec::new();
    for _ in 0..=MAX_SESSIONS {
        sessions.push(fixture.sign_in("ada@example.com", PASSWORD).await.unwrap());
        fixture.advance(1);
    }
    assert_eq!(fixture.account("ada@example.com").await.sessions.len(), MAX_SESSIONS);
    assert_eq!(code(fixture.session(sessions[0].cookie.expose()).await), "session_unknown");
    assert!(fixture.session(sessions[1].cookie.expose()).await.is_ok());
}

#[tokio::test]
async fn an_outdated_hash_is_replaced_at_sign_in() {
    let fixture = Fixture::new().await;
    fixture.set_password("ada@example.com", &format!("old {PASSWORD}")).await;
    assert_eq!(code(fixture.sign_in("ada@example.com", "wrong").await), "password_mismatch");
    assert_eq!(fixture.passwords.hashes.load(Relaxed), 0);
    fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let account = fixture.account("ada@example.com").await;
    assert_eq!(account.password.as_ref().unwrap().as_phc(), PASSWORD);
    assert_eq!(account.sessions.len(), 1);
    fixture.sign_in("ada@example.com", PASSWORD).await.unwrap();
    assert_eq!(fixture.passwords.hashes.load(Relaxed), 1, "once");
}
