//! Every refusal of the gate: its status, its challenge, its reason.

use super::fixture::{API, Fixture};
use crate::harness::http::{Answer, get};

#[test]
fn rfc6750_3_each_refusal_has_its_status_challenge_and_reason() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let key = fixture.secret_of_key();
    let other = if key.ends_with('0') { '1' } else { '0' };
    let damaged = format!("{}{other}", &key[..key.len() - 1]);
    let wanted = format!("resource_metadata=\"{API}/.well-known/oauth-protected-resource\"");
    let bare = fixture.gate_request("GET", "/v1/things").send();
    for (answer, status, error, reason) in [
        (bare, 401, None, "no_credential"),
        (fixture.ask("GET", "/v1/x", "nonsense"), 401, Some("invalid_token"), "token_unrecognized"),
        (fixture.ask("GET", "/v1/x", &damaged), 401, Some("invalid_token"), "secret_damaged"),
        (fixture.ask("GET", "/other/x", &token), 401, Some("invalid_token"), "wrong_audience"),
        (
            fixture.ask("DELETE", "/v1/things/7", key),
            403,
            Some("insufficient_scope"),
            "scope_lacking",
        ),
    ] {
        assert_eq!(answer.status, status, "{reason}: {}", answer.text());
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        let reported = error.map(|it| format!("error=\"{it}\""));
        let said = reported.as_ref().is_none_or(|it| challenge.contains(it));
        assert!(said && challenge.contains("error=") == reported.is_some(), "{challenge}");
        let own = reason == "wrong_audience" || challenge.contains(&wanted);
        assert!(own, "{challenge}");
        assert_eq!(fixture.admin.why(&answer), reason);
    }
    let lacking = fixture.ask("DELETE", "/v1/things/7", key);
    let challenge = lacking.header("www-authenticate").unwrap();
    assert!(challenge.contains("scope=\"admin read\""), "{challenge}");
    for (answer, status, reason) in [
        (fixture.ask("GET", "/v1/keys-only", &token), 403, "kind_not_allowed"),
        (fixture.ask("GET", "/v2/x", &token), 403, "no_route"),
        (fixture.ask("PATCH", "/v1/things", &token), 403, "no_route"),
        (fixture.ask("GET", "/v1/%2e%2e/health", &token), 400, "path_ambiguous"),
        (fixture.ask("GET", "/v1//things", &token), 400, "path_ambiguous"),
    ] {
        assert_eq!(answer.status, status, "{reason}");
        assert_eq!(answer.header("www-authenticate"), None, "{reason}");
        assert_eq!(answer.header("x-postern-status"), Some(status.to_string().as_str()));
        assert_eq!(fixture.admin.why(&answer), reason);
    }
}

#[test]
fn rfc6750_2_two_credentials_are_400_and_a_foreign_scheme_is_401() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let twice =
        fixture.gate_request("GET", "/v1/x").bearer(&token).bearer(&token).send().expect(400);
    assert_eq!(fixture.admin.why(&twice), "several_credentials");
    for value in [token.clone(), "Basic bm86cGU=".into(), format!("Digest {token}")] {
        let foreign = fixture.gate_request("GET", "/v1/x").header("Authorization", value).send();
        assert_eq!(fixture.admin.why(&foreign.expect(401)), "credential_malformed");
    }
}

#[test]
fn a_dialect_says_in_which_form_keys_come_and_in_which_words_they_are_refused() {
    let fixture = Fixture::new("spiko", "");
    let (id, secret) = (fixture.key["id"].as_str().unwrap(), fixture.secret_of_key());
    let basic = |secret: &str| fixture.gate_request("GET", "/v1/things").basic(id, secret).send();
    let answer = basic(secret).expect(200);
    assert_eq!(answer.header("x-postern-credential-kind"), Some("api_key"));
    assert_eq!(answer.header("x-postern-subject"), Some(id));
    basic("wrong").expect(401);
    let speculo = Fixture::new("speculo", "");
    let refused = speculo.gate_request("GET", "/v1/things").send().expect(401).json();
    assert!(refused["requestId"].is_string(), "{refused}");
}

#[test]
fn a_misconfigured_proxy_gets_an_explanation_which_is_logged_once_a_minute() {
    let fixture = Fixture::rfc();
    for _ in 0..3 {
        let answer = get(&fixture.server.base, "/gate").send().expect(400);
        assert!(answer.text().contains("X-Original-Method"), "{}", answer.text());
    }
    let twice = fixture.gate_request("GET", "/v1/x").header("X-Original-URI", "/health").send();
    assert_eq!(fixture.admin.why(&twice.expect(400)), "gate_header_repeated");
    let reported =
        fixture.server.log().matches("the gate cannot read the original request").count();
    assert!(
        (1..=2).contains(&reported),
        "told {reported} times, over a minute's end at most twice"
    );
}

#[test]
fn nginx_gets_statuses_that_it_understands_and_a_refusal_is_never_a_2xx() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let of = |answer: &str, path: &str, bearer: &str| -> Answer {
        let mut ask = fixture.gate_request("GET", path).bearer(bearer);
        ask.target = format!("/gate?answer={answer}");
        ask.send()
    };
    let cases = [("/v1//x", 403, 400), ("/v2", 403, 403), ("/other/x", 401, 401)];
    for (path, verdict, refusal) in cases {
        let answer = of("verdict", path, &token).expect(verdict);
        assert_eq!(answer.header("x-postern-status"), Some(refusal.to_string().as_str()));
        let answer = of("refusal", path, &token).expect(refusal);
        assert!(!answer.body.is_empty());
        assert!(!fixture.admin.why(&answer).is_empty(), "support finds the id that the caller saw");
    }
    of("verdict", "/v1/x", &token).expect(200);
    let passes = of("refusal", "/v1/x", &token).expect(503);
    assert_eq!(passes.header("x-postern-subject"), None, "it tells nothing of who calls");
    assert_eq!(passes.header("retry-after"), Some("1"));
}

#[test]
fn a_refusal_that_is_fetched_is_the_one_of_the_question() {
    let fixture = Fixture::new("rfc", "limits.credential = { requests = 1, window = \"1h\" }");
    let key = fixture.secret_of_key();
    let of = |answer: &str, path: &str| {
        let mut ask = fixture.gate_request("GET", path).bearer(key);
        ask.target = format!("/gate?answer={answer}");
        ask
    };
    let mut recorded = Vec::new();
    of("allowed", "/v1/x").send().expect(200);
    for (path, status, reason) in [
        ("/v1//x", 400, "path_ambiguous"),
        ("/other/x", 401, "wrong_audience"),
        ("/v1/x", 429, "rate_exceeded"),
    ] {
        let asked = of("allowed", path).send().expect(403);
        assert_eq!(asked.header("x-postern-status"), Some(status.to_string().as_str()));
        let carried = asked.header("x-postern-refusal").unwrap();
        let fetch = |carried: &str| of("refusal", path).header("X-Postern-Refusal", carried).send();
        let fetched = fetch(carried).expect(status);
        recorded.push(asked.request_id().to_owned());
        assert_eq!(fetched.request_id(), asked.request_id(), "one id");
        assert_eq!(fetched.header("x-postern-refusal"), None);
        for name in ["www-authenticate", "retry-after", "ratelimit", "content-type"] {
            let whole = of("whole", path).send();
            recorded.push(whole.request_id().to_owned());
            let known = |answer: &Answer| answer.header(name).is_some();
            assert_eq!(known(&fetched), known(&whole), "{path}: {name}");
        }
        assert!(fetched.json()["error"].is_string());
        assert_eq!(fixture.admin.why(&fetched), reason);

        // What was not written by this realm is not believed: the request is decided anew, under an id of its own.
        let (text, mac) = carried.split_once('.').unwrap();
        for forged in
            [format!("{text}A.{mac}"), format!("{text}.{}", mac.to_lowercase()), "x.y".to_owned()]
        {
            let anew = fetch(&forged);
            assert_eq!(anew.status, status, "{forged}");
            assert_ne!(anew.request_id(), asked.request_id());
            recorded.push(anew.request_id().to_owned());
        }
    }
    recorded.sort();
    assert_eq!(
        fixture.admin.recorded(recorded.len()),
        recorded,
        "what was fetched is no second refusal"
    );
}

#[test]
fn an_api_that_takes_basic_alone_is_challenged_so() {
    let own = "name = \"own\"\ndescription = \"keys by Basic\"\n\
               [presentation]\nschemes = []\nbasic = \"plain\"\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, own).unwrap();
    let fixture = Fixture::new(file.to_str().unwrap(), "");
    let challenge = |answer: &Answer| answer.header("www-authenticate").map(str::to_owned);
    let bare = fixture.gate_request("GET", "/v1/things").send().expect(401);
    let base = &fixture.server.base;
    let metadata = format!("resource_metadata=\"{API}/.well-known/oauth-protected-resource\"");
    assert_eq!(challenge(&bare), Some(format!("Basic realm=\"{base}\", {metadata}")));
    let (id, secret) = (fixture.key["id"].as_str().unwrap(), fixture.secret_of_key());
    let basic = |path, secret: &str| fixture.gate_request("GET", path).basic(id, secret).send();
    basic("/v1/things", secret).expect(200);
    assert!(challenge(&basic("/v1/things", "wrong").expect(401)).unwrap().starts_with("Basic "));
    let lacking = fixture.gate_request("DELETE", "/v1/things/7").basic(id, secret).send();
    assert_eq!(challenge(&lacking.expect(403)), None, "Basic has no word for scopes");
}

#[test]
fn rfc9110_9_3_2_the_refusal_of_a_head_has_no_body() {
    let fixture = Fixture::rfc();
    let answer = fixture.gate_request("HEAD", "/v1/x").send().expect(401);
    assert!(answer.body.is_empty() && answer.header("www-authenticate").is_some());
    fixture.ask("HEAD", "/v1/x", &fixture.token()).expect(200);
}

#[test]
fn presented_credentials_are_in_no_log_and_no_explanation() {
    let fixture = Fixture::rfc();
    let token = fixture.token();
    let key = fixture.secret_of_key().to_owned();
    let damaged = format!("{}00", &key[..key.len() - 2]);
    let mut reported = String::new();
    for secret in [&token, &key, &damaged] {
        for (method, path) in [("GET", "/v1/x"), ("DELETE", "/v1/things/7"), ("GET", "/v2")] {
            fixture.ask(method, path, secret);
            let inside = fixture.ask("GET", &format!("/nowhere/{secret}"), &token);
            reported.push_str(
                &fixture.admin.read(&format!("/why/{}", inside.request_id())).to_string(),
            );
            fixture.ask("GET", &format!("/v1/x?key={secret}"), "x");
        }
        fixture.gate_request("GET", "/v1/x").header("Authorization", secret).send();
        fixture.gate_request("GET", "/v1/x").header("X-Original-Host", secret).send();
    }
    reported.push_str(&fixture.admin.read("/refusals").to_string());
    reported.push_str(&fixture.server.log());
    assert!(reported.contains("no_route") && reported.contains("scope_lacking"));
    let token = token.rsplit('.').next().unwrap();
    for secret in [token, &key[key.len() - 30..key.len() - 2]] {
        assert!(!reported.contains(secret), "{secret} is told");
    }
}
