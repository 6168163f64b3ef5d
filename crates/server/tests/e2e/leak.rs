//! No issued secret appears anywhere but in the one answer that showed it: not in the most detailed
//! log, not in the files of the database, not in metrics, lists, events, refusals or explanations,
//! and not because a client sent it in the wrong place.

mod flows;
mod needles;
mod people;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{self, get};
use flows::{Flows, REALMS};
use needles::Needles;

/// A name that stands for a secret, to prove that the scanner can find one.
const PLANTED: &str = "pl4nted0351gqnVygfmyhG47WTdGb4secretMIDDLEpart4of4a4planted4name";

#[test]
fn no_issued_secret_is_anywhere_but_in_its_answer() {
    let server = Server::dev();
    let mut flows = Flows::new(&server);
    for realm in REALMS {
        flows.run(realm);
        flows.people(realm);
    }
    flows.command_line();
    let Flows { needles, requests, .. } = flows;
    assert!(needles.len() > 200, "only {} needles", needles.len());
    assert!(requests.len() > 300, "only {} requests", requests.len());

    let admin = server.admin("fyma");
    admin.create("/organizations", &serde_json::json!({"name": PLANTED}));
    let planted = Needles::of(&[PLANTED]);
    for realm in REALMS {
        let reported = everything(&server.admin(realm), &requests);
        assert!(realm != "fyma" || !planted.found_in(reported.as_bytes()).is_empty(), "not found");
        nowhere(&needles, &format!("the admin API of {realm}"), reported.as_bytes());
    }
    let metrics = get(&server.base, "/metrics").send().expect(200);
    assert!(metrics.text().contains("postern_"));
    nowhere(&needles, "the figures", &metrics.body);
    nowhere(&needles, "the portal", &get(&server.base, "/").send().expect(200).body);

    // First running, with a journal beside the database; then ended, with all data in one file.
    let mut found = files(&needles, &planted, &server.folder().join("data"));
    let log = server.log();
    let folder = server.end();
    found += files(&needles, &planted, &folder.path().join("data"));
    assert!(found > 0, "the planted name is in no file: nothing was read");

    let words: HashSet<&str> = log.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let known = requests.iter().filter(|id| words.contains(id.as_str())).count();
    assert!(known * 10 > requests.len() * 9, "the log knows {known} of {} ids", requests.len());
    nowhere(&needles, "the log", log.as_bytes());
    let last = fs::read(folder.path().join("log.txt")).unwrap();
    nowhere(&needles, "the end of the log", &last);
    println!("{} needles, {} requests, {} bytes of log", needles.len(), requests.len(), last.len());
}

fn nowhere(needles: &Needles, place: &str, hay: &[u8]) {
    let found = needles.found_in(hay);
    assert!(found.is_empty(), "{place} has {found:#?}");
}

/// Reads every file below a folder except those for secrets. Returns how many have the planted
/// name.
fn files(needles: &Needles, planted: &Needles, folder: &Path) -> usize {
    let mut with_planted = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            with_planted += files(needles, planted, &path);
        } else if !matches!(name, "demo.json" | "master.key") {
            let bytes = fs::read(&path).unwrap();
            nowhere(needles, name, &bytes);
            with_planted += usize::from(!planted.found_in(&bytes).is_empty());
        }
    }
    with_planted
}

/// Everything that the admin API returns: each list, each entity, each explanation.
fn everything(admin: &Admin, requests: &[String]) -> String {
    let document = get(&admin.base, "/admin/openapi.json").send().expect(200).json();
    let paths = document["paths"].as_object().unwrap();
    let read = |target: &str| get(&admin.base, target).bearer(&admin.key).send();
    let mut reported = String::new();
    for path in paths.iter().filter(|(_, item)| item.get("get").is_some()).map(|(path, _)| path) {
        if path.contains('{') {
            continue;
        }
        let list = read(&format!("{path}?limit=200")).expect(200);
        reported.push_str(list.text());
        let one = format!("{path}/{{id}}");
        for it in list.json()["data"].as_array().unwrap() {
            let Some(id) = it["id"].as_str().filter(|_| paths.contains_key(&one)) else { continue };
            reported.push_str(read(&format!("{path}/{}", http::escaped(id))).expect(200).text());
        }
    }
    for request in requests.iter().step_by(50) {
        reported.push_str(read(&format!("/admin/v1/why/{request}")).text());
    }
    assert!(reported.contains("\"refusals\":[{") && reported.contains("\"sequence\""));
    reported
}

/// A text member, cloned.
fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}
