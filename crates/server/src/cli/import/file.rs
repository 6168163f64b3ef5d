//! Reads the rows of an import file one by one, each with its line number.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use clap::ValueEnum;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::CommandError;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Comma-separated values with a header; scopes are separated by spaces
    Csv,
    /// A JSON object a line
    Jsonl,
}

/// A row as the admin API accepts it, or why it is invalid.
pub(crate) type Row = Result<Map<String, Value>, String>;

/// The length limit of a line, in bytes: more than any row that the admin API accepts.
const MAX_BYTES: u64 = 256 * 1024;

/// The allowed fields of a row.
const KNOWN: &[&str] = &["id", "secret", "organization", "scopes", "label", "expires_at"];
/// The required fields of a row.
const REQUIRED: &[&str] = &["id", "secret", "organization"];

/// The rows of a file, in order.
pub(crate) enum Rows {
    Csv { reader: Box<csv::Reader<Bounded<File>>>, header: csv::StringRecord },
    Jsonl { reader: BufReader<File>, line: u64 },
}

/// The format according to the file's name.
pub(crate) fn format_of(file: &Path) -> Format {
    let csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if csv { Format::Csv } else { Format::Jsonl }
}

/// The approximate number of lines of a file, for the progress bar.
pub(crate) fn lines(file: &Path) -> Result<u64, CommandError> {
    let mut reader = BufReader::new(open(file)?);
    let mut lines = 0;
    loop {
        let buffer = reader.fill_buf().map_err(CommandError::new)?;
        if buffer.is_empty() {
            return Ok(lines);
        }
        lines += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
        let read = buffer.len();
        reader.consume(read);
    }
}

fn open(file: &Path) -> Result<File, CommandError> {
    File::open(file).map_err(|error| CommandError::new(format!("{}: {error}", file.display())))
}

impl Rows {
    /// Opens `file`.
    ///
    /// # Errors
    /// When it cannot be read, or its header is invalid.
    pub(crate) fn open(file: &Path, format: Format) -> Result<Self, CommandError> {
        let reader = open(file)?;
        match format {
            Format::Jsonl => Ok(Self::Jsonl { reader: BufReader::new(reader), line: 0 }),
            Format::Csv => {
                let mut reader = csv::ReaderBuilder::new().from_reader(Bounded::new(reader));
                let header = reader.headers().map_err(CommandError::new)?.clone();
                check_header(&header).map_err(|problem| {
                    CommandError::new(format!("{}:1: {problem}", file.display()))
                })?;
                Ok(Self::Csv { reader: Box::new(reader), header })
            }
        }
    }

    /// The next row and its line; `None` at the end.
    ///
    /// # Errors
    /// When reading the file fails.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Row)>, CommandError> {
        match self {
            Self::Csv { reader, header } => next_record(reader, header),
            Self::Jsonl { reader, line } => next_line(reader, line),
        }
    }
}

/// A file of which one record reads at most [`MAX_BYTES`] beyond the reader's buffer: a quote that is not
/// closed would make one record of the rest of the file.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    const fn new(inner: R) -> Self {
        Self { inner, left: MAX_BYTES }
    }

    const fn begin_record(&mut self) {
        self.left = MAX_BYTES;
    }
}

impl<R: std::io::Read> std::io::Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            let problem =
                format!("the row is longer than {MAX_BYTES} bytes; is a quote not closed?");
            return Err(std::io::Error::other(problem));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

fn check_header(header: &csv::StringRecord) -> Result<(), String> {
    if let Some(stray) = header.iter().find(|name| !KNOWN.contains(name)) {
        return Err(format!("unknown column {stray:?}; expected {}", KNOWN.join(", ")));
    }
    match REQUIRED.iter().find(|name| !header.iter().any(|known| known == **name)) {
        Some(missing) => Err(format!("the column {missing} is missing")),
        None => Ok(()),
    }
}

fn next_record(
    reader: &mut csv::Reader<Bounded<File>>,
    header: &csv::StringRecord,
) -> Result<Option<(u64, Row)>, CommandError> {
    let mut record = csv::StringRecord::new();
    let line = reader.position().line();
    reader.get_mut().begin_record();
    match reader.read_record(&mut record) {
        Ok(false) => Ok(None),
        Ok(true) => {
            let line = record.position().map_or(line, csv::Position::line);
            Ok(Some((line, Ok(from_record(header, &record)))))
        }
        Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) => {
            Err(CommandError::new(format!("line {line}: {error}")))
        }
        // The error's own text may repeat the fields; its kind does not.
        Err(error) => Ok(Some((line, Err(record_problem(&error))))),
    }
}

fn record_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it is not CSV".to_owned(),
    }
}

fn from_record(header: &csv::StringRecord, record: &csv::StringRecord) -> Map<String, Value> {
    let fields = header.iter().zip(record);
    // An empty field is a missing one. A required field is then refused by name.
    let there = fields.filter(|(_, field)| !field.is_empty());
    there
        .map(|(name, field)| {
            let value = match name {
                "scopes" => field.split_whitespace().collect::<Vec<_>>().into(),
                _ => Value::from(field),
            };
            (name.to_owned(), value)
        })
        .collect()
}

fn next_line(
    reader: &mut BufReader<File>,
    line: &mut u64,
) -> Result<Option<(u64, Row)>, CommandError> {
    loop {
        let mut bytes = Vec::new();
        reader.by_ref().take(MAX_BYTES).read_until(b'\n', &mut bytes).map_err(CommandError::new)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        *line += 1;
        if bytes.len() as u64 == MAX_BYTES && bytes.last() != Some(&b'\n') {
            return Err(CommandError::new(format!("line {line} is longer than {MAX_BYTES} bytes")));
        }
        if !bytes.trim_ascii().is_empty() {
            return Ok(Some((*line, from_line(&bytes))));
        }
    }
}

fn from_line(bytes: &[u8]) -> Row {
    /// As the admin API takes it: what does not fit is found here, so that one bad line does not
    /// spoil a whole batch.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "it is parsed to be checked; the parsed JSON is what is sent")]
    struct Checked {
        id: String,
        secret: String,
        organization: String,
        scopes: Option<Vec<String>>,
        label: Option<String>,
        expires_at: Option<String>,
    }
    let Members(mut members) = serde_json::from_slice(bytes).map_err(|error| {
        let doubled = error.to_string();
        match doubled.split_once(" at line ") {
            Some((text, _)) if text.starts_with(TWICE) => text.to_owned(),
            _ if error.is_data() => "it is no JSON object".to_owned(),
            _ => "it is not JSON".to_owned(),
        }
    })?;
    if let Some(stray) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("unknown member {stray:?}; expected {}", KNOWN.join(", ")));
    }
    members.retain(|_, value| !value.is_null());
    match Checked::deserialize(Value::Object(members.clone())) {
        Ok(_) => Ok(members),
        Err(error) => Err(problem_of(&error.to_string())),
    }
}

/// Serde's message without the quoted value, which may be the secret.
fn problem_of(message: &str) -> String {
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("a member of the wrong type; expected {expected}"),
        None => message.to_owned(),
    }
}

/// How the error begins that names a doubled member.
const TWICE: &str = "two members are called";

/// The members of a JSON object (RFC 8259 §4), in which no name comes twice: readers disagree on which of
/// the two counts.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> serde::de::Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            // A stray name is refused later; it may be anything, so it is not repeated here.
            let known = KNOWN.iter().find(|known| **known == name);
            if members.insert(name, map.next_value()?).is_some() {
                let name = known.unwrap_or(&"the same");
                return Err(serde::de::Error::custom(format!("{TWICE} {name}")));
            }
        }
        Ok(Members(members))
    }
}
