//! Fyma's limit on issued tokens, and its header.

use serde_json::{Value, json};

use super::fyma::Fyma;
use super::text;
use crate::harness::clock;
use crate::harness::http::Answer;

const CLIENT: &str = "auth0-client-quota-limit";
const ORGANIZATION: &str = "auth0-organization-quota-limit";

/// `(q, r, t)` of a window, after its name was checked.
fn window(part: &str, name: &str) -> (u64, u64, u64) {
    let numbers: Vec<u64> = part
        .strip_prefix(&format!("b={name};q="))
        .unwrap_or_else(|| panic!("{part}"))
        .split([';'])
        .enumerate()
        .map(|(index, field)| {
            let number = field.strip_prefix(["", "r=", "t="][index]).unwrap();
            number.parse().unwrap()
        })
        .collect();
    (numbers[0], numbers[1], numbers[2])
}

fn windows(answer: &Answer, header: &str) -> ((u64, u64, u64), (u64, u64, u64)) {
    let (hour, day) = answer.header(header).unwrap().split_once(',').unwrap();
    (window(hour, "per_hour"), window(day, "per_day"))
}

/// A client with limits. Returns its token request.
fn limited(fyma: &Fyma, budget: &Value, organization: Option<&str>) -> Value {
    clock::calm();
    let admin = fyma.server.admin("fyma");
    let new = json!({"name": "limited", "budget": budget, "organization": organization});
    let client = admin.create("/clients", &new);
    admin.create("/grants", &json!({"client": client["id"]}));
    fyma.request(text(&client, "id"), text(&client, "secret"))
}

#[test]
fn the_header_counts_down_and_the_last_answer_is_429() {
    let fyma = Fyma::new();
    let request = limited(&fyma, &json!({"per_hour": 3, "per_day": 50}), None);
    for left in [2, 1, 0] {
        let answer = fyma.send(&request).expect(200);
        let ((q, r, t), day) = windows(&answer, CLIENT);
        assert_eq!((q, r), (3, left));
        assert!((1..=3_600).contains(&t), "{t}");
        assert_eq!((day.0, day.1), (50, 47 + left));
        assert!((1..=86_400).contains(&day.2));
        assert_eq!(answer.header(ORGANIZATION), None);
    }
    let answer = fyma.send(&request).expect(429);
    let ((q, r, t), day) = windows(&answer, CLIENT);
    assert_eq!((q, r, day.0, day.1), (3, 0, 50, 47), "a refusal costs nothing");
    let retry: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(retry.abs_diff(t) <= 1, "{retry} {t}");
    let body = answer.json();
    assert!(body["error"].is_string() && body["error_description"].is_string());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(fyma.server.admin("fyma").why(&answer), "budget_spent");
    let other = limited(&fyma, &json!({"per_day": 1}), None);
    let answer = fyma.send(&other).expect(200);
    let header = answer.header(CLIENT).unwrap();
    assert!(header.starts_with("b=per_day;q=1;r=0;t="), "{header}");
}

#[test]
fn refused_requests_spend_no_budget_and_the_demo_has_its_documented_limit() {
    let fyma = Fyma::new();
    let admin = fyma.server.admin("fyma");
    let request = limited(&fyma, &json!({"per_hour": 2, "per_day": 2}), None);
    let mut wrong = request.clone();
    wrong["client_secret"] = json!("wrong");
    let mut strange = request.clone();
    strange["audience"] = json!("https://nobody.example");
    assert_eq!((fyma.send(&wrong).status, fyma.send(&strange).status), (401, 403));
    let budget = admin.read(&format!("/clients/{}/budget", text(&request, "client_id")));
    assert_eq!((&budget["day"]["used"], &budget["day"]["remaining"]), (&json!(0), &json!(2)));
    fyma.send(&request).expect(200);
    let budget = admin.read(&format!("/clients/{}/budget", text(&request, "client_id")));
    assert_eq!((&budget["hour"]["used"], &budget["hour"]["remaining"]), (&json!(1), &json!(1)));
    let demo = fyma.request(text(&fyma.demo, "client_id"), text(&fyma.demo, "client_secret"));
    let (_, day) = windows(&fyma.send(&demo).expect(200), CLIENT);
    assert_eq!(Some(day.0), fyma.demo["daily_limit"].as_u64());
}

#[test]
fn an_organizations_limit_has_its_own_header() {
    let fyma = Fyma::new();
    let new = json!({"name": "Tight", "budget": {"per_hour": 2, "per_day": 2}});
    let organization = fyma.server.admin("fyma").create("/organizations", &new);
    let organization = text(&organization, "id");
    let first = limited(&fyma, &json!({"per_hour": 9, "per_day": 9}), Some(organization));
    let second = limited(&fyma, &json!({}), Some(organization));
    let answer = fyma.send(&first).expect(200);
    assert_eq!(windows(&answer, CLIENT).0.1, 8);
    assert_eq!(windows(&answer, ORGANIZATION).0.1, 1);
    let answer = fyma.send(&second).expect(200);
    assert_eq!(answer.header(CLIENT), None);
    assert_eq!(windows(&answer, ORGANIZATION).0.1, 0);
    for request in [&first, &second] {
        let answer = fyma.send(request).expect(429);
        assert_eq!(windows(&answer, ORGANIZATION).1.1, 0);
        assert!(answer.header("retry-after").is_some());
    }
    // When the organization's budget is used up, the client's is not counted.
    let budget = format!("/clients/{}/budget", text(&first, "client_id"));
    assert_eq!(fyma.server.admin("fyma").read(&budget)["day"]["used"], 1);
}
