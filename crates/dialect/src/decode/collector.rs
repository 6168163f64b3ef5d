//! Gathers the parameters of one request, each at most once.

use std::borrow::Cow;

use oauth::{
    AccessToken, BasicCredentials, ErrorResponse, Operation, Parameter, Parameters, Problem,
    Request,
};

use super::refuse::invalid_request;
use super::rules::Rules;

/// The length limit of a parameter's value, in bytes.
const MAX_VALUE: usize = 8 * 1024;

/// What the `Authorization` header said.
#[derive(Debug, Default)]
pub(super) struct Presented {
    pub(super) basic: Option<BasicCredentials>,
    pub(super) bearer: Option<base::Secret<AccessToken>>,
}

/// The parameters read so far.
pub(super) struct Collector<'r, 'a> {
    rules: &'r Rules,
    /// One bit per [`Parameter`] that was sent, also with an empty value.
    seen: u32,
    /// The same for the current part of the request only.
    seen_in_part: u32,
    values: Vec<(Parameter, Cow<'a, str>)>,
}

impl<'r, 'a> Collector<'r, 'a> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules, seen: 0, seen_in_part: 0, values: Vec::with_capacity(6) }
    }

    pub(super) const fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Starts the next part of the request: the path, the query or the body.
    pub(super) const fn next_part(&mut self) {
        self.seen_in_part = 0;
    }

    /// Adds the value of the wire name `wire`. A repetition within a part is refused (RFC 6749
    /// §3.2). Where the dialect reads two parts, the second may repeat the same value.
    pub(super) fn put(
        &mut self,
        parameter: Parameter,
        wire: &str,
        value: Cow<'a, str>,
    ) -> Result<(), ErrorResponse> {
        let bit = 1 << (parameter as u32);
        let same = self.value(parameter).unwrap_or_default() == value;
        if self.seen_in_part & bit != 0 || self.seen & bit != 0 && !same {
            return Err(invalid_request(format!("The parameter {wire} came more than once.")));
        }
        let again = self.seen & bit != 0;
        self.seen |= bit;
        self.seen_in_part |= bit;
        if again {
            return Ok(());
        }
        if value.len() > MAX_VALUE {
            return Err(invalid_request(format!("The parameter {wire} is too long.")));
        }
        // RFC 6749 §3.2: a parameter without a value counts as omitted.
        if !value.is_empty() {
            self.values.push((parameter, value));
        }
        Ok(())
    }

    fn value(&self, parameter: Parameter) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == parameter).map(|(_, value)| value.as_ref())
    }

    /// Returns the request, after fixed values and defaults were added.
    pub(super) fn finish(
        mut self,
        operation: Operation,
        presented: Presented,
    ) -> Result<Request, ErrorResponse> {
        if presented.bearer.is_some() && self.value(Parameter::ClientSecret).is_some() {
            return Err(one_method());
        }
        if let Some(basic) = &presented.basic {
            self.reconcile(basic)?;
        }
        let mut parameters = Parameters::new();
        for (parameter, value) in self.values {
            // `put` has already refused repetitions.
            let _ = parameters.insert(parameter, value);
        }
        for (parameter, value) in &self.rules.fixed {
            let _ = parameters.insert(*parameter, value.as_str());
        }
        parameter_values(self.rules, &mut parameters)?;
        for (parameter, value) in &self.rules.defaults {
            if parameters.value(*parameter).is_none() {
                let _ = parameters.insert(*parameter, value.as_str());
            }
        }
        grant_type(self.rules, &parameters)?;
        Ok(Request {
            operation,
            parameters,
            basic: presented.basic,
            bearer: presented.bearer,
            possession: self.rules.possession,
        })
    }

    /// RFC 6749 §2.3: a request must not authenticate in two ways. A `client_id` beside the header
    /// only identifies the client (§3.2.1) and is dropped when it is the same.
    fn reconcile(&mut self, basic: &BasicCredentials) -> Result<(), ErrorResponse> {
        if self.value(Parameter::ClientSecret).is_some() {
            return Err(one_method());
        }
        match self.value(Parameter::ClientId) {
            Some(id) if id != basic.id => Err(invalid_request(
                "The client in the Authorization header and the one in the request differ.",
            )),
            _ => {
                self.values.retain(|(parameter, _)| *parameter != Parameter::ClientId);
                Ok(())
            }
        }
    }
}

/// Adds the values that follow from other parameters, where they were not sent.
fn parameter_values(rules: &Rules, parameters: &mut Parameters) -> Result<(), ErrorResponse> {
    for parameter_values in &rules.parameter_values {
        if parameters.value(parameter_values.parameter).is_some() {
            continue;
        }
        let sent = |parameter| parameters.value(parameter).is_some();
        let value = parameter_values.value(sent).map_err(|[one, other]| {
            invalid_request(format!("The request has both {one} and {other}."))
        })?;
        if let Some(value) = value {
            let _ = parameters.insert(parameter_values.parameter, value);
        }
    }
    Ok(())
}

/// Checks that the token endpoint accepts the grant type, where the dialect restricts it.
fn grant_type(rules: &Rules, parameters: &Parameters) -> Result<(), ErrorResponse> {
    let (Some(taken), Some(sent)) = (&rules.grant_types, parameters.value(Parameter::GrantType))
    else {
        return Ok(());
    };
    if taken.iter().any(|known| known.as_str() == sent) {
        return Ok(());
    }
    Err(ErrorResponse::new(Problem::UnsupportedGrantType, "The grant type is not supported here."))
}

fn one_method() -> ErrorResponse {
    invalid_request("The request authenticates in more than one way.")
}
