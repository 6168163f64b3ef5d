//! A snapshot of every problem in every dialect.

use std::fmt::Write as _;

use dialect::Dialect;
use oauth::{ErrorResponse, Operation, Problem};

use crate::support::{CONTEXT, builtin, harbour, text};

/// Status and body of each problem at the token endpoint (or where there is none, anywhere).
fn table(dialect: &Dialect) -> String {
    let mut table = format!("[{}]\n", dialect.name());
    for problem in Problem::ALL {
        let failure = ErrorResponse::new(*problem, "why");
        let endpoint = dialect.endpoint(Operation::Token);
        let outgoing = dialect.encode_error(endpoint, &failure, &CONTEXT);
        let line = format!("{:<22} {} {}", problem.as_str(), outgoing.status, text(&outgoing));
        writeln!(table, "{}", line.trim_end()).unwrap();
    }
    table
}

#[test]
fn every_problem_in_every_dialect_has_its_status_and_body() {
    let dialects = Dialect::builtin_names().map(builtin).chain([harbour()]);
    let tables: Vec<String> = dialects.map(|dialect| table(&dialect)).collect();
    let found = tables.join("\n");
    let expected = include_str!("problems.txt");
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(
        found.lines().count(),
        expected.lines().count(),
        "expected tests/it/problems.txt to be:\n{found}"
    );
}
