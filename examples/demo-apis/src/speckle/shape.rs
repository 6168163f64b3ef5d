//! Checks on an operation before it is parsed.
//!
//! Invariant: the work of parsing and validating is bounded by the length of the text. The parser
//! recurses for each nested bracket, and deep nesting would end the process. The validation rules
//! follow each spread of a fragment, and fragments that spread each other twice make that
//! exponential. Both are counted everywhere, also in strings, so that the check cannot disagree
//! with the parser about what is a string.

/// The largest number of opening brackets in an operation: more than any sensible one has.
const MAX_BRACKETS: usize = 256;
/// The largest number of spreads in an operation. Introspection by the usual tools needs 8. Twelve
/// cause at most 81 visits.
const MAX_SPREADS: usize = 12;

/// Refuses an operation whose cost exceeds its length.
///
/// # Errors
/// What exceeds a limit, for the caller.
pub(super) fn check(query: &str) -> Result<(), &'static str> {
    let brackets = query.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b'(')).count();
    if brackets > MAX_BRACKETS {
        return Err("The operation has more than 256 brackets.");
    }
    if query.matches("...").count() > MAX_SPREADS {
        return Err("The operation has more than 12 spreads.");
    }
    Ok(())
}
