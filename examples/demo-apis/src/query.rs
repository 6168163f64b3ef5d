//! Query parameters, read strictly: at most once each, numbers within bounds.

use std::ops::RangeInclusive;

/// A parameter that cannot be parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueryError {
    /// Its name.
    pub(crate) parameter: &'static str,
    /// The problem, as shown to the caller.
    pub(crate) why: String,
}

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the query after the question mark.
    pub(crate) fn parse(raw: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// The value of `parameter`; `None` when it is absent.
    ///
    /// # Errors
    /// When it is sent twice.
    pub(crate) fn text(&self, parameter: &'static str) -> Result<Option<&str>, QueryError> {
        let mut values = self.0.iter().filter(|(name, _)| name == parameter);
        let first = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(QueryError {
                parameter,
                why: format!("{parameter} was sent more than once"),
            });
        }
        Ok(first)
    }

    /// The number in `parameter`, or `default` when it is absent.
    ///
    /// # Errors
    /// When it is sent twice, or is not a whole number within `bounds`.
    pub(crate) fn number(
        &self,
        parameter: &'static str,
        bounds: RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, QueryError> {
        let Some(text) = self.text(parameter)? else { return Ok(default) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| {
            let (low, high) = (bounds.start(), bounds.end());
            let why = format!("{parameter} must be a whole number from {low} to {high}");
            QueryError { parameter, why }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_bounded_and_never_guessed() {
        let read = |raw| Query::parse(Some(raw)).number("pageSize", 1..=200, 50);
        assert_eq!(read(""), Ok(50));
        assert_eq!(read("pageSize=200"), Ok(200));
        for wrong in [
            "pageSize=0",
            "pageSize=201",
            "pageSize=",
            "pageSize=ten",
            "pageSize=-1",
            "pageSize=99999999999999999999999",
            "pageSize=1&pageSize=1",
            "pageSize=%FF",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
