//! The table of reasons as a whole: each row has the text that support needs, and `docs/reasons.md`
//! shows all rows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use engine::denial::{DeniedAt, PublicText, ReasonRow, Subject, TOPICS, hint};
use oauth::Problem;

fn rows() -> impl Iterator<Item = &'static ReasonRow> {
    TOPICS.iter().flat_map(|(_, rows)| rows.iter())
}

#[test]
fn every_reason_has_a_code_of_its_own_that_metrics_can_carry() {
    let mut codes = BTreeSet::new();
    for row in rows() {
        let plain = row.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(plain && !row.code.is_empty(), "{:?}", row.code);
        assert!(codes.insert(row.code), "{} is there twice", row.code);
    }
}

#[test]
fn every_hint_names_a_command_a_setting_or_a_field_and_no_two_are_alike() {
    let mut hints = BTreeSet::new();
    for row in rows() {
        let named = row.hint.split('`').skip(1).step_by(2).filter(|name| !name.is_empty());
        assert!(named.count() > 0, "{}: its hint names nothing in backticks", row.code);
        assert_eq!(row.hint.matches('`').count() % 2, 0, "{}: a backtick is missing", row.code);
        assert!(row.hint.ends_with('.') && !row.hint.contains("  "), "{}: {}", row.code, row.hint);
        assert!(hints.insert(row.hint), "{}: another reason has the same hint", row.code);
        assert_eq!(hint(row.code), Some(row.hint), "stored refusals are found by their code");
    }
    assert_eq!(hint("no_such_code"), None);
}

#[test]
fn public_texts_are_sentences_and_those_that_depend_on_a_secret_share_one() {
    let mut secret = BTreeSet::new();
    for row in rows() {
        if let PublicText::Fixed(text) = row.text {
            assert!(text.ends_with('.') && !text.contains('`'), "{}: {text}", row.code);
            if row.problem == Problem::InvalidClient && row.subject == Subject::Credential {
                secret.insert(text);
            }
        }
    }
    assert_eq!(secret.len(), 1, "{secret:?}");
}

/// The text of `docs/reasons.md`, made from the table.
fn page() -> String {
    let mut page = String::from(include_str!("reasons_head.md"));
    page.push_str("\n## Where it matters\n\n");
    page.push_str("| denied at | about the credential | about the client | about the state |\n");
    page.push_str("|---|---|---|---|\n");
    for at in DeniedAt::ALL {
        let cells = [Subject::Credential, Subject::Client, Subject::State].map(|subject| match at
            .instead(subject)
        {
            None => "–".to_owned(),
            Some((problem, Some(PublicText::Fixed(text)))) => format!("{}: {text}", shown(problem)),
            Some((problem, _)) => shown(problem),
        });
        writeln!(page, "| {at:?} | {} |", cells.join(" | ")).unwrap();
    }
    for (topic, rows) in TOPICS {
        write!(
            page,
            "\n## {topic}\n\n| code | level | about | problem | the caller reads | hint |\n"
        )
        .unwrap();
        page.push_str("|---|---|---|---|---|---|\n");
        for row in *rows {
            let text = match row.text {
                PublicText::Fixed(text) => text,
                PublicText::Explanation | PublicText::Sentence => "*the explanation*",
            };
            let about = format!("{:?}", row.subject).to_lowercase();
            let level = format!("{:?}", row.level).to_lowercase();
            let problem = shown(row.problem);
            writeln!(
                page,
                "| `{}` | {level} | {about} | {problem} | {text} | {} |",
                row.code, row.hint
            )
            .unwrap();
        }
    }
    page
}

fn shown(problem: Problem) -> String {
    format!("`{}` {}", problem.as_str(), problem.status())
}

#[test]
fn the_page_for_support_shows_the_whole_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reasons.md");
    let expected = page();
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if found != expected {
        let new = concat!(env!("CARGO_TARGET_TMPDIR"), "/reasons.md");
        std::fs::write(new, &expected).unwrap();
        panic!("docs/reasons.md is not as the table has it: look at {new}, and copy it there");
    }
}
