//! The examples of the crate's README are valid dialect files, and its reference has every key.

use dialect::Dialect;

const README: &str = include_str!("../../README.md");

/// The dialects that the README prints. It prints a configuration, too, which is not read here.
fn dialects() -> Vec<&'static str> {
    let blocks = README.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| !block.starts_with("[[realms]]\n")).collect()
}

#[test]
fn every_example_loads() {
    let dialects = dialects();
    assert_eq!(dialects.len(), 5);
    for dialect in dialects {
        Dialect::parse("README.md", dialect).unwrap_or_else(|e| panic!("{e}\n{dialect}"));
    }
}

/// Provokes the error messages that list the keys of each table, and looks for the keys in the
/// README.
#[test]
fn every_key_and_placeholder_has_a_line_in_the_reference() {
    for unknown in [
        "oops = 1",
        "[[endpoint]]\noperation = \"token\"\noops = 1",
        "[[endpoint]]\noperation = \"token\"\nparameters = { oops = \"a\" }",
        "[[endpoint]]\noperation = \"token\"\nparameters = { scope = { oops = \"a\" } }",
        "[[endpoint]]\noperation = \"token\"\nsuccess = { oops = 1 }",
        "[[endpoint]]\noperation = \"token\"\nsuccess = { body = { a = \"{oops}\" } }",
        "[[endpoint]]\noperation = \"introspection\"\nsuccess = { body = { a = \"{oops}\" } }",
        "[errors]\noops = 1",
        "[errors.body]\na = \"{oops}\"",
        "[errors.problems]\noops = {}",
        "[errors.problems]\ninvalid_client = { oops = 1 }",
        "[quota]\noops = 1",
        "[quota]\nwindow = \"{oops}\"",
        "[identifiers]\noops = \"\"",
        "[secrets]\noops = { prefix = \"\" }",
        "[secrets]\napi_key = { prefix = \"\", oops = 1 }",
        "[lifetimes]\noops = 1",
        "[refresh]\noops = 1",
        "[redirect]\noops = 1",
        "[state]\noops = 1",
        "[pkce]\noops = 1",
        "[authorization]\noops = 1",
        "[[endpoint]]\noperation = \"authorization\"\nredirect = { oops = 1 }",
        "[[endpoint]]\noperation = \"authorization\"\nredirect = { success = [\"a={oops}\"] }",
        "[[endpoint]]\noperation = \"authorization\"\nredirect = { failure = [\"a={oops}\"] }",
        "[[endpoint]]\noperation = \"end_session\"\nredirect = { oops = 1 }",
        "[[endpoint]]\noperation = \"userinfo\"\nsuccess = { body = { a = \"{oops}\" } }",
        "[[endpoint]]\noperation = \"revocation\"\noops = 1",
        "[access_token]\noops = 1",
        "[access_token]\nclaims = { a = \"{oops}\" }",
    ] {
        let source = format!("name = \"own\"\n{unknown}");
        let message = Dialect::parse("own.toml", &source).unwrap_err().message;
        let (what, expected) = message.split_once("; expected one of ").unwrap();
        assert!(what.contains("oops"), "{message}");
        for key in expected.split(", ") {
            let key = key.trim_matches('"');
            assert!(README.contains(&format!("`{key}`")), "the README has no `{key}` ({what})");
        }
    }
}
