//! What the pages print to be typed: curl against the proxy and against the gate itself.

use std::process::Command;

use super::pages::blocks;
use super::proxy::Kind;
use super::setting::{Postern, Setting};
use super::with_each_proxy;

with_each_proxy!(a_page_can_be_tried_as_printed);

/// What is printed and not run: it changes the machine's own services. The proxies themselves are
/// run with the same files by the other tests here.
const NOT_RUN: [(&str, &str); 7] = [
    ("apt-get install ", "installs packages"),
    ("a2enmod ", "writes into the machine's own Apache"),
    ("a2ensite ", "writes into the machine's own Apache and reloads it"),
    ("nginx -t && systemctl reload nginx", "reloads the machine's own nginx"),
    ("haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl", "reloads the machine's own HAProxy"),
    (
        "caddy validate --config /etc/caddy/Caddyfile && systemctl",
        "reloads the machine's own Caddy",
    ),
    ("envoy -c /etc/envoy/envoy.yaml", "does not end"),
];

/// The commands of the blocks of a page, each with the comment behind it.
fn commands(page: &str) -> Vec<(String, String)> {
    let text = blocks(page, "console").concat().replace("\\\n", " ");
    let lines = text.lines().map(|line| {
        let line = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{page}: {line}"));
        let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
        (command.trim().to_owned(), comment.trim().to_owned())
    });
    lines
        .filter(|(command, _)| !NOT_RUN.iter().any(|(start, _)| command.starts_with(start)))
        .collect()
}

/// Runs a `curl -i …`, with the ports and hosts of the pages where they are in this test.
fn curl(command: &str, key: &str, to: &[(&str, u16)]) -> String {
    assert!(command.starts_with("curl -i http://"), "what does this do? {command}");
    let to: String =
        to.iter().map(|(from, port)| format!(" --connect-to {from}:127.0.0.1:{port}")).collect();
    let around = format!("curl() {{ command curl -sS{to} \"$@\"; }}\nKEY={key}\n{command}");
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", &around]).output().unwrap();
    assert!(output.status.success(), "{around}\n{output:?}");
    String::from_utf8(output.stdout).unwrap().to_lowercase()
}

fn a_page_can_be_tried_as_printed(kind: Kind) {
    let page = match kind {
        Kind::Nginx | Kind::NginxOfTheReadme => "nginx.md",
        Kind::Haproxy => "haproxy.md",
        Kind::Apache => "apache.md",
        Kind::Caddy | Kind::CaddyNewer => "caddy.md",
        Kind::Envoy => "envoy.md",
        Kind::Traefik => "traefik.md",
    };
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let to = [("api.example.com:8000", setting.port())];
    let commands = commands(page);
    assert_eq!(commands.len(), 2, "{commands:?}");
    for (command, comment) in commands {
        let answer = curl(&command, &key, &to);
        match comment.as_str() {
            "401, and where to go" => {
                assert!(answer.starts_with("http/1.1 401 "), "{command}\n{answer}");
                assert!(answer.contains("resource_metadata="), "{command}\n{answer}");
            }
            "the API's answer" => {
                assert!(answer.starts_with("http/1.1 200 "), "{command}\n{answer}");
                assert!(answer.contains("x-api: reached"), "{command}\n{answer}");
            }
            other => panic!("what comes of {command}? {other:?}"),
        }
    }
}

#[test]
fn the_gate_is_asked_by_hand_as_printed() {
    let postern = Postern::start("original", &[]);
    let new = serde_json::json!({
        "organization": postern.organization, "label": "k", "scopes": ["contacts.read"],
    });
    let key = postern.admin.create("/api-keys", &new)["secret"].as_str().unwrap().to_owned();
    let commands = commands("README.md");
    assert_eq!(commands.len(), 1);
    let answer = curl(&commands[0].0, &key, &[("127.0.0.1:8444", postern.port)]);
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
    assert!(answer.contains("x-postern-audience: https://api.example.com"), "{answer}");
}

#[test]
fn an_api_refuses_a_lost_identity_as_printed() {
    let checks = "\nassert identity({'X-Postern-User': 'user_1'}, 'X-Postern-User') == 'user_1'\n\
        assert identity({'X-Postern-User': '-'}, 'X-Postern-User') is None\n\
        for lost in [{}, {'X-Postern-User': ''}]:\n\
        \x20   try:\n\
        \x20       identity(lost, 'X-Postern-User')\n\
        \x20   except PermissionError:\n\
        \x20       continue\n\
        \x20   raise SystemExit('a lost identity passed')\n";
    let code = super::pages::block("README.md", "python") + checks;
    let output = Command::new(crate::clients::python()).args(["-c", &code]).output().unwrap();
    assert!(output.status.success(), "{code}\n{output:?}");
}

#[test]
fn the_short_configuration_of_the_readme_works_as_printed() {
    let setting = Setting::new(Kind::NginxOfTheReadme);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").header("X-Request-Id", "chosen").bearer(&key);
    let passed = ask.send();
    let reported = super::setting::reached(&passed);
    let header = |name| super::setting::header(&reported, name);
    let subject = header("x-postern-subject");
    assert!(subject.len() == 1 && !subject[0].is_empty(), "{reported}");
    assert_eq!(header("x-postern-organization"), [setting.organization.as_str()]);
    let id = header("x-request-id");
    assert!(id.len() == 1 && id[0] != "chosen", "{reported}");
    assert_eq!(passed.request_id(), id[0]);

    let refused = setting.get("/v1/contacts/7").send().expect(401);
    assert!(refused.header("www-authenticate").unwrap().contains("resource_metadata="));
    assert!(refused.json()["error"].is_string());
    setting.get("/v1/unknown").bearer(&key).send().expect(403);
    let post = setting.ask("POST", "/v1/contacts/7").bearer(&key).text("text/plain", "x");
    assert_eq!(post.send().expect(403).json()["error"], "insufficient_scope");

    let log = setting.proxy.log();
    let line = |id: &str, organization: &str| {
        let wanted = format!("organization={organization} request_id={id}");
        assert!(log.contains(&wanted), "no {wanted} in\n{log}");
    };
    line(&id[0], &setting.organization);
    line(refused.request_id(), "");
}
