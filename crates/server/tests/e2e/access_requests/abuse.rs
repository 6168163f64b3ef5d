//! The form is public: invalid, too frequent and manipulated requests are refused.

use serde_json::json;

use super::{Fixture, Visitor, between, hidden, wish};
use crate::harness::http::{Answer, form, get, post};

fn with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    wish().into_iter().map(|(name, it)| (name, if name == field { value } else { it })).collect()
}

#[test]
fn an_invalid_form_is_shown_again_and_nothing_is_stored() {
    let fixture = Fixture::open();
    let long = "x".repeat(2_001);
    let mut ada = fixture.visitor();
    for (field, bad) in [
        ("name", ""),
        ("name", "Ada\r\nBcc: everybody@example.com"),
        ("organization", "\u{202e}slatrop"),
        ("use_case", long.as_str()),
        ("name", "Ada\u{2028}Lovelace"),
        ("name", "\u{200b}"),
        ("organization", "A\u{ad}cme"),
        ("use_case", "a\u{202e}b"),
        ("contact", "ada"),
        ("contact", "ada@example.com\r\nBcc: everybody@example.com"),
        ("contact", "ada@example.com, everybody@example.com"),
        ("contact", "<ada@example.com>"),
        ("contact", "ada@exa mple.com"),
        ("contact", "ada@[127.0.0.1]"),
        ("contact", "\"a\\\"x\"@example.com"),
        ("contact", "ada@exam\u{ad}ple.com"),
    ] {
        let answer = ada.ask(&with(field, bad)).expect(400);
        let at_field = format!("id=\"{field}-wrong\"");
        assert!(answer.text().contains(&at_field), "{field} {bad:?}: {}", answer.text());
        assert!(answer.text().contains("Analytical Engines") || field == "organization");
        assert_eq!(fixture.admin.why(&answer), "invalid_field");
    }
    assert!(fixture.queue("pending").is_empty());
    ada.ask(&wish()).expect(303);
}

#[test]
fn no_field_gets_into_the_headers_of_a_mail() {
    let fixture = Fixture::open();
    let mut ada = fixture.visitor();
    ada.ask(&with("name", "Ada <b>\"; Bcc: everybody@example.com")).expect(303);
    let id = fixture.queue("pending")[0]["id"].as_str().unwrap().to_owned();
    fixture.decide(&id, "decline", &json!({"reason": "No. Subject: something else"}));
    let letter = fixture.office.next();
    assert_eq!(letter.to, ["ada@example.com"]);
    let head = letter.raw.split_once("\r\n\r\n").unwrap().0;
    assert!(!head.contains("Bcc") && !head.contains("everybody"), "{head}");
    assert_eq!(letter.header("Subject"), "Your request for API access");
}

#[test]
fn a_network_that_asks_too_often_waits() {
    let fixture = Fixture::open();
    let mut ada = fixture.visitor();
    for _ in 0..10 {
        ada.ask(&wish()).expect(303);
    }
    let limited = ada.ask(&wish()).expect(429);
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=8_640).contains(&wait), "{wait}");
    assert!(limited.text().contains("Analytical Engines"), "what was typed stays");
    assert_eq!(fixture.admin.why(&limited), "too_many_attempts");
    assert_eq!(fixture.queue("pending").len(), 10);
}

#[test]
fn a_form_of_another_page_browser_or_site_changes_nothing() {
    let fixture = Fixture::open();
    let base = &fixture.admin.base;
    let mut ada = fixture.visitor();
    let token = hidden(&ada.open("/access-request"));
    let mut fields = vec![("csrf", token.as_str())];
    fields.extend(wish());
    let body = form(&fields);
    let form_type = "application/x-www-form-urlencoded";
    let elsewhere = post(base, "/access-request").text(form_type, body.as_str());
    let foreign =
        [elsewhere.clone(), elsewhere.header("Cookie", "postern_form_own=AAAAAAAAAAAAAAAAAAAAAA")];
    let mut refused: Vec<_> = foreign.iter().map(|ask| ask.send()).collect();
    let cross = post(base, "/access-request").header("Sec-Fetch-Site", "cross-site");
    refused.push(ada.0.ask(cross.text(form_type, body.as_str())));
    let cross = post(base, "/access-request").header("Origin", "https://evil.example");
    refused.push(ada.0.ask(cross.text(form_type, body.as_str())));
    refused.push(ada.post("/access-request", &wish()));
    for answer in refused {
        let answer = answer.expect(400);
        assert!(answer.text().contains("Count the ships."), "{}", answer.text());
        assert_eq!(fixture.admin.why(&answer), "form_foreign");
    }
    assert!(fixture.queue("pending").is_empty());
    ada.post("/access-request", &fields).expect(303);
}

/// The name of the field that people do not see.
fn hidden_field(page: &Answer) -> String {
    let (_, unseen) = page
        .text()
        .split_once("class=\"hidden\" aria-hidden=\"true\"")
        .expect("a field that people do not see");
    let (_, input) = unseen.split_once("<input").unwrap();
    let input = input.split('>').next().unwrap();
    assert!(input.contains("autocomplete=\"off\"") && input.contains("tabindex=\"-1\""), "{input}");
    between(input, "name=\"", "\"")
}

#[test]
fn who_fills_in_the_hidden_field_reads_that_nothing_was_sent_and_can_send_it_again() {
    let fixture = Fixture::open();
    let mut ada = fixture.visitor();
    let page = ada.open("/access-request").expect(200);
    let (csrf, name) = (hidden(&page), hidden_field(&page));
    let filled = |name: &str, value: &str| -> Vec<(String, String)> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        wish().into_iter().chain([("csrf", csrf.as_str()), (name, value)]).map(owned).collect()
    };
    fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
    let refused =
        ada.post("/access-request", &borrowed(&filled(&name, "https://ada.example"))).expect(400);
    assert!(refused.text().contains("Nothing was sent"), "{}", refused.text());
    assert!(refused.text().contains("Analytical Engines"), "what was typed stays");
    assert_eq!(fixture.admin.why(&refused), "hidden_field_filled");
    assert!(fixture.queue("pending").is_empty());
    assert_eq!(hidden_field(&refused), name, "the form that is shown again is the same");
    ada.post("/access-request", &borrowed(&filled(&name, ""))).expect(303);
    assert_eq!(fixture.queue("pending").len(), 1);
    // What a password manager knows is no field of this form, and no other browser has the name.
    ada.post("/access-request", &borrowed(&filled("website", "https://ada.example"))).expect(303);
    let other = hidden_field(&fixture.visitor().open("/access-request").expect(200));
    assert_ne!(other, name);
    for word in ["web", "site", "url", "mail", "phone", "company", "address", "name"] {
        assert!(!name.to_lowercase().contains(word), "{name}");
    }
}

/// Sends the form from an address.
fn ask_from(fixture: &Fixture, address: &str) -> Answer {
    let mut visitor = fixture.visitor();
    let csrf = hidden(&visitor.open("/access-request").expect(200));
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(wish());
    let ask = post(&visitor.0.base, "/access-request").header("X-Forwarded-For", address);
    visitor.0.ask(ask.text("application/x-www-form-urlencoded", form(&fields)))
}

#[test]
fn a_few_networks_cannot_fill_the_day_of_all_others() {
    let fixture = Fixture::behind_a_proxy();
    let mut taken = 0;
    for network in 0..20 {
        for host in 0..12 {
            let answer = ask_from(&fixture, &format!("203.{network}.113.{host}"));
            taken += usize::from(answer.status == 303);
        }
    }
    // Ten networks have their ten each; then each of the others has its first one.
    assert_eq!(taken, 110);
    for network in 0..40 {
        ask_from(&fixture, &format!("198.{network}.100.7")).expect(303);
    }
    let again = ask_from(&fixture, "198.7.100.8").expect(429);
    assert_eq!(fixture.admin.why(&again), "access_requests_full");
    // One provider has its share as well, however many networks it has.
    let of_provider =
        (0..60).filter(|it| ask_from(&fixture, &format!("2001:db8:{it:x}::1")).status == 303);
    assert_eq!(of_provider.count(), 20);
}

#[test]
fn bodies_that_are_no_forms_and_links_that_are_none_are_no_failure_of_ours() {
    let fixture = Fixture::open();
    let base = &fixture.admin.base;
    post(base, "/access-request").json(&json!({"name": "Ada"})).send().expect(415);
    let huge = format!("name={}", "x".repeat(20_000));
    let huge = post(base, "/access-request").text("application/x-www-form-urlencoded", huge);
    huge.send().expect(413);
    post(base, "/access-request/sent").form(&[]).send().expect(405);
    let put = crate::harness::http::ask(base, "PUT", "/access-request").send().expect(405);
    assert_eq!(put.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    let long = "A".repeat(4_000);
    for link in ["x", "%2e%2e", "%00", "AAAA", "caf%C3%A9", &long] {
        let answer = get(base, &format!("/credentials/{link}")).send().expect(404);
        assert!(answer.text().contains("This link does not work any more"), "{link}");
        assert_eq!(fixture.admin.why(&answer), "link_not_good", "{link}");
        let mut other_visitor = Visitor::at(base);
        other_visitor.post(&format!("/credentials/{link}"), &[("csrf", "x")]).expect(404);
    }
    assert!(!fixture.server.log().contains("panicked"));
}
