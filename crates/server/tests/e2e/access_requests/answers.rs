//! Answers reach their recipients: declined, delayed, interrupted by a crash, sent again.

use std::net::TcpListener;
use std::time::Instant;

use serde_json::json;

use super::{Fixture, PATIENCE, PostOffice, shown};
use crate::harness::Server;
use crate::harness::ports;

#[test]
fn a_declined_request_is_mailed_with_its_reason_and_without_a_link() {
    let fixture = Fixture::open();
    let id = fixture.submit_request();
    fixture.decide(&id, "decline", &json!({"reason": "Cameras are not open to Zürich yet."}));
    let letter = fixture.office.next();
    assert_eq!(letter.to, ["ada@example.com"]);
    assert_eq!(letter.header("Subject"), "Your request for API access");
    assert!(letter.text.contains("Cameras are not open to Zürich yet."), "{letter:?}");
    assert!(!letter.text.contains("/credentials/"), "{letter:?}");
    fixture.mailed(&id);
    assert!(fixture.queue("unmailed").is_empty());
    assert_eq!(fixture.queue("declined").len(), 1);
}

#[test]
fn kill_9_between_decision_and_mail_loses_no_answer() {
    // The mail server does not run yet.
    let port = ports::one();
    let fixture = Fixture::with(PostOffice::closed(port));
    let id = fixture.submit_request();
    fixture.decide(&id, "approve", &json!({}));
    assert_eq!(fixture.queue("unmailed").len(), 1);
    let Fixture { server, admin, .. } = fixture;
    let folder = server.kill();
    let office = PostOffice::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    let server = Server::serve(folder, &admin.base);
    let fixture = Fixture { server, admin, office };
    let letter = fixture.office.next();
    fixture.mailed(&id);
    let link = fixture.path_in(&letter);
    let (client, ..) = shown(&fixture.visitor().send(&link, &[]).expect(200));
    assert_eq!(fixture.admin.read(&format!("/access-requests/{id}"))["client"], client);
}

#[test]
fn a_mail_server_that_is_busy_gets_it_later_and_once() {
    let fixture = Fixture::open();
    fixture.office.refuse(2);
    let id = fixture.submit_request();
    fixture.decide(&id, "approve", &json!({}));
    let letter = fixture.office.next();
    assert_eq!(fixture.office.refuses(), 0, "it came at the third try");
    fixture.mailed(&id);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(fixture.office.is_empty(), "once");
    let log = fixture.server.log();
    assert!(log.contains("an answer was not mailed"), "{log}");
    assert!(!log.contains(fixture.path_in(&letter).strip_prefix("/credentials/").unwrap()));
}

#[test]
fn a_mail_escapes_hidden_characters_that_were_stored_before() {
    let fixture = Fixture::open();
    let id = fixture.submit_request();
    let Fixture { server, admin, office } = fixture;
    // The process ends first: it alone writes the database.
    let folder = server.end();
    let database = rusqlite::Connection::open(folder.path().join("data.db")).unwrap();
    let sql = "UPDATE access_request SET body = replace(body, 'Ada Lovelace', ?1)";
    assert_eq!(database.execute(sql, ["Ada\u{202e}\u{2028}L"]).unwrap(), 1);
    drop(database);
    let server = Server::serve(folder, &admin.base);
    let fixture = Fixture { server, admin, office };
    fixture.decide(&id, "decline", &json!({"reason": "No."}));
    let letter = fixture.office.next();
    assert!(letter.text.contains("Hello Ada\\u{202e}\\u{2028}L,"), "{letter:?}");
}

#[test]
fn another_link_ends_the_one_before() {
    let fixture = Fixture::open();
    let id = fixture.submit_request();
    fixture.decide(&id, "approve", &json!({}));
    let first = fixture.path_in(&fixture.office.next());
    fixture.mailed(&id);
    fixture.decide(&id, "resend", &json!({}));
    let second = fixture.path_in(&fixture.office.next());
    let mut ada = fixture.visitor();
    let refused = ada.open(&first).expect(404);
    assert_eq!(fixture.admin.why(&refused), "link_superseded");
    ada.send(&second, &[]).expect(200);
    let started = Instant::now();
    while fixture.queue("unmailed") != Vec::<serde_json::Value>::new() {
        assert!(started.elapsed() < PATIENCE);
    }
}
