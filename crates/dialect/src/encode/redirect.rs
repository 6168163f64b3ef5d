//! Redirects to an app through the browser: `[endpoint.redirect]` (RFC 6749 §4.1.2, §4.1.2.1, RFC
//! 9207 §2).
//!
//! Invariant: the redirect URI stays unchanged. Parameters are added at the end of its query (RFC
//! 6749 §3.1.2), each value encoded so that a form decoder and a URI decoder read the same text.

use std::borrow::Cow;

use oauth::{AuthorizationReply, ErrorResponse, Operation, Problem, RedirectUri, form};

use super::error::ErrorShapes;
use super::facts::{RedirectError, RedirectFacts};
use super::headers::Headers;
use super::success::{push_no_store, push_request_id};
use crate::read::{Item, Table};
use crate::template::{Facts, Field, TextTemplate, fields};
use crate::{Context, DialectError, Outgoing};

/// One parameter of the query: its name, encoded, and its value.
type Pair = (String, TextTemplate);

/// The parameters that an endpoint adds to a redirect URI, in order.
#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    status: u16,
    success: Vec<Pair>,
    error: Vec<Pair>,
    /// The problems that have their own list of parameters.
    problems: Vec<(Problem, Vec<Pair>)>,
    headers: Headers,
}

impl Redirect {
    pub(crate) fn read(
        operation: Operation,
        table: &Table<'_>,
        shared: &Table<'_>,
    ) -> Result<Self, DialectError> {
        let item = table.required("success")?;
        let mut redirect = Self {
            status: table.required("status")?.integer_in(302..=303)? as u16,
            success: pairs(&item, fields::REDIRECT)?,
            error: Vec::new(),
            problems: Vec::new(),
            headers: Headers::read(&table.table("headers")?.or(Some(shared.clone())), &[])?,
        };
        if operation == Operation::Authorization {
            if !redirect.success.iter().any(|(_, value)| value.has(Field::AuthorizationCode)) {
                return Err(item.error("found no {authorization_code}; expected it in one of them"));
            }
            redirect.error = pairs(&table.required("failure")?, fields::REDIRECT_FAILURE)?;
            let problems = table.table("problems")?;
            for problem in Problem::ALL {
                if let Some(item) = problems.get(problem.as_str()) {
                    redirect.problems.push((*problem, pairs(&item, fields::REDIRECT_FAILURE)?));
                }
            }
            problems.finish("problem")?;
        }
        table.finish("key")?;
        Ok(redirect)
    }

    /// Whether the redirect names the issuer (RFC 9207 §2).
    pub(crate) fn names_issuer(&self) -> bool {
        self.success.iter().any(|(_, value)| value.has(Field::Issuer))
    }

    /// Whether the URI's own query has a parameter that the redirect adds, too.
    pub(crate) fn collides_with(&self, redirect_uri: &RedirectUri) -> bool {
        let Some((_, query)) = redirect_uri.as_str().split_once('?') else { return false };
        let problems = self.problems.iter().map(|(_, pairs)| pairs.as_slice());
        let lists = [self.success.as_slice(), self.error.as_slice()].into_iter().chain(problems);
        let added = lists.flatten().map(|(name, _)| name.as_str());
        form::pairs(query.as_bytes()).any(|pair| {
            // A name that cannot be decoded could be read as any parameter.
            let Some(name) = pair.name() else { return true };
            let mut encoded = String::new();
            push_encoded(&mut encoded, &name);
            added.clone().any(|known| known == encoded)
        })
    }

    /// Writes the outcome of an authorization request.
    pub(crate) fn authorization(
        &self,
        failures: &ErrorShapes,
        reply: &AuthorizationReply,
        context: &Context<'_>,
    ) -> Outgoing {
        let failed = reply.outcome.as_ref().err();
        let facts = RedirectFacts {
            context,
            state: reply.state.as_deref(),
            granted: reply.outcome.as_ref().ok(),
            failed: failed.map(|error| RedirectError::new(error, failures.shape(error.problem))),
        };
        let pairs = failed.map_or(self.success.as_slice(), |error| self.error(error));
        self.write(&reply.redirect_uri, pairs, &facts)
    }

    /// Writes the redirect after sign-out.
    pub(crate) fn signed_out(
        &self,
        redirect_uri: &RedirectUri,
        state: Option<&str>,
        context: &Context<'_>,
    ) -> Outgoing {
        let facts = RedirectFacts { context, state, granted: None, failed: None };
        self.write(redirect_uri, &self.success, &facts)
    }

    fn error(&self, error: &ErrorResponse) -> &[Pair] {
        let own = self.problems.iter().find(|(problem, _)| *problem == error.problem);
        own.map_or(&self.error, |(_, pairs)| pairs)
    }

    fn write(
        &self,
        redirect_uri: &RedirectUri,
        pairs: &[Pair],
        facts: &RedirectFacts<'_>,
    ) -> Outgoing {
        let mut headers = Vec::with_capacity(6);
        let location = location(redirect_uri.as_str(), pairs, facts);
        headers.push((Cow::Borrowed("location"), Cow::Owned(location)));
        push_no_store(&mut headers);
        // RFC 9700 §4.2.4: the browser must not send code and state on to the next site.
        headers.push((Cow::Borrowed("referrer-policy"), Cow::Borrowed("no-referrer")));
        push_request_id(&mut headers, facts.context.request_id);
        self.headers.write(facts, &mut headers);
        Outgoing { status: self.status, headers, body: Vec::new() }
    }
}

/// Reads a list such as `["code={authorization_code}", "state={state}"]`.
fn pairs(item: &Item<'_>, allowed: &[Field]) -> Result<Vec<Pair>, DialectError> {
    let mut pairs: Vec<Pair> = Vec::new();
    for item in item.array()? {
        let (name, value) = TextTemplate::named(&item, allowed)?;
        let mut encoded = String::new();
        push_encoded(&mut encoded, &name);
        if pairs.iter().any(|(known, _)| *known == encoded) {
            return Err(item.error(format!("{name:?} is there already; expected each name once")));
        }
        pairs.push((encoded, value));
    }
    Ok(pairs)
}

/// The URI with the pairs at the end of its query. Pairs without a value are omitted.
fn location(redirect_uri: &str, pairs: &[Pair], facts: &impl Facts) -> String {
    let mut out = String::with_capacity(redirect_uri.len() + 256);
    out.push_str(redirect_uri);
    for (name, value) in pairs {
        let Some(value) = value.render(facts) else { continue };
        // A query may hold and end in question marks of its own (RFC 3986 §3.4).
        let query = out.split_once('?').map(|(_, query)| query);
        match query.map(|query| query.is_empty() || query.ends_with('&')) {
            None => out.push('?'),
            Some(false) => out.push('&'),
            Some(true) => {}
        }
        out.push_str(name);
        out.push('=');
        push_encoded(&mut out, &value);
    }
    out
}

/// Appends a text, percent-encoded except for the unreserved characters (RFC 3986 §2.3). A space
/// becomes `%20`: form decoders (RFC 6749 appendix B) accept that, too, but some readers of a query
/// do not decode a plus sign.
fn push_encoded(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(digit)).copied().map_or('0', char::from));
            }
        }
    }
}
