//! The row of a table of reasons, and the macro that writes a table.

use oauth::Problem;

use super::at::Subject;
use super::text::PublicText;

/// How a denial is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The caller made a mistake, or the user decided.
    Info,
    /// Support should look at it: a possible attack, a limit that was reached, or a client that
    /// fails.
    Warn,
    /// This program, its configuration or its database is at fault.
    Error,
}

/// All that follows from a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// The stable private code: in logs, metrics and stored refusals. It never changes.
    pub code: &'static str,
    /// The level at which a denial with this reason is logged.
    pub level: Level,
    /// What the reason is about. It decides whether [`DeniedAt`](super::DeniedAt) changes the
    /// answer.
    pub subject: Subject,
    /// What the caller may know. The HTTP status and the error code follow from it.
    pub problem: Problem,
    /// The text that the caller reads.
    pub text: PublicText,
    /// What support looks at next: a command, a setting or a field.
    pub hint: &'static str,
}

/// Writes the table of a topic: a row for each variant of its enum, by the variant's name alone. So the
/// table is exhaustive, and no row can stand for more than one reason.
///
/// ```text
/// VARIANT => "CODE", LEVEL, SUBJECT, PROBLEM, TEXT, "HINT";
/// ```
macro_rules! rows {
    ($reason:ident {
        $($variant:ident => $code:literal, $level:ident, $subject:ident, $problem:ident, $text:expr,
            $hint:literal;)*
    }) => {
        impl $reason {
            /// Every row, in the order of the table.
            pub(super) const ROWS: &'static [$crate::denial::row::ReasonRow] = &[$(
                $crate::denial::row::ReasonRow {
                    code: $code,
                    level: $crate::denial::row::Level::$level,
                    subject: $crate::denial::at::Subject::$subject,
                    problem: oauth::Problem::$problem,
                    text: $text,
                    hint: $hint,
                },
            )*];

            /// The row of this reason.
            #[allow(clippy::indexing_slicing, reason = "the table has a row for each variant")]
            pub(super) const fn row(&self) -> &'static $crate::denial::row::ReasonRow {
                enum Position { $($variant,)* }
                let position = match self { $(Self::$variant { .. } => Position::$variant,)* };
                &Self::ROWS[position as usize]
            }
        }
    };
}
