//! The sign-in page in a flood of strangers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Fixture;
use crate::dialects::person::Person;
use crate::harness::http::{Answer, Ask, form, get, post};

const PASSWORD: &str = "correct horse battery";
const HOME: &str = "198.51.100.7";

/// A browser that comes from an address of its choice.
struct Browser {
    person: Person,
    csrf: String,
}

impl Browser {
    fn at(fixture: &Fixture) -> Self {
        let user = json!({"email": "", "password": ""});
        let mut person = Person::of(&json!({"base": fixture.base(), "user": user}));
        let page = person.ask(get(fixture.base(), "/sign-in?switch=1")).expect(200);
        let csrf = page.text().split("name=\"csrf\" value=\"").nth(1).unwrap();
        Self { csrf: csrf.split('"').next().unwrap().to_owned(), person }
    }

    fn request(&self, address: &str, email: &str, password: &str) -> Ask {
        let fields = [("csrf", self.csrf.as_str()), ("email", email), ("password", password)];
        post(&self.person.base, "/sign-in?switch=1")
            .header("X-Forwarded-For", address)
            .header("Origin", &self.person.base)
            .text("application/x-www-form-urlencoded", form(&fields))
    }

    fn sign_in(&mut self, address: &str, email: &str, password: &str) -> Answer {
        let ask = self.request(address, email, password);
        self.person.ask(ask)
    }
}

fn populate(fixture: &Fixture) {
    for name in ["ada", "bob"] {
        let email = format!("{name}@example.com");
        fixture
            .admin
            .create("/users", &json!({"email": email, "name": name, "password": PASSWORD}));
    }
}

#[test]
fn a_flood_of_strangers_does_not_keep_out_who_signed_in_before() {
    let fixture = Fixture::new();
    populate(&fixture);
    let mut ada = Browser::at(&fixture);
    ada.sign_in(HOME, "ada@example.com", PASSWORD).expect(303);
    // Bob's browser keeps no cookie, but he signed in at this network today.
    Browser::at(&fixture).sign_in(HOME, "bob@example.com", PASSWORD).expect(303);
    let stranger = Browser::at(&fixture);
    let (stop, busy) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let (stranger, stop, busy) = (&stranger, &stop, &busy);
            scope.spawn(move || {
                let mut number = 0;
                while !stop.load(Relaxed) {
                    number += 1;
                    let address = format!("10.{thread}.{}.{}", number / 250, number % 250);
                    let email = format!("{thread}-{number}@example.com");
                    let mut ask = stranger.request(&address, &email, "guess");
                    let cookies = stranger.person.cookies().iter();
                    let cookies: Vec<_> =
                        cookies.map(|(name, it)| format!("{name}={it}")).collect();
                    ask = ask.header("Cookie", cookies.join("; "));
                    let status = ask.send().status;
                    busy.fetch_add(usize::from(status == 503), Relaxed);
                }
            });
        }
        let started = Instant::now();
        while busy.load(Relaxed) < 100 && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let ada: Vec<u16> = (0..5)
            .map(|_| ada.sign_in("203.0.113.5", "ada@example.com", PASSWORD).status)
            .collect();
        let bob: Vec<u16> = (0..5)
            .map(|_| Browser::at(&fixture).sign_in(HOME, "bob@example.com", PASSWORD).status)
            .collect();
        stop.store(true, Relaxed);
        assert!(busy.load(Relaxed) >= 100, "there was no flood");
        assert_eq!((ada, bob), (vec![303; 5], vec![303; 5]));
    });
}

#[test]
fn one_range_of_addresses_is_one_guesser() {
    let fixture = Fixture::new();
    populate(&fixture);
    let mut stranger = Browser::at(&fixture);
    let mut checked = |networks: &dyn Fn(u16) -> u16| {
        let address = |number| format!("2001:db8:7:{:x}::1", networks(number));
        let statuses = (0..256).map(|number| {
            let email = format!("{}@example.com", address(number).replace(':', "-"));
            stranger.sign_in(&address(number), &email, "guess").status
        });
        let (checked, limited): (Vec<_>, Vec<_>) = statuses.partition(|status| *status == 403);
        assert!(limited.iter().all(|status| *status == 429), "{limited:?}");
        checked.len()
    };
    // A bucket has one more attempt every few seconds.
    let of_home = checked(&|number| number);
    assert!((100..=120).contains(&of_home), "256 networks of one /56: {of_home}");
    let of_site = checked(&|number| number << 8);
    assert!((80..=120).contains(&of_site), "256 networks of the /48 around it: {of_site}");
    let answer = stranger.sign_in("2001:db8:7:fff::1", "ada@example.com", PASSWORD).expect(429);
    assert_eq!(fixture.admin.why(&answer), "too_many_attempts");
    stranger.sign_in("2001:db8:8::1", "ada@example.com", PASSWORD).expect(303);
}

#[test]
fn an_account_that_strangers_guess_at_stays_open_at_a_known_network() {
    let fixture = Fixture::new();
    populate(&fixture);
    Browser::at(&fixture).sign_in(HOME, "ada@example.com", PASSWORD).expect(303);
    let mut stranger = Browser::at(&fixture);
    for number in 0..40 {
        stranger.sign_in(&format!("10.{number}.0.1"), "ada@example.com", "guess");
    }
    let mut elsewhere = Browser::at(&fixture);
    elsewhere.sign_in("203.0.113.5", "ada@example.com", PASSWORD).expect(429);
    Browser::at(&fixture).sign_in(HOME, "ada@example.com", PASSWORD).expect(303);
}
