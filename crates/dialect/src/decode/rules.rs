//! The source of each parameter: `[endpoint.parameters]` and the keys beside it.

use oauth::{ClientAuthMethod, GrantType, Operation, Parameter};

use super::parameter_values::ParameterValues;
use crate::DialectError;
use crate::pattern::Pattern;
use crate::read::{Item, Table};

/// How the parts of HTTP Basic are encoded before base64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BasicEncoding {
    /// Form-urlencoded (RFC 6749 §2.3.1).
    #[default]
    Form,
    /// Not encoded (RFC 7617).
    Plain,
    /// Detected from the text.
    Either,
}

/// A part of HTTP Basic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BasicPart {
    Username,
    Password,
}

/// The use of HTTP Basic.
#[derive(Clone, Debug)]
pub(crate) enum BasicUse {
    /// Authenticates the client.
    Client,
    /// Carries parameters.
    Parameters(Vec<(BasicPart, Parameter)>),
}

/// How one endpoint reads requests: wire names and the parameters that they stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) accepts_json: bool,
    pub(crate) accepts_form: bool,
    pub(crate) json: Vec<(String, Parameter)>,
    pub(crate) form: Vec<(String, Parameter)>,
    pub(crate) query: Vec<(String, Parameter)>,
    pub(crate) path: Vec<(String, Parameter)>,
    /// The character that ends the value in a path segment.
    pub(crate) until: Vec<(Parameter, char)>,
    pub(crate) basic: Option<BasicUse>,
    pub(crate) basic_encoding: BasicEncoding,
    pub(crate) bearer: bool,
    pub(crate) fixed: Vec<(Parameter, String)>,
    pub(crate) parameter_values: Vec<ParameterValues>,
    pub(crate) defaults: Vec<(Parameter, String)>,
    /// The accepted grant types; `None`: all that the dialect has.
    pub(crate) grant_types: Option<Vec<GrantType>>,
    /// Whether the holder of a token may revoke it without authenticating as its client.
    pub(crate) possession: bool,
}

impl Rules {
    /// Reads the keys `accepts`, `basic_encoding`, `bearer`, `grant_types`, `possession` and
    /// `parameters` of an endpoint.
    pub(crate) fn read(
        operation: Operation,
        endpoint: &Table<'_>,
        auth_methods: &[ClientAuthMethod],
        patterns: &[Pattern],
    ) -> Result<Self, DialectError> {
        let mut rules = Self::default();
        for encoding in endpoint.required("accepts")?.array()? {
            match encoding.one_of(&[("json", true), ("form", false)])? {
                true => rules.accepts_json = true,
                false => rules.accepts_form = true,
            }
        }
        rules.basic_encoding = endpoint.required("basic_encoding")?.one_of(&[
            ("form", BasicEncoding::Form),
            ("plain", BasicEncoding::Plain),
            ("either", BasicEncoding::Either),
        ])?;
        rules.bearer = endpoint.required("bearer")?.boolean()?;
        if operation == Operation::Token
            && let Some(item) = endpoint.get("grant_types")
        {
            rules.grant_types = Some(grant_types(&item)?);
        }
        if operation == Operation::Revocation
            && let Some(item) = endpoint.get("possession")
        {
            rules.possession = item.boolean()?;
        }
        if auth_methods.contains(&ClientAuthMethod::ClientSecretBasic) {
            rules.basic = Some(BasicUse::Client);
        }
        let parameters = endpoint.required("parameters")?.table()?;
        for parameter in Parameter::ALL {
            if let Some(item) = parameters.get(parameter.as_str()) {
                rules.parameter(*parameter, &item, patterns)?;
            }
        }
        parameters.finish("parameter")?;
        Ok(rules)
    }

    /// The fixed value of a parameter, which does not depend on the request.
    pub(crate) fn fixed_value(&self, parameter: Parameter) -> Option<&str> {
        self.fixed.iter().find(|(known, _)| *known == parameter).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is read from the request.
    pub(crate) fn reads(&self, parameter: Parameter) -> bool {
        [&self.json, &self.form, &self.query, &self.path]
            .into_iter()
            .any(|names| names.iter().any(|(_, known)| *known == parameter))
    }

    fn parameter(
        &mut self,
        parameter: Parameter,
        item: &Item<'_>,
        patterns: &[Pattern],
    ) -> Result<(), DialectError> {
        if item.is_text() {
            return self.body(parameter, item);
        }
        let table = item.table()?;
        let mut sources = 0;
        for (key, source) in SOURCES {
            if let Some(item) = table.get(key) {
                self.source(*source, parameter, &item, patterns)?;
                sources += 1;
            }
        }
        if let Some(item) = table.get("until") {
            let end = one_character(&item)?;
            if table.get("path").is_none() {
                return Err(item.error("found no path; expected until beside it"));
            }
            self.until.push((parameter, end));
        }
        table.finish("source")?;
        if sources > 1
            && let Some(fixed) = table.get("fixed")
        {
            return Err(fixed.error("a fixed value is read from nowhere; expected it alone"));
        }
        if sources == 0 {
            let keys: Vec<&str> = SOURCES.iter().map(|(key, _)| *key).collect();
            return Err(item.error(format!(
                "the parameter {parameter} is read from nowhere; expected one of {}",
                keys.join(", ")
            )));
        }
        Ok(())
    }

    fn source(
        &mut self,
        source: Source,
        parameter: Parameter,
        item: &Item<'_>,
        patterns: &[Pattern],
    ) -> Result<(), DialectError> {
        match source {
            Source::Body => self.body(parameter, item),
            Source::Json if !self.accepts_json => Err(not_accepted(item, "json")),
            Source::Form if !self.accepts_form => Err(not_accepted(item, "form")),
            Source::Json => add(&mut self.json, parameter, item),
            Source::Form => add(&mut self.form, parameter, item),
            Source::Query => add(&mut self.query, parameter, item),
            Source::Path => {
                let name = item.text()?;
                if !patterns.iter().all(|pattern| pattern.names().any(|known| known == name)) {
                    return Err(item.error(format!(
                        "found {name:?}; expected a placeholder that every path has"
                    )));
                }
                add(&mut self.path, parameter, item)
            }
            Source::Basic => self.basic_part(parameter, item),
            Source::Fixed => {
                self.fixed.push((parameter, item.text()?.to_owned()));
                Ok(())
            }
            Source::ParameterValues => {
                self.parameter_values.push(ParameterValues::read(parameter, item)?);
                Ok(())
            }
            Source::Default => {
                self.defaults.push((parameter, item.text()?.to_owned()));
                Ok(())
            }
        }
    }

    /// A field of the body, in any encoding.
    fn body(&mut self, parameter: Parameter, item: &Item<'_>) -> Result<(), DialectError> {
        if !self.accepts_json && !self.accepts_form {
            return Err(not_accepted(item, "json\" or \"form"));
        }
        if self.accepts_json {
            add(&mut self.json, parameter, item)?;
        }
        if self.accepts_form {
            add(&mut self.form, parameter, item)?;
        }
        Ok(())
    }

    fn basic_part(&mut self, parameter: Parameter, item: &Item<'_>) -> Result<(), DialectError> {
        let part =
            item.one_of(&[("username", BasicPart::Username), ("password", BasicPart::Password)])?;
        let parts = self.basic.get_or_insert_with(|| BasicUse::Parameters(Vec::new()));
        match parts {
            BasicUse::Client => Err(item.error(
                "HTTP Basic authenticates the client here; expected client_authentication \
                 without \"client_secret_basic\"",
            )),
            BasicUse::Parameters(parts) if parts.iter().any(|(taken, _)| *taken == part) => {
                Err(item.error("this part of HTTP Basic is another parameter's already"))
            }
            BasicUse::Parameters(parts) => {
                parts.push((part, parameter));
                Ok(())
            }
        }
    }

    /// The media type that a client should send, for the error message.
    pub(super) const fn expected_media(&self) -> &'static str {
        match (self.accepts_json, self.accepts_form) {
            (true, true) => {
                "The body must be application/json or application/x-www-form-urlencoded."
            }
            (true, false) => "The body must be application/json.",
            _ => "The body must be application/x-www-form-urlencoded.",
        }
    }
}

#[derive(Clone, Copy)]
enum Source {
    Body,
    Json,
    Form,
    Query,
    Path,
    Basic,
    Fixed,
    ParameterValues,
    Default,
}

const SOURCES: &[(&str, Source)] = &[
    ("body", Source::Body),
    ("json", Source::Json),
    ("form", Source::Form),
    ("query", Source::Query),
    ("path", Source::Path),
    ("basic", Source::Basic),
    ("fixed", Source::Fixed),
    ("given", Source::ParameterValues),
    ("default", Source::Default),
];

/// Reads a list of grant types.
pub(crate) fn grant_types(item: &Item<'_>) -> Result<Vec<GrantType>, DialectError> {
    let choices = GrantType::ALL.map(|grant| (grant.as_str(), grant));
    item.array()?.iter().map(|grant| grant.one_of(&choices)).collect()
}

fn one_character(item: &Item<'_>) -> Result<char, DialectError> {
    let mut characters = item.text()?.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(item.error(format!("found {}; expected one character", item.found()))),
    }
}

fn not_accepted(item: &Item<'_>, encoding: &str) -> DialectError {
    item.error(format!("the endpoint reads no such body; expected accepts to name \"{encoding}\""))
}

fn add(
    names: &mut Vec<(String, Parameter)>,
    parameter: Parameter,
    item: &Item<'_>,
) -> Result<(), DialectError> {
    for name in item.texts()? {
        if name.is_empty() {
            return Err(item.error("found an empty name; expected the name on the wire"));
        }
        if let Some((_, other)) = names.iter().find(|(taken, _)| taken == name) {
            return Err(item.error(format!("{name:?} is read as {other} already")));
        }
        names.push((name.to_owned(), parameter));
    }
    Ok(())
}
