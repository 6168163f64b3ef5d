//! Health, readiness, metrics, and the portal.

use super::Site;
use crate::harness::http::{ask, get, post};
use crate::harness::{Server, ports};

#[test]
fn health_and_readiness_are_on_the_portal_and_on_every_realm() {
    let server = Server::dev();
    let demo = server.demo();
    let bases = demo["realms"].as_object().unwrap().values().map(|realm| realm["base"].as_str());
    for base in bases.flatten().chain([server.base.as_str()]) {
        for path in ["/healthz", "/readyz"] {
            let answer = get(base, path).send().expect(200);
            assert_eq!(answer.text(), "ok\n");
            assert!(!answer.request_id().is_empty());
            assert!(ask(base, "HEAD", path).send().expect(200).body.is_empty());
        }
    }
}

#[test]
fn the_portal_lists_the_realms_runs_no_script_and_shows_no_secret() {
    let server = Server::dev();
    let page = get(&server.base, "/").send().expect(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(!text.contains("<script") && !text.contains("style="), "{text}");
    for (realm, of_realm) in server.demo()["realms"].as_object().unwrap() {
        assert!(text.contains(of_realm["base"].as_str().unwrap()), "{realm}");
        for secret in ["admin_key", "refresh_token", "client_secret", "personal_access_token"] {
            let secret = of_realm[secret].as_str();
            assert!(secret.is_none_or(|secret| !text.contains(secret)), "{realm}");
        }
    }
    let style = text.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap();
    let style = get(&server.base, &format!("/assets/{style}")).send().expect(200);
    assert!(style.header("cache-control").unwrap().contains("immutable"));
    get(&server.base, "/assets/other.css").send().expect(404);
}

#[test]
fn metrics_tell_requests_tokens_refusals_and_commits() {
    let port = ports::one();
    let site = Site::new("rfc", "");
    let text = std::fs::read_to_string(site.folder.path().join("postern.toml")).unwrap();
    let text = format!("{text}[metrics]\naddress = \"127.0.0.1:{port}\"\n");
    std::fs::write(site.folder.path().join("postern.toml"), text).unwrap();
    let server = Server::serve(site.folder, &site.base);
    let fields = [("grant_type", "client_credentials"), ("client_id", "nobody")];
    post(&server.base, "/token").form(&fields).send().expect(401);
    get(&server.base, "/nowhere").send().expect(404);
    get(&server.base, "/metrics").send().expect(404);
    let metrics = format!("http://127.0.0.1:{port}");
    let page = get(&metrics, "/metrics").send().expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for line in [
        r#"postern_requests_total{realm="main",operation="token",status="401"} 1"#,
        r#"postern_requests_total{realm="main",operation="nowhere",status="404"} 2"#,
        r#"postern_refusals_total{realm="main",reason="unknown_client"} 1"#,
        r#"postern_tokens_issued_total{realm="main"} 0"#,
        r#"postern_request_duration_seconds_count{realm="main",operation="token"} 1"#,
        "postern_store_commits_total 1",
    ] {
        assert!(
            page.text().lines().any(|found| found == line),
            "{line} is not in\n{}",
            page.text()
        );
    }
    get(&metrics, "/healthz").send().expect(200);
    get(&metrics, "/token").send().expect(404);
}

#[test]
fn the_log_is_json_with_request_id_and_reason_and_without_secrets() {
    let site = Site::new("rfc", "");
    let server = Server::serve(site.folder, &site.base);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "nobody"),
        ("client_secret", "hunter2-hunter2-hunter2"),
    ];
    let refused = post(&server.base, "/token").form(&fields).send().expect(401);
    let log = server.log();
    let line = log.lines().find(|line| line.contains(refused.request_id())).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["request_id"], refused.request_id());
    assert_eq!(line["realm"], "main");
    assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    assert!(log.contains("\"reason\":\"unknown_client\""), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}
