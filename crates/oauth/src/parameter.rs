//! Request parameters by their registered names (RFC 6749 §11.2 and its successors).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::form::ParameterError;

macro_rules! parameters {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A parameter of an OAuth request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Parameter { $($(#[$doc])* $variant,)* }

        impl Parameter {
            /// Every parameter.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The registered name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

parameters! {
    /// RFC 6749 §2.2.
    ClientId = "client_id",
    /// RFC 6749 §2.3.1.
    ClientSecret = "client_secret",
    /// RFC 6749 §4.
    GrantType = "grant_type",
    /// RFC 6749 §3.3.
    Scope = "scope",
    /// The audience of the token: defined by RFC 8693 §2.1, and widely used at the token endpoint.
    Audience = "audience",
    /// RFC 8707 §2: another way to name the audience.
    Resource = "resource",
    /// RFC 6749 §6.
    RefreshToken = "refresh_token",
    /// RFC 6749 §4.1.3.
    Code = "code",
    /// RFC 7636 §4.5.
    CodeVerifier = "code_verifier",
    /// RFC 6749 §3.1.2.
    RedirectUri = "redirect_uri",
    /// RFC 7662 §2.1, RFC 7009 §2.1.
    Token = "token",
    /// RFC 7662 §2.1, RFC 7009 §2.1.
    TokenTypeHint = "token_type_hint",
    /// RFC 6749 §3.1.1.
    ResponseType = "response_type",
    /// OAuth 2.0 Multiple Response Type Encoding Practices §2.1.
    ResponseMode = "response_mode",
    /// RFC 6749 §4.1.1.
    State = "state",
    /// RFC 7636 §4.3.
    CodeChallenge = "code_challenge",
    /// RFC 7636 §4.3.
    CodeChallengeMethod = "code_challenge_method",
    /// OpenID Connect Core §3.1.2.1.
    Nonce = "nonce",
    /// OpenID Connect Core §3.1.2.1.
    Prompt = "prompt",
    /// OpenID Connect Core §3.1.2.1, in seconds.
    MaxAge = "max_age",
    /// OpenID Connect Core §3.1.2.1.
    LoginHint = "login_hint",
    /// OpenID Connect RP-Initiated Logout §2; OpenID Connect Core §3.1.2.1.
    IdTokenHint = "id_token_hint",
    /// OpenID Connect RP-Initiated Logout §2.
    PostLogoutRedirectUri = "post_logout_redirect_uri",
    /// OpenID Connect Core §6.1: always refused, because a request by value is not supported.
    RequestObject = "request",
    /// OpenID Connect Core §6.2: always refused, because a request by reference is not fetched.
    RequestUri = "request_uri",
    /// Not registered: the public id of the organization that the user should choose.
    Organization = "organization",
}

impl Parameter {
    /// Whether a request may have it several times: `resource` alone (RFC 8707 §2).
    pub const fn may_repeat(self) -> bool {
        matches!(self, Self::Resource)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Parameter {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|parameter| parameter.as_str() == text).ok_or(())
    }
}

/// The parameters of one request (RFC 6749 §3.1, §3.2). Values may be secret: `Debug` shows names
/// only, and memory is wiped on drop.
///
/// A parameter that was sent and cannot be used, such as a repeated one, has no value but an error.
/// Only the authorization endpoint gets such a request, since it has to know where to tell the
/// error; all others refuse it before.
#[derive(Clone, Default)]
pub struct Parameters {
    values: BTreeMap<Parameter, Vec<Zeroizing<String>>>,
    errors: BTreeMap<Parameter, ParameterError>,
}

/// A parameter was sent twice, which RFC 6749 §3.2 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {0} must not be repeated")]
pub struct RepeatedParameterError(pub Parameter);

impl Parameters {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a parameter. An empty value counts as absent (RFC 6749 §3.2: "Parameters sent without a
    /// value MUST be treated as if they were omitted").
    ///
    /// # Errors
    /// [`RepeatedParameterError`] when the parameter is already there and may not be repeated.
    pub fn insert(
        &mut self,
        parameter: Parameter,
        value: impl Into<String>,
    ) -> Result<(), RepeatedParameterError> {
        let value = Zeroizing::new(value.into());
        if value.is_empty() {
            return Ok(());
        }
        let values = self.values.entry(parameter).or_default();
        if !values.is_empty() && !parameter.may_repeat() {
            return Err(RepeatedParameterError(parameter));
        }
        values.push(value);
        Ok(())
    }

    /// Notes that a parameter was sent and has no value that can be used.
    pub fn insert_error(&mut self, parameter: Parameter, error: ParameterError) {
        self.values.remove(&parameter);
        self.errors.entry(parameter).or_insert(error);
    }

    /// The value of `parameter`, if it was sent; the first one of several.
    pub fn value(&self, parameter: Parameter) -> Option<&str> {
        self.values(parameter).next()
    }

    /// Every value of a parameter that may be repeated.
    pub fn values(&self, parameter: Parameter) -> impl Iterator<Item = &str> {
        self.values.get(&parameter).into_iter().flatten().map(|value| value.as_str())
    }

    /// The names of the parameters that have a value.
    pub fn names(&self) -> impl Iterator<Item = Parameter> + '_ {
        self.values.keys().copied()
    }

    /// Why `parameter` was sent and has no value.
    pub fn error(&self, parameter: Parameter) -> Option<&ParameterError> {
        self.errors.get(&parameter)
    }

    /// Every parameter that was sent and has no value, and why.
    pub fn errors(&self) -> impl Iterator<Item = (Parameter, &ParameterError)> {
        self.errors.iter().map(|(parameter, error)| (*parameter, error))
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys().chain(self.errors.keys())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_2_a_repeated_parameter_is_refused_and_an_empty_one_is_absent() {
        let mut parameters = Parameters::new();
        parameters.insert(Parameter::Scope, "").unwrap();
        assert_eq!(parameters.value(Parameter::Scope), None);
        parameters.insert(Parameter::Scope, "a").unwrap();
        let again = parameters.insert(Parameter::Scope, "b");
        assert_eq!(again, Err(RepeatedParameterError(Parameter::Scope)));
    }

    #[test]
    fn rfc8707_2_resource_alone_may_come_several_times() {
        let mut parameters = Parameters::new();
        for resource in ["https://a.example", "", "https://b.example"] {
            parameters.insert(Parameter::Resource, resource).unwrap();
        }
        let named: Vec<&str> = parameters.values(Parameter::Resource).collect();
        assert_eq!(named, ["https://a.example", "https://b.example"]);
        assert_eq!(parameters.value(Parameter::Resource), Some("https://a.example"));
        assert_eq!(Parameter::ALL.iter().filter(|it| it.may_repeat()).count(), 1);
    }

    #[test]
    fn a_parameter_with_an_error_has_no_value() {
        let mut parameters = Parameters::new();
        parameters.insert(Parameter::State, "first").unwrap();
        parameters.insert_error(Parameter::State, ParameterError::Repeated("state".into()));
        parameters.insert_error(Parameter::State, ParameterError::TooLong("state".into()));
        assert_eq!(parameters.value(Parameter::State), None);
        let error = ParameterError::Repeated("state".into());
        assert_eq!(parameters.error(Parameter::State), Some(&error), "the first error");
        assert_eq!(parameters.errors().collect::<Vec<_>>(), [(Parameter::State, &error)]);
    }

    #[test]
    fn debug_shows_no_values() {
        let mut parameters = Parameters::new();
        parameters.insert(Parameter::ClientSecret, "hunter2").unwrap();
        assert_eq!(format!("{parameters:?}"), "{ClientSecret}");
    }
}
