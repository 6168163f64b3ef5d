//! Groups rows into requests that fit the admin API: at most 500 rows and a mebibyte each.

use serde_json::{Map, Value};

use super::file::{Row, Rows};
use crate::cli::plan::{Plan, body};
use crate::error::CommandError;

/// The largest number of rows in one request.
const MAX_ROWS: usize = 500;
/// The largest number of bytes of rows, which is less than the limit of bodies.
const MAX_BYTES: usize = 900 * 1024;

/// Groups rows into batches.
pub(crate) struct Batches {
    rows: Rows,
    audience: Option<String>,
    allow_weak: bool,
}

/// A batch of rows.
pub(crate) struct Batch {
    plan: Plan,
    /// Line and id of each row that is sent, in order.
    sent: Vec<(u64, String)>,
    /// Line and problem of each row that is not sent.
    problems: Vec<(u64, String)>,
}

/// The result of a batch.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) imported: u64,
    pub(crate) unchanged: u64,
    /// Those of both with a secret that can be guessed.
    pub(crate) weak: u64,
    /// Line and problem of each row that was refused.
    pub(crate) problems: Vec<(u64, String)>,
}

impl Batches {
    pub(crate) const fn new(rows: Rows, audience: Option<String>, allow_weak: bool) -> Self {
        Self { rows, audience, allow_weak }
    }

    /// The next batch; `None` at the end of the file.
    ///
    /// # Errors
    /// When reading the file fails.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>, CommandError> {
        let mut tokens = Vec::new();
        let (mut sent, mut problems, mut bytes) = (Vec::new(), Vec::new(), 0);
        while tokens.len() < MAX_ROWS && problems.len() < MAX_ROWS && bytes < MAX_BYTES {
            let Some((line, row)) = self.rows.next()? else { break };
            match checked(row) {
                Ok(row) => {
                    bytes += size(&row);
                    sent.push((line, id_of(&row)));
                    tokens.push(Value::Object(row));
                }
                Err(problem) => problems.push((line, problem)),
            }
        }
        if tokens.is_empty() && problems.is_empty() {
            return Ok(None);
        }
        let body = body([
            ("audience", self.audience.clone().into()),
            ("allow_weak", self.allow_weak.into()),
            ("tokens", tokens.into()),
        ]);
        let plan = Plan::post(&["legacy-tokens", "import"], body);
        Ok(Some(Batch { plan, sent, problems }))
    }
}

fn checked(row: Row) -> Result<Map<String, Value>, String> {
    let row = row?;
    match ["id", "secret", "organization"].iter().find(|name| !row.contains_key(**name)) {
        Some(missing) => Err(format!("{missing} is missing")),
        None if size(&row) > MAX_BYTES / 4 => Err("it is too long".to_owned()),
        None => Ok(row),
    }
}

fn size(row: &Map<String, Value>) -> usize {
    row.iter().map(|(name, value)| name.len() + value.to_string().len() + 4).sum()
}

fn id_of(row: &Map<String, Value>) -> String {
    row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Batch {
    /// The request.
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether no row is valid enough to be sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// The result, from the answer to the request.
    pub(crate) fn done(self, answer: &Value) -> Done {
        let mut done = Done { problems: self.problems, ..Done::default() };
        let results = answer.get("results").and_then(Value::as_array);
        for ((line, id), result) in self.sent.iter().zip(results.into_iter().flatten()) {
            let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
            done.weak += u64::from(result.get("weak") == Some(&Value::Bool(true)));
            match text("outcome") {
                "imported" => done.imported += 1,
                "unchanged" => done.unchanged += 1,
                _ => done.problems.push((*line, format!("{id}: {}", text("problem")))),
            }
        }
        done.problems.sort();
        done
    }
}
