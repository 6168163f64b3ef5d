//! Gathers the parameters of one request, each at most once.

use std::borrow::Cow;

use oauth::{BasicCredentials, Failure, Operation, Parameter, Parameters, Request};

use super::authorization::Presented;
use super::{Rules, invalid_request};

/// The longest value of a parameter, in bytes.
const MAX_VALUE: usize = 8 * 1024;

/// What was read so far.
pub(super) struct Collector<'r, 'a> {
    rules: &'r Rules,
    /// A bit for each [`Parameter`] that was on the wire, also where it was empty.
    seen: u32,
    values: Vec<(Parameter, Cow<'a, str>)>,
}

impl<'r, 'a> Collector<'r, 'a> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules, seen: 0, values: Vec::with_capacity(6) }
    }

    pub(super) const fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Takes a value that the wire calls `wire`.
    pub(super) fn put(
        &mut self,
        parameter: Parameter,
        wire: &str,
        value: Cow<'a, str>,
    ) -> Result<(), Failure> {
        let bit = 1 << (parameter as u32);
        if self.seen & bit != 0 {
            return Err(invalid_request(format!("The parameter {wire} came more than once.")));
        }
        self.seen |= bit;
        if value.len() > MAX_VALUE {
            return Err(invalid_request(format!("The parameter {wire} is too long.")));
        }
        // RFC 6749 §3.2: sent without a value is as good as omitted.
        if !value.is_empty() {
            self.values.push((parameter, value));
        }
        Ok(())
    }

    fn value(&self, parameter: Parameter) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == parameter).map(|(_, value)| value.as_ref())
    }

    /// The request, once fixed values and defaults are in.
    pub(super) fn finish(
        mut self,
        operation: Operation,
        presented: Presented,
    ) -> Result<Request, Failure> {
        if presented.bearer.is_some() && self.value(Parameter::ClientSecret).is_some() {
            return Err(one_method());
        }
        if let Some(basic) = &presented.basic {
            self.reconcile(basic)?;
        }
        let mut parameters = Parameters::new();
        for (parameter, value) in self.values {
            // Repetition was refused above.
            let _ = parameters.insert(parameter, value);
        }
        for (parameter, value) in &self.rules.fixed {
            let _ = parameters.insert(*parameter, value.as_str());
        }
        for (parameter, value) in &self.rules.defaults {
            if parameters.value(*parameter).is_none() {
                let _ = parameters.insert(*parameter, value.as_str());
            }
        }
        Ok(Request { operation, parameters, basic: presented.basic, bearer: presented.bearer })
    }

    /// RFC 6749 §2.3: one way to authenticate in a request. A `client_id` beside the header only
    /// identifies (§3.2.1) and is dropped where it says the same.
    fn reconcile(&mut self, basic: &BasicCredentials) -> Result<(), Failure> {
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

fn one_method() -> Failure {
    invalid_request("The request authenticates in more than one way.")
}
