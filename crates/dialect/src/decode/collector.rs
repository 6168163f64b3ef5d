//! Gathers the parameters of one request: the one place that decides which values a parameter has.

use std::borrow::Cow;

use oauth::{
    AccessToken, BasicCredentials, ErrorResponse, Operation, Parameter, ParameterError, Parameters,
    Problem, Request,
};

use super::refuse::invalid_request;
use super::rules::Rules;

/// The length limit of a parameter's value, in bytes.
const MAX_VALUE: usize = 8 * 1024;
/// How often a parameter may come that may be repeated.
const MAX_VALUES: usize = 16;

/// What the `Authorization` header said.
#[derive(Debug, Default)]
pub(super) struct Presented {
    pub(super) basic: Option<BasicCredentials>,
    pub(super) bearer: Option<base::Secret<AccessToken>>,
}

/// The parameters read so far.
pub(super) struct Collector<'r, 'a> {
    rules: &'r Rules,
    /// One bit per [`Parameter`] that has a value.
    seen: u32,
    /// The same for the current part of the request only.
    seen_in_part: u32,
    values: Vec<(Parameter, Cow<'a, str>)>,
    errors: Vec<(Parameter, ParameterError)>,
}

impl<'r, 'a> Collector<'r, 'a> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules, seen: 0, seen_in_part: 0, values: Vec::with_capacity(6), errors: Vec::new() }
    }

    pub(super) const fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Starts the next part of the request: the path, the query or the body.
    pub(super) const fn next_part(&mut self) {
        self.seen_in_part = 0;
    }

    /// Adds the value of the wire name `wire`; `None`: it is no text. An empty value counts as
    /// omitted (RFC 6749 §3.1). A repetition within a part is an error, unless the parameter may be
    /// repeated. Where the dialect reads two parts, the second may repeat the same value.
    pub(super) fn put(&mut self, parameter: Parameter, wire: &str, value: Option<Cow<'a, str>>) {
        if value.as_ref().is_some_and(|value| value.is_empty()) {
            return;
        }
        let bit = 1 << (parameter as u32);
        let (again, again_in_part) = (self.seen & bit != 0, self.seen_in_part & bit != 0);
        self.seen |= bit;
        self.seen_in_part |= bit;
        let wire = || wire.to_owned();
        let Some(value) = value else {
            return self.refuse(parameter, ParameterError::NotText(wire()));
        };
        let same = self.values.iter().any(|(known, it)| *known == parameter && *it == value);
        if parameter.may_repeat() {
            if self.values.iter().filter(|(known, _)| *known == parameter).count() >= MAX_VALUES {
                return self.refuse(parameter, ParameterError::TooOften(wire()));
            }
        } else if again_in_part || again && !same {
            return self.refuse(parameter, ParameterError::Repeated(wire()));
        }
        if value.len() > MAX_VALUE {
            return self.refuse(parameter, ParameterError::TooLong(wire()));
        }
        if !same {
            self.values.push((parameter, value));
        }
    }

    /// Notes that a parameter was sent and has no value that can be used.
    pub(super) fn refuse(&mut self, parameter: Parameter, error: ParameterError) {
        self.errors.push((parameter, error));
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
        // The errors of an authorization request may belong to the app, which the engine finds out.
        let told_later = operation == Operation::Authorization;
        if !told_later && let Some((_, error)) = self.errors.first() {
            return Err(error.clone().into());
        }
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
        for (parameter, error) in self.errors {
            parameters.insert_error(parameter, error);
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
