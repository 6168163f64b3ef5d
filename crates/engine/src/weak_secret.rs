//! Whether a secret that an older system chose can be guessed.
//!
//! The estimate is generous to the one who guesses. It may call a strong secret weak, such as one of
//! twenty random lower-case letters that look like words, or, in less than one case of a hundred, one
//! of 22 random characters of base64url. It rarely calls a weak one strong.

/// The fewest bits of a secret that is not weak. NIST SP 800-63B §5.1.3.2: with less than 64 bits of entropy, the
/// verifier must limit the rate of failed attempts.
pub(crate) const STRONG: u32 = 64;

/// What a word counts for, in bits: one of 2,048 words.
const WORD: f64 = 11.0;
/// So many letters count as one word. A shorter run of letters counts letter by letter.
const LETTERS_OF_A_WORD: usize = 10;
/// The shortest run of letters that may be a word.
const SHORTEST_WORD: usize = 5;

/// An estimate of how many guesses a secret takes, as the bits of their number, rounded down.
///
/// - The `id` of the secret inside it, in either case, counts for nothing: guesses begin there.
/// - A text that repeats itself counts once.
/// - A character that repeats the one before it, or follows it (`1234`, `abcd`, `4321`), counts for nothing.
/// - Separators (`-`, `_`, `.`, `:`, space) count for nothing: they stand in fixed positions.
/// - A run of five or more letters in one case that can be pronounced is taken for words, one for every ten letters:
///   11 bits each.
/// - Any other character counts for the size of the alphabet that the text uses: digits, hexadecimal digits, letters of
///   one case, of both, and signs.
pub(crate) fn guess_bits(id: &str, secret: &str) -> u32 {
    let folded = secret.to_lowercase();
    let (at, length) = match folded.find(&id.to_lowercase()) {
        Some(at) if id.len() > 2 && folded.len() == secret.len() => (at, id.len()),
        _ => (0, 0),
    };
    let rest: Vec<char> = match (secret.get(..at), secret.get(at + length..)) {
        (Some(before), Some(after)) => before.chars().chain(after.chars()).collect(),
        _ => secret.chars().collect(),
    };
    let period = (1..=rest.len() / 2)
        .find(|period| rest.iter().zip(rest.iter().skip(*period)).all(|(a, b)| a == b));
    let once = rest.get(..period.unwrap_or(rest.len())).unwrap_or_default();
    bits_of(once) as u32
}

fn bits_of(text: &[char]) -> f64 {
    let each = alphabet(text).log2();
    let mut bits = 0.0;
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some((first, after)) = rest.split_first() {
        let word = word_at(rest);
        if word > 0 {
            bits += WORD * word.div_ceil(LETTERS_OF_A_WORD) as f64;
            before = rest.get(word - 1).copied();
            rest = rest.get(word..).unwrap_or_default();
            continue;
        }
        let step = before
            .map_or(i64::MAX, |before| i64::from(u32::from(*first)) - i64::from(u32::from(before)));
        if !is_separator(*first) && !(-1..=1).contains(&step) {
            bits += each;
        }
        before = Some(*first);
        rest = after;
    }
    bits
}

/// The length of the word that `text` begins with; 0 where it begins with none. A word is in small letters, of which
/// the first may be a capital, or in capitals.
fn word_at(text: &[char]) -> usize {
    if !text.first().is_some_and(|first| first.is_alphabetic()) {
        return 0;
    }
    let small = text.iter().skip(1).take_while(|c| c.is_lowercase()).count();
    let capitals = text.iter().take_while(|c| c.is_uppercase()).count();
    let length = (1 + small).max(capitals);
    let run = text.get(..length).unwrap_or_default();
    if length >= SHORTEST_WORD && can_be_pronounced(run) { length } else { 0 }
}

/// Whether no more than three consonants follow each other, and no more than three vowels.
fn can_be_pronounced(run: &[char]) -> bool {
    let is_vowel = |c: &char| matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    run.chunk_by(|a, b| is_vowel(a) == is_vowel(b)).all(|alike| alike.len() <= 3)
}

/// The number of characters that a text may have, judged by those it has.
fn alphabet(text: &[char]) -> f64 {
    let has = |is: fn(&char) -> bool| text.iter().any(is);
    let hexadecimal =
        |letters: fn(&char) -> bool| text.iter().filter(|c| c.is_alphabetic()).all(letters);
    let letters = match (has(|c| c.is_lowercase()), has(|c| c.is_uppercase())) {
        (false, false) => 0.0,
        (true, true) => 52.0,
        (true, false) if hexadecimal(|c| matches!(c, 'a'..='f')) => 6.0,
        (false, true) if hexadecimal(|c| matches!(c, 'A'..='F')) => 6.0,
        _ => 26.0,
    };
    let digits: f64 = if has(char::is_ascii_digit) || letters == 6.0 { 10.0 } else { 0.0 };
    let signs = if has(|c| !c.is_alphanumeric() && !is_separator(*c)) { 30.0 } else { 0.0 };
    (letters + digits + signs).max(1.0)
}

const fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | ':' | ' ')
}

#[cfg(test)]
mod tests {
    use base::{Rng as _, SystemRng};

    use super::*;

    #[test]
    fn what_people_and_counters_choose_is_weak() {
        for weak in [
            "004213",
            "1234567890123456",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabcabcabc",
            "hunter2",
            "password",
            "Password2024!",
            "MySecretPassword2019",
            "correcthorsebatterystaple",
            "CorrectHorseBatteryStaple",
            "correct-horse-battery-staple",
            "customer-portal-production-2019",
            "2019-11-30T12:00:00",
            "f3a9c1",
            "k-1001",
            "",
        ] {
            assert!(guess_bits("k-1001", weak) < STRONG, "{weak}: {}", guess_bits("k-1001", weak));
        }
        let named_after_the_id = "zJ1sRa0Rdxqu422Iyoqx";
        assert!(guess_bits("x", named_after_the_id) >= STRONG);
        assert_eq!(guess_bits(named_after_the_id, &named_after_the_id.to_lowercase()), 0);
    }

    #[test]
    fn what_a_generator_of_random_numbers_chooses_is_strong() {
        for strong in [
            "6f9e8a8e-2c1b-4d5e-9f3a-0b7c6d5e4f31",
            "KgfWFCXxWcQVwdkX4hPODwTMSz_iyBXlOWptgLo0ixg",
            "9f86d081884c7d659a2feaa0c55ad015",
            "JBSWY3DPEHPK3PXPKRUGS4ZA",
        ] {
            assert!(
                guess_bits("k-1001", strong) >= STRONG,
                "{strong}: {}",
                guess_bits("k-1001", strong)
            );
        }
        // 32 hexadecimal digits, and 22 digits of base64url: 128 bits each.
        let is_weak = |secret: &String| guess_bits("k-1001", secret) < STRONG;
        let hexadecimal = (0..2_000).map(|_| format!("{:032x}", SystemRng.u128()));
        assert_eq!(hexadecimal.filter(is_weak).count(), 0);
        let base64 = (0..2_000).map(|_| base::encoding::base64url(SystemRng.u128().to_be_bytes()));
        let weak = base64.filter(is_weak).collect::<Vec<_>>();
        assert!(weak.len() <= 20, "{weak:?}");
        let longer = (0..2_000).map(|_| {
            let halves = [SystemRng.u128().to_be_bytes(), SystemRng.u128().to_be_bytes()];
            base::encoding::base64url(halves.concat())
        });
        assert_eq!(longer.filter(is_weak).count(), 0, "256 bits");
    }
}
