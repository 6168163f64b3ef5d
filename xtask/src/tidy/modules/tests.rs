//! What counts as an import, and what it stands for.

use super::super::tree::Tree;
use super::describe;

/// The imports of a crate made of `files`, as `level: from -> to`.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("crates/x/Cargo.toml", "[package]\nname = \"postern-x\"\n".to_owned())];
    all.extend(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    let mut found = Vec::new();
    for one in super::crates(&Tree::of(&all)) {
        for (path, level) in &one.graph.levels {
            found.extend(
                level.keys().map(|(from, to)| super::describe::entry(&one.name, path, from, to)),
            );
        }
    }
    found
}

const ROOT: &str = "crates/x/src/lib.rs";
const A: &str = "crates/x/src/a.rs";
const B: &str = "crates/x/src/b.rs";

/// The imports of `a`, which holds `text`, beside a module `b` that defines `Thing`.
fn of_a(text: &str) -> Vec<String> {
    imports(&[
        (ROOT, "mod a;\nmod b;\npub use b::Thing;\n"),
        (A, text),
        (B, "pub struct Thing;\npub mod inner { pub fn f() {} }\n"),
    ])
}

#[test]
fn each_way_to_name_another_module_is_an_import() {
    let ways = [
        "use crate::b::Thing;",
        "use super::b::Thing;",
        "use crate::{b::{self, Thing}};",
        "use crate::b::Thing as Other;",
        "use crate::b::*;",
        "fn f() -> crate::b::Thing { crate::b::Thing }",
        "fn f() { let x = super::b::Thing; }",
        "fn f() { assert_eq!(1, super::b::Thing); }",
        "fn f() { use crate::b; b::inner::f(); }",
        "#[serde(with = \"crate::b::inner\")] struct X;",
        "struct X { #[serde(with = \"crate::b::inner\")] field: u8 }",
        "mod deep { use super::super::b::Thing; }",
    ];
    for way in ways {
        assert_eq!(of_a(way), ["x: a -> b"], "{way}");
    }
}

#[test]
fn a_type_that_is_identified_and_named_is_imported() {
    assert_eq!(of_a("use crate::Thing; fn f(id: Id<Thing>) -> Thing {}"), ["x: a -> b"]);
}

#[test]
fn a_re_export_stands_for_the_module_that_defines_the_item() {
    assert_eq!(of_a("use crate::Thing;"), ["x: a -> b"]);
    assert_eq!(of_a("fn f(x: crate::Thing) {}"), ["x: a -> b"]);
}

#[test]
fn a_re_export_through_two_modules_is_followed() {
    let found = imports(&[
        (ROOT, "mod a;\nmod b;\nmod c;\npub use b::*;\n"),
        (A, "use crate::Thing;\n"),
        (B, "pub use crate::c::Thing;\n"),
        ("crates/x/src/c.rs", "pub struct Thing;\n"),
    ]);
    assert_eq!(found, ["x: a -> c", "x: b -> c"]);
}

#[test]
fn what_is_not_code_or_not_ours_is_no_import() {
    let none = [
        "/// See [`crate::b::Thing`].\nfn f() {}",
        "//! See [`crate::b::Thing`].",
        "// crate::b::Thing",
        "fn f() { let text = \"crate::b::Thing\"; }",
        "macro_rules! m { () => { $crate::b::Thing }; }",
        "use std::fmt; use base::b::Thing;",
        "fn f() { x.b::<u8>(); <T>::b(); }",
        "pub(in crate::b) struct X;",
        "fn f() { self::g(); } fn g() {}",
        "use crate::Thing; enum Other { #[x] Thing(Id<Thing>), Another }",
        "use crate::Thing; struct Other { of: Option<Id<Thing>> }",
    ];
    for text in none {
        assert_eq!(of_a(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn tests_may_import_what_they_like() {
    let tests = [
        "#[cfg(test)]\nmod tests { use crate::b::Thing; }",
        "#[cfg(test)]\nuse crate::b::Thing;",
        "#[cfg(test)]\nfn f() { crate::b::inner::f() }",
        "mod a_tests { use crate::b::Thing; }",
    ];
    for text in tests.iter().take(3) {
        assert_eq!(of_a(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_parent_that_lists_and_re_exports_its_children_imports_none_of_them() {
    let files = |parent: &'static str| {
        [
            (ROOT, "mod a;\n"),
            (A, parent),
            ("crates/x/src/a/in.rs", "use super::Shared;\npub struct T;\n"),
        ]
    };
    let below = imports(&files("mod r#in;\npub use r#in::T;\npub struct Shared;\n"));
    assert_eq!(below, Vec::<String>::new(), "a raw name is not a file");
    let files = |parent: &'static str| {
        [
            (ROOT, "mod a;\n"),
            (A, parent),
            ("crates/x/src/a/c.rs", "use super::Shared;\npub struct T;\n"),
        ]
    };
    let below = imports(&files("mod c;\npub use c::T;\npub struct Shared;\n"));
    assert_eq!(below, ["x::a: c -> self"]);
    let both = imports(&files("mod c;\npub use c::T;\npub struct Shared;\nfn f(t: T) {}\n"));
    assert_eq!(both, ["x::a: c -> self", "x::a: self -> c"]);
}

#[test]
fn a_child_module_sees_the_private_imports_of_its_parent() {
    let found = imports(&[
        (ROOT, "mod a;\nmod b;\n"),
        (A, "use crate::b::Thing;\nmod c;\n"),
        ("crates/x/src/a/c.rs", "use super::Thing;\n"),
        (B, "pub struct Thing;\n"),
    ]);
    assert_eq!(found, ["x: a -> b"]);
}

#[test]
fn the_printed_order_begins_at_the_bottom() {
    let files = [
        ("crates/x/Cargo.toml", "[package]\nname = \"postern-x\"\n".to_owned()),
        (ROOT, "mod a;\nmod b;\nmod c;\n".to_owned()),
        (A, "use crate::b;\n".to_owned()),
        (B, "fn f() {}\n".to_owned()),
        ("crates/x/src/c.rs", "use crate::{a, b};\n".to_owned()),
    ];
    let printed = describe(&Tree::of(&files));
    assert_eq!(printed, "x: 4 modules, 0 circles\n  order: b | a | c\n");
}
