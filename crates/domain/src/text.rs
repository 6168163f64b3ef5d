//! Text for people that reads as it is written: nothing in it hides, breaks a line or turns the
//! direction of writing.
//!
//! Whatever is typed becomes a [`VisibleText`] or is refused. What was stored before there was such
//! a type is shown by [`escaped`] wherever a hidden character would do harm: in mails, terminals
//! and logs.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;

/// A text without hidden characters (see [`TextError::Hidden`]) and without white space around it.
/// It is empty, or shows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleText(String);

impl VisibleText {
    /// One line of at most `most` characters.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn line(text: &str, most: usize) -> Result<Self, TextError> {
        Self::parse(text.trim(), most, false)
    }

    /// One or more lines of at most `most` characters, line breaks included, which become `\n`. There
    /// may be tabs.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn lines(text: &str, most: usize) -> Result<Self, TextError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        Self::parse(text.trim(), most, true)
    }

    fn parse(text: &str, most: usize, breaks: bool) -> Result<Self, TextError> {
        if text.chars().nth(most).is_some() {
            return Err(TextError::TooLong);
        }
        if let Some(character) = hidden(text, breaks).map(|(_, c)| c).next() {
            return Err(TextError::Hidden(character));
        }
        let shows = |c: char| !c.is_whitespace() && !is_combining_mark(c);
        if !text.is_empty() && !text.chars().any(shows) {
            return Err(TextError::Blank);
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether there is no text.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Why a text is no [`VisibleText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It has more characters than allowed.
    #[error("it is too long")]
    TooLong,
    /// It shows nothing: it has only combining marks.
    #[error("it shows nothing")]
    Blank,
    /// It has a control character, a line break where one line is asked for, a character that turns
    /// the direction of writing, or one that shows nothing (Unicode's `Default_Ignorable_Code_Point`,
    /// the blank of Braille, and noncharacters).
    #[error("it has the hidden character U+{:04X}", u32::from(*.0))]
    Hidden(char),
}

/// A text in one line, with each hidden character as `\u{200b}`, line breaks and tabs included.
pub fn escaped(text: &str) -> Cow<'_, str> {
    with_escapes(text, false, escape)
}

/// A text of several lines, with each hidden character as `\u{200b}`.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    with_escapes(text, true, escape)
}

fn escape(c: char, out: &mut String) {
    let _ = write!(out, "{}", c.escape_unicode());
}

/// JSON that says the same, with each hidden character as `\u200b` (RFC 8259 §7).
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    with_escapes(json, true, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn with_escapes(text: &str, breaks: bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if is_plain(text, breaks) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = 0;
    for (at, c) in hidden(text, breaks) {
        out.push_str(text.get(rest..at).unwrap_or_default());
        escape(c, &mut out);
        rest = at + c.len_utf8();
    }
    out.push_str(text.get(rest..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether the text is ASCII that shows. Almost every text is.
fn is_plain(text: &str, breaks: bool) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~') || (breaks && b == b'\n'))
}

/// The hidden characters of a text, each with its place in bytes.
fn hidden(text: &str, breaks: bool) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut before = None;
    text.char_indices().filter(move |(at, c)| {
        let after = || text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let is_break = breaks && matches!(c, '\n' | '\t');
        let is_hidden = hides(*c) && !is_break && !belongs(*c, before, after());
        before = Some(*c);
        is_hidden
    })
}

const fn hides(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character that hides belongs where it is, as people type it: a joiner or non-joiner
/// between letters of the scripts that join them, from Arabic to Burmese (as in RFC 5892, appendix
/// A), and a joiner or the variation selector of a picture behind one.
fn belongs(c: char, before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), after) = (before, after.unwrap_or(' ')) else { return false };
    match c {
        '\u{fe0e}' | '\u{fe0f}' => is_picture(before),
        '\u{200c}' => joins(before) && joins(after),
        '\u{200d}' => {
            (joins(before) && joins(after))
                || ((is_picture(before) || before == '\u{fe0f}') && is_picture(after))
        }
        _ => false,
    }
}

fn joins(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{109f}') && (c.is_alphabetic() || is_combining_mark(c))
}

fn is_picture(c: char) -> bool {
    !c.is_ascii()
        && !c.is_alphanumeric()
        && !c.is_whitespace()
        && !is_combining_mark(c)
        && !hides(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<String, TextError> {
        VisibleText::line(text, 20).map(VisibleText::into_string)
    }

    #[test]
    fn what_people_write_is_visible() {
        for fine in [
            "Société Générale",
            "שלום",
            "日本",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "Ops \u{2764}\u{fe0f}",
            "\u{1f469}\u{200d}\u{1f4bb} dev",
            "A&B <x> \"y\" \\",
            "",
        ] {
            assert_eq!(line(fine).as_deref(), Ok(fine));
            assert_eq!(escaped(fine), fine);
        }
        assert_eq!(line(" Acme\u{a0}\u{3000}").as_deref(), Ok("Acme"));
    }

    #[test]
    fn what_hides_is_refused_and_escaped() {
        let hidden = "\0\t\n\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180e}\u{200b}\
                      \u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206a}\
                      \u{2800}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{ffff}\u{e0041}\u{e0100}";
        for c in hidden.chars() {
            let text = format!("a{c}b");
            assert_eq!(line(&text), Err(TextError::Hidden(c)), "{c:?}");
            assert_eq!(escaped(&text), format!("a{}b", c.escape_unicode()));
            let json = serde_json::to_string(&text).unwrap();
            let escaped = escaped_json(&json);
            assert!(escaped.is_ascii() || !hides(c), "{escaped}");
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
        assert_eq!(line("ab\u{200b}"), Err(TextError::Hidden('\u{200b}')));
        assert_eq!(line("\u{301}"), Err(TextError::Blank));
        assert_eq!(line(&"ä".repeat(21)), Err(TextError::TooLong));
    }

    #[test]
    fn lines_may_break_and_nothing_else() {
        let lines = |text| VisibleText::lines(text, 20).map(VisibleText::into_string);
        assert_eq!(lines("a\r\nb\rc\n\td\n").as_deref(), Ok("a\nb\nc\n\td"));
        assert_eq!(lines("a\u{2028}b"), Err(TextError::Hidden('\u{2028}')));
        assert_eq!(escaped_lines("a\nb\u{202e}\u{85}"), "a\nb\\u{202e}\\u{85}");
    }
}
