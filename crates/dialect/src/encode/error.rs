//! The format of each problem: `[errors]`, `[errors.problems.NAME]`, and the same under an
//! endpoint.

use std::borrow::Cow;
use std::fmt::Write as _;

use oauth::{ErrorResponse, Problem};

use super::body::Body;
use super::headers::{Headers, clean};
use super::success::{content_type_header, push_no_store, push_request_id};
use crate::read::Table;
use crate::template::{Facts, TextTemplate, fields};
use crate::{DialectError, Outgoing};

/// The format of one problem at one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) description: Option<String>,
    content_type: Cow<'static, str>,
    challenge: TextTemplate,
    headers: Headers,
    body: Body,
}

/// Whose errors a table is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ErrorsOf<'a> {
    /// An endpoint, where tokens are bearer tokens.
    Endpoint,
    /// An API behind the gate, with the first scheme by which its callers present tokens.
    Api(Option<&'a str>),
}

/// The formats of every problem, in the order of [`Problem::ALL`].
#[derive(Clone, Debug)]
pub(crate) struct ErrorShapes(Vec<Shape>);

impl ErrorShapes {
    /// Reads an errors table; `shared` are the headers of every response.
    pub(crate) fn read(
        table: &Table<'_>,
        shared: &Table<'_>,
        of: ErrorsOf<'_>,
    ) -> Result<Self, DialectError> {
        let headers = table.table("headers")?.or(Some(shared.clone()));
        let headers = Headers::read(&headers, fields::FAILURE)?;
        let problems = table.table("problems")?;
        let mut shapes = Vec::with_capacity(Problem::ALL.len());
        for problem in Problem::ALL {
            shapes.push(shape(*problem, table, &problems, (&headers, of))?);
        }
        problems.finish("problem")?;
        table.finish("key")?;
        Ok(Self(shapes))
    }

    #[allow(clippy::indexing_slicing, reason = "`read` makes one shape a problem, in their order")]
    pub(crate) fn shape(&self, problem: Problem) -> &Shape {
        &self.0[problem as usize]
    }
}

fn shape(
    problem: Problem,
    table: &Table<'_>,
    problems: &Table<'_>,
    (headers, of): (&Headers, ErrorsOf<'_>),
) -> Result<Shape, DialectError> {
    let own = problems.table(problem.as_str())?;
    // Unless the file says otherwise, a problem at an API has the format of the similar problem at
    // an endpoint.
    let own = match problem {
        Problem::NoCredential => own.or(Some(problems.table(Problem::InvalidToken.as_str())?)),
        Problem::CallerSuspended => {
            own.or(Some(problems.table(Problem::ClientSuspended.as_str())?))
        }
        _ => own,
    };
    let text = |key| own.get(key).map(|item| item.text().map(str::to_owned)).transpose();
    let either = |key: &'static str| match (own.get(key), table.required(key)) {
        (Some(item), _) => Ok(item),
        (None, inherited) => inherited,
    };
    let content_type = either("content_type")?.text()?;
    let shape = Shape {
        status: match (own.get("status"), table.get("status")) {
            (Some(item), _) => item.integer_in(400..=599)? as u16,
            (None, Some(item)) if is_refusal(problem) => item.integer_in(400..=499)? as u16,
            (None, _) => problem.status(),
        },
        code: text("code")?.unwrap_or_else(|| problem.code().as_str().to_owned()),
        description: text("description")?,
        content_type: content_type_header(content_type),
        challenge: match (own.get("challenge"), of) {
            (Some(item), ErrorsOf::Api(_)) => TextTemplate::new(&item, fields::CHALLENGE)?,
            _ => challenge(problem, &either("challenge")?, of)?,
        },
        headers: headers.clone(),
        body: Body::read(&either("body")?, content_type, fields::FAILURE)?,
    };
    own.finish("key")?;
    Ok(shape)
}

/// Whether the problem lies with what the client sent or who it is: `[errors] status` applies to
/// these. A problem of the path, the method, the size or the moment keeps its own status.
const fn is_refusal(problem: Problem) -> bool {
    matches!(problem.status(), 400 | 401 | 403)
}

/// The `WWW-Authenticate` header. RFC 6750 §3.1: it names the error of a bearer token, and no error
/// where no token was sent. An API whose callers present no token by a scheme has the challenge of the file.
fn challenge(
    problem: Problem,
    item: &crate::read::Item<'_>,
    of: ErrorsOf<'_>,
) -> Result<TextTemplate, DialectError> {
    use crate::template::{Field, Piece};
    let template = TextTemplate::new(item, fields::CHALLENGE)?;
    let error = match problem {
        Problem::InvalidToken | Problem::InsufficientScope => {
            format!("\", error=\"{}\"", problem.code())
        }
        Problem::NoCredential | Problem::CallerSuspended => "\"".to_owned(),
        _ => return Ok(template),
    };
    let scheme = match of {
        ErrorsOf::Endpoint => "Bearer",
        ErrorsOf::Api(Some(scheme)) => scheme,
        ErrorsOf::Api(None) => return Ok(template),
    };
    Ok(TextTemplate::of(vec![
        Piece::Literal(format!("{scheme} realm=\"")),
        Piece::Field(Field::Issuer),
        Piece::Literal(error),
    ]))
}

/// Whether a challenge is that of HTTP Basic (RFC 7617), which knows no scopes and no errors.
fn is_basic(challenge: &str) -> bool {
    challenge.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("basic "))
}

/// Adds the scopes and the metadata address that a caller of an API needs (RFC 6750 §3, RFC 9728
/// §5.1).
fn with_scope_and_metadata(mut challenge: String, error: &ErrorResponse) -> String {
    let scope = error.scope.as_ref().filter(|_| !is_basic(&challenge));
    let wants = [("scope", scope), ("resource_metadata", error.resource_metadata.as_ref())];
    for (name, value) in wants {
        // Scopes and URLs have neither quotes nor backslashes. A value that has one is omitted.
        if let Some(value) = value.map(String::as_str).filter(|it| !it.contains(['"', '\\'])) {
            // A challenge is a scheme, a space, and parameters (RFC 9110 §11.3).
            let separator = if challenge.contains(' ') { ", " } else { " " };
            let _ = write!(challenge, "{separator}{name}=\"{value}\"");
        }
    }
    challenge
}

impl Shape {
    pub(crate) fn write(
        &self,
        facts: &impl Facts,
        error: &ErrorResponse,
        request_id: &str,
    ) -> Outgoing {
        let mut headers = Vec::with_capacity(7);
        if !self.body.is_empty() {
            headers.push((Cow::Borrowed("content-type"), self.content_type.clone()));
        }
        push_no_store(&mut headers);
        push_request_id(&mut headers, request_id);
        // RFC 9110 §15.5.2, RFC 6750 §3.
        if (self.status == 401 || error.problem == Problem::InsufficientScope)
            && let Some(challenge) = self.challenge.render(facts)
            && (self.status == 401 || !is_basic(&challenge))
        {
            let challenge = clean(with_scope_and_metadata(challenge, error));
            headers.push((Cow::Borrowed("www-authenticate"), Cow::Owned(challenge)));
        }
        if let Some(seconds) = retry_after(error) {
            headers.push((Cow::Borrowed("retry-after"), Cow::Owned(seconds.to_string())));
        }
        self.headers.write(facts, &mut headers);
        Outgoing { status: self.status, headers, body: self.body.write(facts) }
    }
}

/// Seconds until a retry may succeed (RFC 9110 §10.2.3, RFC 6585 §4). Where the time is unknown,
/// the shortest wait.
fn retry_after(error: &ErrorResponse) -> Option<u64> {
    let passing = matches!(
        error.problem,
        Problem::BudgetSpent | Problem::RateLimited | Problem::TemporarilyUnavailable
    );
    passing.then(|| error.retry_after().unwrap_or(1))
}
