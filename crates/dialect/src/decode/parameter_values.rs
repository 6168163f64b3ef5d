//! A value that follows from which other parameter was sent.

use oauth::Parameter;

use crate::DialectError;
use crate::read::Item;

/// The values of one parameter, each with the parameter whose presence selects it.
#[derive(Clone, Debug)]
pub(crate) struct ParameterValues {
    pub(super) parameter: Parameter,
    cases: Vec<(Parameter, String)>,
}

impl ParameterValues {
    /// Reads `{ refresh_token = "refresh_token", code = "authorization_code" }`.
    pub(super) fn read(parameter: Parameter, item: &Item<'_>) -> Result<Self, DialectError> {
        let table = item.table()?;
        let mut cases = Vec::new();
        for sent in Parameter::ALL {
            if let Some(value) = table.get(sent.as_str()) {
                cases.push((*sent, value.text()?.to_owned()));
            }
        }
        table.finish("parameter")?;
        if cases.is_empty() {
            return Err(
                item.error("found no case; expected a parameter and the value it calls for")
            );
        }
        Ok(Self { parameter, cases })
    }

    /// The value that the sent parameters select.
    ///
    /// # Errors
    /// The names of two sent parameters that select different values.
    pub(super) fn value(
        &self,
        sent: impl Fn(Parameter) -> bool,
    ) -> Result<Option<&str>, [Parameter; 2]> {
        let mut cases = self.cases.iter().filter(|(parameter, _)| sent(*parameter));
        let Some((first, value)) = cases.next() else { return Ok(None) };
        match cases.find(|(_, other)| other != value) {
            Some((second, _)) => Err([*first, *second]),
            None => Ok(Some(value)),
        }
    }
}
