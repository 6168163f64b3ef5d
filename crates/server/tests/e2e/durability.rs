//! `kill -9` under load: everything acknowledged survives the restart, and no token was issued that
//! its budget did not pay for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::budgets::Bank;
use crate::harness::admin::Admin;
use crate::harness::http::{self, Answer, Ask, post};
use crate::harness::realm::{Machine, Realm};
use crate::harness::{Server, clock};

/// How many clients request tokens at once. As many tokens may be paid for and not answered.
const ASKING: u64 = 6;
/// How many clients create organizations at once, and how many revoke.
const MAKING: usize = 3;
/// The start of the text of a place with data.
const SECOND_START: Duration = Duration::from_secs(1);

/// What was acknowledged before the kill.
#[derive(Default)]
struct Acknowledged {
    tokens: AtomicU64,
    organizations: Mutex<Vec<String>>,
    revoked: Mutex<Vec<String>>,
    ended: AtomicBool,
}

/// The answer, if it is complete.
fn sent(ask: &Ask) -> Option<Value> {
    let answer = http::raw(&ask.base, &ask.bytes()).ok()?;
    assert!(answer.status < 300, "{} {}", answer.status, answer.text());
    serde_json::from_slice(&answer.body).ok()
}

fn token_request(base: &str, machine: &Machine) -> Ask {
    post(base, "/oauth/token").json(&json!({
        "grant_type": "client_credentials",
        "audience": "https://api.example",
        "client_id": machine.id,
        "client_secret": machine.secret,
    }))
}

#[test]
fn acknowledged_changes_survive_the_end_of_the_process() {
    let bank = Bank::open(Realm::new("fyma"));
    clock::calm();
    let machine = bank.machine(Some(1_000_000), None);
    let new = json!({"name": "of the tokens to revoke"});
    let other = bank.admin.machine(&new, "https://api.example");
    let Bank { server, admin } = bank;
    let base = admin.base.clone();
    let known = Acknowledged::default();
    let folder = thread::scope(|scope| {
        for _ in 0..ASKING {
            scope.spawn(|| {
                let ask = token_request(&base, &machine);
                while sent(&ask).is_some() {
                    known.tokens.fetch_add(1, Relaxed);
                }
            });
        }
        for of in 0..MAKING {
            let (admin, known, other, base) = (&admin, &known, &other, &base);
            scope.spawn(move || {
                for n in 0.. {
                    let ask = post(base, "/admin/v1/organizations").bearer(&admin.key);
                    let Some(made) = sent(&ask.json(&json!({"name": format!("{of}-{n}")}))) else {
                        return;
                    };
                    known
                        .organizations
                        .lock()
                        .unwrap()
                        .push(made["id"].as_str().unwrap().to_owned());
                }
            });
            scope.spawn(move || revoke_on_and_on(base, other, known));
        }
        thread::sleep(Duration::from_millis(1_500));
        let folder = server.kill();
        known.ended.store(true, Relaxed);
        folder
    });
    let tokens = known.tokens.load(Relaxed);
    let (made, revoked) =
        (known.organizations.into_inner().unwrap(), known.revoked.into_inner().unwrap());
    println!("{tokens} tokens, {} organizations, {} revocations", made.len(), revoked.len());
    assert!(tokens > 50 && made.len() > 20 && revoked.len() > 20, "there was no load to speak of");

    let server = Server::serve(folder, &base);
    for id in &made {
        admin.call("GET", &format!("/organizations/{id}"), None).expect(200);
    }
    let budget = admin.read(&format!("/clients/{}/budget", machine.id));
    let used = budget["day"]["used"].as_u64().unwrap();
    assert!((tokens..=tokens + ASKING).contains(&used), "{used} paid, {tokens} acknowledged");
    for token in &revoked {
        let ask = post(&base, "/introspect").basic(&other.id, &other.secret);
        let reported = ask.form(&[("token", token)]).send().expect(200).json();
        assert_eq!(reported, json!({"active": false}));
    }
    sent(&token_request(&base, &machine)).unwrap();
    assert!(!server.log().contains("panicked"));
}

fn revoke_on_and_on(base: &str, machine: &Machine, known: &Acknowledged) {
    while let Some(issued) = sent(&token_request(base, machine)) {
        let token = issued["access_token"].as_str().unwrap();
        let ask = post(base, "/oauth/revoke").basic(&machine.id, &machine.secret);
        let answer = ask.form(&[("token", token)]).try_send();
        match answer {
            Some(answer) if answer.status == 200 => {
                known.revoked.lock().unwrap().push(token.to_owned());
            }
            Some(answer) => panic!("{} {}", answer.status, answer.text()),
            None => return assert_soon(&known.ended),
        }
    }
}

#[test]
fn twenty_at_once_under_one_idempotency_key_make_one_client() {
    let bank = Bank::open(Realm::new("fyma"));
    let Admin { base, key } = &bank.admin;
    let ask = post(base, "/admin/v1/clients").bearer(key).header("Idempotency-Key", "once");
    let ask = ask.json(&json!({"name": "only one"}));
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(|| ask.send())).collect();
        asking.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let made: Vec<Value> = answers.into_iter().map(|it| it.expect(201).json()).collect();
    assert!(made.windows(2).all(|it| it[0] == it[1]), "one secret for all: {made:#?}");
    assert_eq!(bank.admin.read("/clients")["data"].as_array().unwrap().len(), 1);
    // The same key for another request is an error, also after a restart.
    let Bank { server, admin } = bank;
    let _server = Server::serve(server.kill(), &admin.base);
    assert_eq!(ask.send().expect(201).json(), made[0]);
    let other = Ask { body: json!({"name": "another"}).to_string().into_bytes(), ..ask };
    assert_eq!(other.send().expect(422).json()["error"], "idempotency_key_reused");
}

/// An answer may be missing only when the process was about to end.
fn assert_soon(ended: &AtomicBool) {
    thread::sleep(Duration::from_millis(500));
    assert!(ended.load(Relaxed), "a request was not answered while all went well");
}

#[test]
fn the_demo_keeps_its_data_over_a_kill_and_starts_again_at_once() {
    let mut server = Server::dev();
    let before = server.demo();
    let mut quickest = Duration::MAX;
    // Other tests run at the same time, so the machine may be slow once, but not always.
    for _ in 0..4 {
        server = Server::dev_in(server.kill());
        quickest = quickest.min(server.took);
        let (old, new) = (&before["realms"]["speculo"], &server.demo()["realms"]["speculo"]);
        for member in ["admin_key", "org_id", "client_id", "refresh_token"] {
            assert_eq!(old[member], new[member], "{member}");
        }
        let body = json!({"clientId": old["client_id"], "refreshToken": old["refresh_token"]});
        let answer = post(new["base"].as_str().unwrap(), "/token").json(&body).send().expect(200);
        assert!(answer.json()["accessToken"].is_string());
        if quickest < SECOND_START {
            break;
        }
    }
    assert!(quickest < SECOND_START, "{quickest:?}");
}
