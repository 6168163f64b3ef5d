//! Paths with placeholders, such as `/grants/{id}/token`.

use crate::PathValues;

/// A path. A segment is literal or a placeholder `{name}`, which matches one segment that is not
/// empty.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Value(String),
}

impl Pattern {
    /// Checks that a dialect file may contain this path.
    pub(crate) fn check(path: &str) -> Result<(), String> {
        let allowed = |b: u8| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'%' | b'"');
        if !path.starts_with('/') || !path.bytes().all(allowed) {
            return Err(format!("found path {path:?}; expected one such as \"/token\""));
        }
        for segment in path.split('/') {
            let inside = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let plain = inside.unwrap_or(segment);
            if plain.contains(['{', '}']) || inside == Some("") {
                return Err(format!(
                    "found segment {segment:?}; expected a literal or one whole {{name}}"
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn new(path: &str) -> Self {
        let segment = |text: &str| match text.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => Segment::Value(name.to_owned()),
            None => Segment::Literal(text.to_owned()),
        };
        Self(path.split('/').map(segment).collect())
    }

    /// The names of its placeholders.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Value(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// What its placeholders stand for in `path`; `None` where it does not match.
    pub(crate) fn matches<'a>(&'a self, path: &'a str) -> Option<PathValues<'a>> {
        let mut values = Vec::new();
        let mut segments = self.0.iter();
        for part in path.split('/') {
            match segments.next()? {
                Segment::Literal(literal) if literal == part => {}
                Segment::Value(name) if !part.is_empty() => values.push((name.as_str(), part)),
                _ => return None,
            }
        }
        segments.next().is_none().then_some(PathValues(values))
    }
}
