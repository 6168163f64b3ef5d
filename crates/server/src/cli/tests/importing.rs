//! Reading import files.

use std::path::PathBuf;

use crate::cli::import::reading::{Batches, Done, Format, Rows};

fn file(name: &str, text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// The rows that are refused before anything is sent, and the rows that are sent.
fn read(name: &str, text: &[u8], format: Format) -> (Vec<(u64, String)>, Vec<serde_json::Value>) {
    let (_folder, path) = file(name, text);
    let mut batches = Batches::new(Rows::open(&path, format).unwrap(), None, false);
    let (mut problems, mut sent) = (Vec::new(), Vec::new());
    while let Some(batch) = batches.next().unwrap() {
        let tokens = batch.plan().body.as_ref().unwrap()["tokens"].as_array().cloned();
        sent.extend(tokens.unwrap_or_default());
        let Done { problems: some, .. } = batch.done(&serde_json::Value::Null);
        problems.extend(some);
    }
    (problems, sent)
}

#[test]
fn csv_rows_know_their_lines_and_missing_fields_are_named() {
    let text = b"id,secret,organization,scopes\nt1,s1,acme,read write\nt2,,acme,\n\"t\n3\",s3,acme,\nt4,s4,acme,x,y\nt5,s5,acme,\n";
    let (problems, sent) = read("a.csv", text, Format::Csv);
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert_eq!(sent[0]["scopes"], serde_json::json!(["read", "write"]));
    assert!(sent[2].get("scopes").is_none());
    assert_eq!(problems[0], (3, "secret is missing".to_owned()));
    assert_eq!(problems[1].0, 6, "a quoted line feed counts: {problems:?}");
}

#[test]
fn json_lines_are_checked_one_by_one_and_no_value_is_repeated() {
    let text =
        b"{\"id\":\"t1\",\"secret\":\"hunter2\",\"organization\":\"acme\",\"label\":null}\n\n\
        {\"id\":\"t2\",\"secret\":7,\"organization\":\"acme\"}\nnonsense hunter2\n[1]\n\
        {\"id\":\"t3\",\"secret\":\"s\",\"organisation\":\"acme\"}\n\
        {\"id\":\"t4\",\"secret\":\"s\",\"organization\":\"acme\",\"scopes\":\"hunter2\"}\n\xff\n";
    let (problems, sent) = read("a.jsonl", text, Format::Jsonl);
    assert_eq!(sent.len(), 1);
    let lines: Vec<u64> = problems.iter().map(|it| it.0).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
    assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    assert!(problems[3].1.contains("organisation"), "{problems:?}");
}

#[test]
fn an_unknown_header_is_refused_with_its_position() {
    for header in ["id,secret\n", "id,secret,organization,colour\n"] {
        let (_folder, path) = file("a.csv", header.as_bytes());
        let Err(error) = Rows::open(&path, Format::Csv) else { panic!("{header}") };
        assert!(error.to_string().contains("a.csv:1: "), "{error}");
    }
}

#[test]
fn batches_hold_at_most_500_rows() {
    let rows: String = (0..1_201).map(|n| format!("t{n},s,acme\n")).collect();
    let (_folder, path) = file("a.csv", format!("id,secret,organization\n{rows}").as_bytes());
    let mut batches = Batches::new(Rows::open(&path, Format::Csv).unwrap(), None, false);
    let mut sizes = Vec::new();
    while let Some(batch) = batches.next().unwrap() {
        sizes.push(batch.plan().body.as_ref().unwrap()["tokens"].as_array().unwrap().len());
    }
    assert_eq!(sizes, [500, 500, 201]);
}

#[test]
fn a_quote_that_is_not_closed_ends_the_import_with_its_line() {
    let row = "t,s,acme,read write\n";
    let text =
        format!("id,secret,organization,scopes\n{row}{row}t,\"s,acme,\n{}", row.repeat(100_000));
    let (_folder, path) = file("a.csv", text.as_bytes());
    let mut rows = Rows::open(&path, Format::Csv).unwrap();
    for _ in 0..2 {
        assert!(rows.next().unwrap().unwrap().1.is_ok());
    }
    let error = rows.next().unwrap_err().to_string();
    let expected = "line 4: the row is longer than 262144 bytes; is a quote not closed?";
    assert_eq!(error, expected);
}

#[test]
fn many_rows_are_not_one_row_that_is_too_long() {
    let text = format!("id,secret,organization\n{}", "t,s,acme\n".repeat(60_000));
    let (_folder, path) = file("a.csv", text.as_bytes());
    let mut rows = Rows::open(&path, Format::Csv).unwrap();
    let mut count = 0;
    while let Some((_, row)) = rows.next().unwrap() {
        count += u32::from(row.is_ok());
    }
    assert_eq!(count, 60_000);
}

#[test]
fn a_doubled_member_is_refused_by_name() {
    let text =
        b"{\"id\":\"t1\",\"secret\":\"hunter2\",\"organization\":\"acme\",\"secret\":\"other\"}\n\
        {\"id\":\"t1\",\"secret\":\"s\",\"organization\":\"acme\",\"hunter2\":1,\"hunter2\":2}\n";
    let (problems, sent) = read("a.jsonl", text, Format::Jsonl);
    assert!(sent.is_empty(), "{sent:?}");
    assert_eq!(problems[0], (1, "two members are called secret".to_owned()));
    assert_eq!(problems[1], (2, "two members are called the same".to_owned()));
}
