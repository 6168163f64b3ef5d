//! Every rule is shown to fail on a tree that breaks it, at the place that breaks it, and to be
//! silent on the same tree mended.

use super::tree::Tree;
use super::*;

struct Fixture {
    rule: &'static str,
    /// The file and line where the rule must find something, and only there.
    at: (&'static str, usize),
    broken: Vec<(&'static str, String)>,
    mended: Vec<(&'static str, String)>,
}

const ROOT: &str = r#"
[workspace.dependencies]
base = { package = "postern-base", path = "crates/base" }
web = { package = "postern-web", path = "crates/web" }
store = { package = "postern-store", path = "crates/store" }
store-suite = { package = "postern-store-suite", path = "crates/store-suite" }
verify = { package = "postern-verify", path = "crates/verify" }
web-framework = { package = "axum", version = "1" }
rusqlite = "1"
"#;

fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\n{rest}")
}

fn workspace(path: &'static str, name: &str, rest: &str) -> Vec<(&'static str, String)> {
    let others = ["base", "web", "store", "store-suite", "verify"];
    let mut files: Vec<(&'static str, String)> = others
        .iter()
        .map(|other| format!("postern-{other}"))
        .filter(|other| other != name)
        .map(|other| ("somewhere/Cargo.toml", package(&other, "")))
        .collect();
    files.push(("Cargo.toml", ROOT.to_owned()));
    files.push((path, package(name, rest)));
    files
}

fn edge(path: &'static str, name: &str, broken: &str, mended: &str) -> Fixture {
    let (broken, mended) = (workspace(path, name, broken), workspace(path, name, mended));
    Fixture { rule: "imports-point-down", at: (path, 4), broken, mended }
}

fn depends(
    rule: &'static str,
    path: &'static str,
    names: (&str, &str),
    dependency: &str,
) -> Fixture {
    let rest = format!("[dependencies]\n{dependency}.workspace = true\n");
    let (broken, mended) = (workspace(path, names.0, &rest), workspace(path, names.1, &rest));
    Fixture { rule, at: (path, 4), broken, mended }
}

fn text(rule: &'static str, at: (&'static str, usize), broken: String, mended: &str) -> Fixture {
    Fixture { rule, at, broken: vec![(at.0, broken)], mended: vec![(at.0, mended.to_owned())] }
}

fn fixtures() -> Vec<Fixture> {
    let mut all = manifests();
    all.extend(sources());
    all.extend(leftovers());
    all.extend(pages());
    all.extend(modules());
    all.extend(commits());
    all.extend(prose());
    all.extend(threats());
    all.extend(examples());
    all
}

fn manifests() -> Vec<Fixture> {
    let up = "[dependencies]\nweb.workspace = true\n";
    let down = "[dependencies]\nbase.workspace = true\n";
    let renamed = "[dependencies]\nx = { package = \"postern-web\", path = \"../web\" }\n";
    let for_linux = "[target.'cfg(unix)'.dependencies]\nweb.workspace = true\n";
    let for_builds = "[build-dependencies]\nweb.workspace = true\n";
    let suite = "[dependencies]\nstore-suite.workspace = true\n";
    let suite_for_tests = "[dev-dependencies]\nstore-suite.workspace = true\n";
    let verify = "[dependencies]\nverify.workspace = true\n";
    let tests_with_verify = "[dev-dependencies]\nverify.workspace = true\n";
    let base = "crates/base/Cargo.toml";
    let sqlite = "crates/store-sqlite/Cargo.toml";
    let demo = "examples/demo-apis/Cargo.toml";
    vec![
        edge(base, "postern-base", up, ""),
        edge(base, "postern-base", renamed, ""),
        edge(base, "postern-base", for_linux, ""),
        edge(base, "postern-base", for_builds, ""),
        edge("crates/engine/Cargo.toml", "postern-engine", suite_for_tests, down),
        edge("crates/new/Cargo.toml", "postern-new", down, ""),
        edge(sqlite, "postern-store-sqlite", suite, suite_for_tests),
        edge(sqlite, "postern-store-sqlite", tests_with_verify, suite_for_tests),
        edge(demo, "postern-demo-apis", down, verify),
        depends("no-http-below-web", base, ("postern-engine", "postern-web"), "web-framework"),
        depends(
            "no-sql-above-the-store",
            base,
            ("postern-web", "postern-store-sqlite"),
            "rusqlite",
        ),
    ]
}

fn sources() -> Vec<Fixture> {
    let long = |lines: usize| "//! Long.\n".repeat(lines);
    let prints = "//! Doc.\n/// println!(no)\nfn f() { println!(\"x\") }\n".to_owned();
    let writes = "//! Doc.\nfn f() { writeln!(out, \"x\") }\n#[cfg(test)]\nmod tests {\n    // x\n    \
                  fn g() { println!(\"y\") }\n}\n";
    let embeds = "//! Doc.\n    (\"fyma\", include_str!(\"../dialects/fyma.toml\")),\n";
    let (engine, list) = ("crates/engine/src/a.rs", "crates/dialect/src/a.rs");
    let names = |name: &str| format!("//! Doc.\nuse {name} as x;\n");
    let words = "//! A door.\n/// A door.\nstruct Door { door: u8 }\n".to_owned();
    vec![
        text("small-files", ("crates/x/src/a.rs", 501), long(501), &long(500)),
        text("files-say-what-they-own", ("crates/x/src/a.rs", 1), "fn f() {}\n".into(), "//! F.\n"),
        text("files-say-what-they-own", ("crates/x/tests/a.rs", 1), String::new(), "//! F.\n"),
        text("printing-is-for-commands", ("crates/x/src/a.rs", 3), prints, writes),
        text(
            "backends-only-in-server",
            ("crates/web/src/a.rs", 2),
            names("store_sqlite"),
            "//! A\n",
        ),
        text("backends-only-in-server", ("crates/store/src/a.rs", 2), names("store_postgres"), ""),
        text("dialects-are-data", (engine, 2), names("Speckle"), "//! Doc.\nlet name;\n"),
        text(
            "names-are-plain",
            (engine, 3),
            words,
            "//! D.\nfn f(door: u8) { let door = Open::Door; }\n",
        ),
        Fixture {
            rule: "names-are-plain",
            at: ("crates/x/src/door/a.rs", 1),
            broken: vec![("crates/x/src/door/a.rs", "//! Doc.\n".to_owned())],
            mended: vec![("crates/x/src/indoors/a.rs", "//! Doc.\n".to_owned())],
        },
        text("dialects-are-data", (list, 2), names("fyma"), embeds),
    ]
}

fn leftovers() -> Vec<Fixture> {
    let at = |needle: &str| format!("one\nsee {needle} here\n");
    let fine = "one\nsee TODOS, autotodo and homework/x here\n";
    let mut all: Vec<Fixture> = Vec::new();
    for needle in [concat!("/wo", "rk/x"), concat!("/ro", "ot/x"), concat!("/fa", "rm/x")] {
        all.push(text("no-machine-paths", ("docs/a.md", 2), at(needle), fine));
    }
    for needle in [concat!("https://index.", "crates.io/"), concat!("registry.", "npmjs.org")] {
        all.push(text(
            "no-registry-hosts",
            ("tests/clients/package-lock.json", 2),
            at(needle),
            fine,
        ));
    }
    for needle in [concat!("pypi.org/", "simple"), concat!("files.", "pythonhosted.org")] {
        all.push(text("no-registry-hosts", ("a.txt", 2), at(needle), fine));
    }
    for needle in [concat!("TO", "DO"), concat!("to", "do!()"), concat!("#[ign", "ore]")] {
        all.push(text("nothing-left-undone", ("crates/x/src/a.rs", 2), at(needle), fine));
    }
    all
}

fn pages() -> Vec<Fixture> {
    let rule = "decisions-fit-a-page";
    let (list, page) = ("docs/decisions/README.md", "docs/decisions/0001-a.md");
    let listed = (list, "- [A](0001-a.md)\n".to_owned());
    let short = (page, "# A\n".to_owned());
    let fixture =
        |at, broken| Fixture { rule, at, broken, mended: vec![listed.clone(), short.clone()] };
    vec![
        fixture((page, 81), vec![listed.clone(), (page, "x\n".repeat(81))]),
        fixture((page, 1), vec![(list, "none\n".to_owned()), short.clone()]),
        fixture((list, 1), vec![listed.clone()]),
    ]
}

fn modules() -> Vec<Fixture> {
    let manifest = ("crates/x/Cargo.toml", package("postern-x", ""));
    let files = |more: &[(&'static str, &str)]| {
        let more = more.iter().map(|(path, text)| (*path, (*text).to_owned()));
        more.chain([manifest.clone()]).collect::<Vec<_>>()
    };
    let root = ("crates/x/src/lib.rs", "mod a;\nmod b;\n");
    let (up, down) =
        (("crates/x/src/a.rs", "\nuse crate::b::B;\n"), ("crates/x/src/b.rs", "use super::a;"));
    let alone = ("crates/x/src/b.rs", "pub struct B;");
    let rule = "modules-form-no-circle";
    let mended = files(&[root, up, alone]);
    let crates = |left_out: &str| {
        let names = super::edges::listed().filter(|name| *name != left_out);
        names.map(|name| ("crates/x/Cargo.toml", package(name, ""))).collect()
    };
    vec![
        order(),
        Fixture { rule, at: (up.0, 2), broken: files(&[root, up, down]), mended },
        Fixture {
            rule: "listed-crates-exist",
            at: ("xtask/src/tidy/edges.rs", 0),
            broken: crates("verify"),
            mended: crates(""),
        },
    ]
}

fn commits() -> Vec<Fixture> {
    let rule = "few-files-commit";
    let commits = "//! D.\nasync fn f(ctx: &W) { ctx.store.commit(batch).await }\n".to_owned();
    let reserves = "//! D.\nfn f(s: &S) {\n    s.reserve_status_indexes(realm, 1)\n}\n".to_owned();
    let names = "//! D.\nuse store::{Loaded, Store};\n".to_owned();
    let in_test = "//! D.\nuse store::StoreReader;\n#[cfg(test)]\nmod tests {\n    use store::Store;\n    \
                   fn f() { store.commit(batch) }\n}\n";
    let elsewhere = |text: &str| {
        let files = [
            "crates/engine/src/settle.rs",
            "crates/store-sqlite/src/a.rs",
            "crates/engine/tests/it/a.rs",
        ];
        files.map(|path| (path, text.to_owned())).to_vec()
    };
    let fixture = |at: (&'static str, usize), broken: String| Fixture {
        rule,
        at,
        mended: [elsewhere(&broken), vec![(at.0, in_test.to_owned())]].concat(),
        broken: vec![(at.0, broken)],
    };
    vec![
        fixture(("crates/engine/src/admin/users.rs", 2), commits.clone()),
        fixture(("crates/web/src/endpoint.rs", 2), commits),
        fixture(("crates/engine/src/token.rs", 3), reserves),
        fixture(("crates/engine/src/token.rs", 2), names),
    ]
}

/// A crate with a declared order, in which the lowest module imports the highest.
fn order() -> Fixture {
    let layers = super::modules::layers("status");
    let top = layers.last().and_then(|layer| layer.first()).copied().unwrap();
    let declared = layers.iter().flat_map(|layer| layer.iter());
    let root: String = declared.map(|name| format!("mod {name};\n")).collect();
    let lowest = ("crates/status/src/mark.rs", format!("\n\nuse crate::{top}::X;\n"));
    let highest = ("crates/status/src/list.rs", "pub struct X;".to_owned());
    let manifest = ("crates/status/Cargo.toml", package("postern-status", ""));
    let root = ("crates/status/src/lib.rs", root);
    let stubs = layers
        .iter()
        .flat_map(|layer| layer.iter())
        .filter(|name| !["mark", "list"].contains(name));
    let mended: Vec<_> = stubs
        .map(|name| (&*format!("crates/status/src/{name}.rs").leak(), String::new()))
        .chain([manifest, root, highest])
        .collect();
    let broken = mended.iter().cloned().chain([lowest]).collect();
    let mended = mended.into_iter().chain([("crates/status/src/mark.rs", String::new())]).collect();
    Fixture { rule: "modules-point-down", at: ("crates/status/src/mark.rs", 3), broken, mended }
}

fn prose() -> Vec<Fixture> {
    let long = |start: &str| format!("{start}{}\n", "word ".repeat(24));
    let exempt = format!(
        "{}{}{}```text\n{}```\n- {}\n",
        long("# A "),
        long("| a "),
        long("![a "),
        long("a "),
        "x".repeat(130)
    );
    let prose = |line, broken: String| text("prose-wraps", ("docs/a.md", line), broken, &exempt);
    vec![
        prose(1, long("a ")),
        prose(3, format!("```sh\n```\n{}", long("- "))),
        prose(0, "```text\na\n".to_owned()),
    ]
}

fn threats() -> Vec<Fixture> {
    let page = "docs/threat-model.md";
    let tests = ("crates/x/tests/a.rs", "//! A.\n#[test]\nfn one_holds() {}\n".to_owned());
    let table = |row: &str| (page, format!("| who | shown by |\n|---|---|\n{row}\n"));
    let fixture = |row: &str| Fixture {
        rule: "the-threat-model-names-tests",
        at: (page, 3),
        broken: vec![tests.clone(), table(row)],
        mended: vec![tests.clone(), table("| a `thing` | `one_holds` |")],
    };
    vec![fixture("| a | `one_holds`, `another_holds` |"), fixture("| a `one_holds` | nothing |")]
}

fn examples() -> Vec<Fixture> {
    let (manifest, source) = ("crates/x/Cargo.toml", "crates/x/src/a.rs");
    let says = |doctest: &str| (manifest, package("postern-x", &format!("[lib]\n{doctest}")));
    let text =
        |fence: &str| (source, format!("//! A.\n/// ```json\n/// {{}}\n/// ```\n/// {fence}\n"));
    let fixture = |fence, mended| Fixture {
        rule: "examples-are-run",
        at: (source, 5),
        broken: vec![says("doctest = false\n"), text(fence)],
        mended,
    };
    vec![
        fixture("```", vec![says(""), text("```")]),
        fixture("```no_run", vec![says("doctest = false\n"), text("```text")]),
    ]
}

#[test]
fn every_rule_fails_where_it_is_broken_and_only_there() {
    for fixture in fixtures() {
        let found = found(fixture.rule, &fixture.broken);
        let places: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(places, [fixture.at], "{}: {found:?}", fixture.rule);
    }
}

#[test]
fn every_rule_is_silent_once_mended() {
    for fixture in fixtures() {
        assert_eq!(found(fixture.rule, &fixture.mended), [], "{}", fixture.rule);
    }
}

#[test]
fn every_rule_has_a_fixture() {
    let fixtures = fixtures();
    for rule in RULES {
        assert!(fixtures.iter().any(|fixture| fixture.rule == rule.name), "{}", rule.name);
    }
}

#[test]
fn a_finding_names_file_line_and_rule() {
    let found = found("small-files", &[("a.rs", "x\n".repeat(501))]);
    let printed = found.first().map(ToString::to_string).unwrap();
    assert_eq!(printed, "a.rs:501: small-files: 501 lines; past 500 it is two files");
}

fn found(rule: &str, files: &[(&'static str, String)]) -> Vec<Finding> {
    let tree = Tree::of(files);
    findings(&tree).into_iter().filter(|finding| finding.rule == rule).collect()
}
