//! Answers find their way: declined, delayed, cut short by a crash, sent again.

use std::net::TcpListener;
use std::time::Instant;

use serde_json::json;

use super::{Desk, PATIENCE, PostOffice, shown};
use crate::harness::Server;
use crate::harness::ports;

#[test]
fn a_declined_request_is_mailed_with_its_reason_and_without_a_link() {
    let desk = Desk::open();
    let id = desk.asked();
    desk.decide(&id, "decline", &json!({"reason": "Cameras are not open to Zürich yet."}));
    let letter = desk.office.next();
    assert_eq!(letter.to, ["ada@example.com"]);
    assert_eq!(letter.header("Subject"), "Your request for API access");
    assert!(letter.text.contains("Cameras are not open to Zürich yet."), "{letter:?}");
    assert!(!letter.text.contains("/credentials/"), "{letter:?}");
    desk.mailed(&id);
    assert!(desk.queue("unmailed").is_empty());
    assert_eq!(desk.queue("declined").len(), 1);
}

#[test]
fn kill_9_between_decision_and_mail_loses_no_answer() {
    // Nobody is there to take mails yet.
    let port = ports::one();
    let desk = Desk::with(PostOffice::closed(port));
    let id = desk.asked();
    desk.decide(&id, "approve", &json!({}));
    assert_eq!(desk.queue("unmailed").len(), 1);
    let Desk { server, admin, .. } = desk;
    let folder = server.kill();
    let office = PostOffice::on(TcpListener::bind(("127.0.0.1", port)).unwrap());
    let server = Server::serve(folder, &admin.base);
    let desk = Desk { server, admin, office };
    let letter = desk.office.next();
    desk.mailed(&id);
    let link = desk.path_in(&letter);
    let (client, ..) = shown(&desk.visitor().send(&link, &[]).expect(200));
    assert_eq!(desk.admin.read(&format!("/access-requests/{id}"))["client"], client);
}

#[test]
fn a_mail_server_that_is_busy_gets_it_later_and_once() {
    let desk = Desk::open();
    desk.office.refuse(2);
    let id = desk.asked();
    desk.decide(&id, "approve", &json!({}));
    let letter = desk.office.next();
    assert_eq!(desk.office.refuses(), 0, "it came at the third try");
    desk.mailed(&id);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(desk.office.is_empty(), "once");
    let log = desk.server.log();
    assert!(log.contains("an answer was not mailed"), "{log}");
    assert!(!log.contains(desk.path_in(&letter).strip_prefix("/credentials/").unwrap()));
}

#[test]
fn another_link_ends_the_one_before() {
    let desk = Desk::open();
    let id = desk.asked();
    desk.decide(&id, "approve", &json!({}));
    let first = desk.path_in(&desk.office.next());
    desk.mailed(&id);
    desk.decide(&id, "resend", &json!({}));
    let second = desk.path_in(&desk.office.next());
    let mut ada = desk.visitor();
    let refused = ada.open(&first).expect(404);
    assert_eq!(desk.admin.why(&refused), "link_superseded");
    ada.send(&second, &[]).expect(200);
    let started = Instant::now();
    while desk.queue("unmailed") != Vec::<serde_json::Value>::new() {
        assert!(started.elapsed() < PATIENCE);
    }
}
