//! The commands of the README, and those that `dev` prints, run unchanged.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::clients::{python, root};
use crate::dialects::person::{Person, parameter};
use crate::harness::Server;

/// The fenced shell blocks of the README.
fn blocks() -> Vec<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let fenced = text.split("```sh\n").skip(1);
    fenced.map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// A shell where `.postern/` is the data of `server`. HTTPie is one of the tests' Python packages.
fn bash(server: &Server) -> Command {
    let data = server.folder().join(".postern");
    if !data.exists() {
        std::os::unix::fs::symlink(server.folder().join("data"), &data).unwrap();
    }
    let mut bash = Command::new("bash");
    bash.current_dir(server.folder()).env("HOME", server.folder());
    bash
}

/// The commands at the start.
fn prelude() -> String {
    let packages = python().parent().map(Path::to_path_buf).unwrap();
    format!("set -euo pipefail\nPATH={}:$PATH\n", packages.display())
}

/// Runs commands. Returns their output.
fn shell(server: &Server, commands: &str) -> String {
    let output = bash(server)
        .args(["-c", &format!("{}{commands}", prelude())])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let reported = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{commands}\n{printed}\n{reported}");
    assert!(reported.is_empty(), "{commands}\n{reported}");
    printed
}

/// What the output of each block contains, by a text in the block that identifies it.
const EXPECTED: [(&str, &[&str]); 6] = [
    ("speculo.base)/v1/contacts", &["\"contacts\":[{\"id\":\"contact_", "\"pageSize\":50"]),
    (
        "spendesk.base)/v1/settlements",
        &["\"name\":\"Atelier Nord SAS\"", "\"data\":[{\"id\":\"set_"],
    ),
    ("spiko.base)/v1/investors/", &["[{\"id\":", "\"type\":\"business\""]),
    ("fyma.base)/tracking-cameras", &["\"id\":\"cam_", "\"tracked_classes\""]),
    ("speckle.base)/graphql", &["{\"data\":{\"activeUser\":{\"id\":"]),
    ("/admin/v1/why/", &["white_space"]),
];

/// Two blocks with a user's step between them.
const WITH_PEOPLE: [&str; 2] = ["/admin/v1/clients", "read -r -p"];

/// An interactive shell.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: BufReader<ChildStdout>,
}

impl Terminal {
    fn open(server: &Server) -> Self {
        let mut command = bash(server);
        command.arg("-s").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut terminal = Self { child, keys, screen: BufReader::new(screen) };
        terminal.put(&prelude());
        terminal
    }

    fn put(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The next line that begins with `prefix`.
    fn line(&mut self, prefix: &str) -> String {
        let mut line = String::new();
        while self.screen.read_line(&mut line).unwrap() > 0 {
            if line.starts_with(prefix) {
                return line.trim_end().to_owned();
            }
            line.clear();
        }
        panic!("no line that begins with {prefix}");
    }

    /// All further output.
    fn end(mut self) -> String {
        drop(self.keys);
        let lines: Vec<String> = self.screen.lines().map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success(), "{lines:?}");
        lines.join("\n")
    }
}

/// Opens an address from a terminal, consents, and reads the code in the last address.
fn in_the_browser(demo: &Value, address: &str) -> String {
    let mut person = Person::of(demo);
    if let Some(company) = demo["companies"][0]["name"].as_str() {
        person = person.choosing(company);
    }
    let target = address.strip_prefix(demo["base"].as_str().unwrap()).unwrap();
    let back = person.follow(target);
    let code = parameter(&back, "code").or_else(|| parameter(&back, "access_code"));
    code.unwrap_or_else(|| panic!("{back}"))
}

#[test]
fn the_flow_with_people_of_the_readme_works_as_printed() {
    let server = Server::dev();
    let demo = &server.demo()["realms"]["spiko"];
    let blocks = blocks();
    let of = |text: &str| blocks.iter().find(|block| block.contains(text)).unwrap();
    let mut terminal = Terminal::open(&server);
    terminal.put(&blocks[0]);
    terminal.put(of(WITH_PEOPLE[0]));
    let code = in_the_browser(demo, &terminal.line("http"));
    // The block reads what is typed next: it comes after its first line.
    let (read, rest) = of(WITH_PEOPLE[1]).split_once('\n').unwrap();
    terminal.put(&format!("{read}\n{code}\n{rest}"));
    let printed = terminal.end();
    assert!(printed.contains("\"type\":\"business\""), "{printed}");
    assert!(printed.contains("\"refresh_token\":\"spiko_rt_"), "{printed}");
}

#[test]
fn every_block_of_the_readme_works_as_printed() {
    let server = Server::dev();
    let blocks = blocks();
    let (helpers, flows) = blocks.split_first().unwrap();
    let (with_people, flows): (Vec<_>, Vec<_>) =
        flows.iter().partition(|block| WITH_PEOPLE.iter().any(|of| block.contains(of)));
    assert_eq!(with_people.len(), WITH_PEOPLE.len(), "these are run by a test of their own");
    assert_eq!(flows.len(), EXPECTED.len(), "each block of the README is expected here");
    for block in flows {
        let known = EXPECTED.iter().find(|(of, _)| block.contains(of));
        let (of, expected) = known.unwrap_or_else(|| panic!("what does this do?\n{block}"));
        // Twice: running the commands uses nothing up.
        for _ in 0..2 {
            let printed = shell(&server, &format!("{helpers}\n{block}"));
            let dense: String = printed.replace(": ", ":").replace(", ", ",");
            for text in *expected {
                assert!(dense.contains(text), "{of}: no {text} in\n{printed}");
            }
        }
    }
}

#[test]
fn every_block_that_dev_prints_works_as_printed() {
    let server = Server::dev();
    let printed = server.printed();
    let expected = [
        ("speculo", "\"contacts\""),
        ("spendesk", "\"pagination\""),
        ("spiko", "\"type\""),
        ("fyma", "\"tracked_classes\""),
        ("speckle", "\"activeUser\""),
    ];
    for (realm, text) in expected {
        let (_, rest) = printed.split_once(&format!("\n# {realm}\n")).unwrap();
        let block = rest.split("\n\n").next().unwrap();
        let printed = shell(&server, block);
        assert!(printed.contains(text), "{block}\n{printed}");
        assert!(!printed.contains("\"error"), "{block}\n{printed}");
    }
}

#[test]
fn the_app_of_every_block_that_dev_prints_gets_its_tokens_from_a_person() {
    let server = Server::dev();
    let printed = server.printed();
    for (realm, member) in
        [("spendesk", "refresh_token"), ("spiko", "refresh_token"), ("speckle", "refreshToken")]
    {
        let demo = &server.demo()["realms"][realm];
        let (_, rest) = printed.split_once(&format!("\n# {realm}\n")).unwrap();
        let block = rest.split("\n\n").next().unwrap();
        let (_, app) = block.split_once("# An app with people").unwrap();
        let mut terminal = Terminal::open(&server);
        terminal.put(&format!("# {app}\n"));
        let code = in_the_browser(demo, &terminal.line("http"));
        terminal.put(&format!("finish {code}\n"));
        let reported = terminal.end();
        let tokens: Value =
            serde_json::from_str(reported.trim()).unwrap_or_else(|_| panic!("{reported}"));
        assert!(tokens[member].is_string(), "{realm}: {reported}");
    }
}
