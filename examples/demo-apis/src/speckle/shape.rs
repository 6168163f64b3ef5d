//! What is looked at before an operation is parsed.
//!
//! Invariant: the work of parsing and validating is bounded by the length of the text. The parser
//! calls itself for each nested bracket, and a deep enough nest would end the process; the rules
//! follow each spread of a fragment anew, and fragments that spread each other twice make that
//! exponential. Both are counted wherever they stand, also in strings: so no look at what is a
//! string can differ from the parser's.

/// Opening brackets of an operation: more than any sensible one has.
const MOST_BRACKETS: usize = 256;
/// Spreads of an operation; introspection by the usual tools needs 8. Twelve make at most 81 visits.
const MOST_SPREADS: usize = 12;

/// Refuses what would cost more than its length.
///
/// # Errors
/// What there is too much of, for the caller.
pub(super) fn check(query: &str) -> Result<(), &'static str> {
    let brackets = query.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b'(')).count();
    if brackets > MOST_BRACKETS {
        return Err("The operation has more than 256 brackets.");
    }
    if query.matches("...").count() > MOST_SPREADS {
        return Err("The operation has more than 12 spreads.");
    }
    Ok(())
}
