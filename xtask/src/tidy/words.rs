//! Words that names do not use, and the field's terms in their place.
//!
//! One word has one meaning here, and it is the one that a newcomer knows (`docs/glossary.md`). The names of types,
//! traits, modules, files and functions are looked at, in tests, bench and examples as well; variables and fields
//! are not. Where a word is fine as part of another (`right` beside `left`), only the whole name counts.

use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};

use super::report::Report;
use super::tree::{File, Tree};

/// Which names a word is refused in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    /// As any part of a name, also in the plural: `DoorKind`, `open_doors`.
    Part,
    /// As the whole name: `Right`, `right`.
    Whole,
    /// As the whole name of a trait.
    Trait,
    /// As the first or the last part of a type's name: `WrongKey`, `SendFailure`.
    Error,
}

use Where::{Error, Part, Trait, Whole};

/// A word, where it is refused, what to say instead, and why.
struct Word(&'static str, Where, &'static str, &'static str);

const WORDS: &[Word] = &[
    Word(
        "house",
        Part,
        "AppState, process",
        "what all realms of the process share is application state",
    ),
    Word("door", Part, "ListenerService, listener, e2e", "HTTP has listeners"),
    Word("desk", Part, "SubmissionLock", "it is a lock"),
    Word("patience", Part, "WriteTimeout, timeout", "it is a time limit"),
    Word("pace", Whole, "LogLimiter, CpuThrottle, Backoff", "it had three meanings"),
    Word("discreet", Part, "redact", "secrets are redacted"),
    Word("plot", Part, "seed realm, chart", "a realm of the demo is seeded"),
    Word("garden", Part, "seed realm", "a realm of the demo is seeded"),
    Word("sown", Part, "seeded", "a realm of the demo is seeded"),
    Word("crowd", Part, "key set", "it is a set of keys"),
    Word("errand", Part, "request source", "it makes requests"),
    Word("town", Part, "fixture", "it is a test fixture"),
    Word("asked", Whole, "RealmRequest", "it is a request"),
    Word("asking", Whole, "AuthorizationRequest", "RFC 6749 §4.1.1 has the term"),
    Word("question", Whole, "CheckInput", "it is the input of a check"),
    Word("given", Whole, "CodeExchange", "it is the outcome of exchanging a code"),
    Word("right", Whole, "ResolvedGrant", "it is the grant that a request stands for"),
    Word("root", Whole, "ParentCredential", "it is the credential that a token was minted from"),
    Word("place", Whole, "PresentedAt, status index", "it had two meanings"),
    Word("places", Whole, "status indexes", "Token Status List has the term"),
    Word("ties", Whole, "Dependencies", "a token depends on them"),
    Word("standing", Whole, "marks, TokenState, PriorConsent", "it had three meanings"),
    Word("kin", Whole, "subject", "refusals are kept by subject"),
    Word("told", Whole, "public error, published, returned", "say what happens to it"),
    Word("glance", Whole, "inline read", "it reads without blocking"),
    Word("walk", Whole, "blocking read, traverse", "it reads"),
    Word("grant", Trait, "GrantHandler", "Grant is the record"),
    Word(
        "failure",
        Error,
        "Error, ErrorResponse",
        "error words have one layer each: see the glossary",
    ),
    Word(
        "refused",
        Error,
        "Denial, Rejection, Error",
        "error words have one layer each: see the glossary",
    ),
    Word("verdict", Error, "Denial, Error", "error words have one layer each: see the glossary"),
    Word("breach", Error, "Error", "error words have one layer each: see the glossary"),
    Word("wrong", Error, "Error", "error words have one layer each: see the glossary"),
    Word("not a", Error, "Parse…Error", "error words have one layer each: see the glossary"),
    Word("not an", Error, "Parse…Error", "error words have one layer each: see the glossary"),
];

/// Names that use a word in its ordinary sense: the path of the file begins with the first, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("xtask/", "root", "the root folder of the workspace"),
    ("crates/server/tests/e2e/clients.rs", "root", "the root folder of the workspace"),
    ("crates/dialect/src/template/json.rs", "root", "the outermost value of a JSON template"),
];

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Type,
    Trait,
    Function,
    Module,
}

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust() {
        for part in file.path.trim_end_matches(".rs").split('/') {
            refuse(file, 1, part, Kind::Module, report);
        }
        if let Ok(tokens) = TokenStream::from_str(&file.text) {
            declarations(tokens, &mut |line, name, kind| refuse(file, line, name, kind, report));
        }
    }
}

fn refuse(file: &File, line: usize, name: &str, kind: Kind, report: &mut Report<'_>) {
    let excepted = |(path, it, _): &(&str, &str, &str)| file.path.starts_with(path) && *it == name;
    if EXCEPTIONS.iter().any(excepted) {
        return;
    }
    let parts = parts(name);
    if let Some(Word(word, _, better, why)) = WORDS.iter().find(|word| word.is_in(&parts, kind)) {
        report.add(&file.path, line, format!("`{name}`: for `{word}` say {better}: {why}"));
    }
}

impl Word {
    fn is_in(&self, parts: &[String], kind: Kind) -> bool {
        let Self(word, place, ..) = self;
        let is = |part: Option<&String>| part.is_some_and(|part| part == word);
        match place {
            Part => parts.iter().any(|part| part.strip_suffix('s').unwrap_or(part) == *word),
            Whole => parts.len() == 1 && is(parts.first()),
            Trait => kind == Kind::Trait && parts.len() == 1 && is(parts.first()),
            // `NotAName`: the first two parts and a third.
            Error if word.contains(' ') => {
                let words: Vec<&str> = word.split(' ').collect();
                kind == Kind::Type
                    && parts.len() > 2
                    && parts.iter().zip(&words).all(|(a, b)| a == b)
            }
            Error => kind == Kind::Type && (is(parts.first()) || is(parts.last())),
        }
    }
}

/// `open_door` and `OpenDoor` as `open`, `door`.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut begins = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            begins = true;
            continue;
        }
        if begins || c.is_uppercase() {
            parts.push(String::new());
        }
        begins = false;
        if let Some(part) = parts.last_mut() {
            part.extend(c.to_lowercase());
        }
    }
    parts
}

/// The names that the code declares, each with its line.
fn declarations(tokens: TokenStream, found: &mut dyn FnMut(usize, &str, Kind)) {
    let mut kind = None;
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                let text = word.to_string();
                if let Some(kind) = kind.take() {
                    found(word.span().start().line, &text, kind);
                } else {
                    kind = match text.as_str() {
                        "struct" | "enum" | "union" | "type" => Some(Kind::Type),
                        "trait" => Some(Kind::Trait),
                        "fn" => Some(Kind::Function),
                        "mod" => Some(Kind::Module),
                        _ => None,
                    };
                }
            }
            TokenTree::Group(group) => {
                kind = None;
                declarations(group.stream(), found);
            }
            _ => kind = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: Kind, name: &str) -> bool {
        let parts = parts(name);
        WORDS.iter().any(|word| word.is_in(&parts, kind))
    }

    #[test]
    fn a_word_is_refused_where_it_has_the_private_meaning() {
        let wanted = [
            (Kind::Type, "Door"),
            (Kind::Type, "DoorKind"),
            (Kind::Function, "a_file_at_the_door_is_read"),
            (Kind::Module, "doors"),
            (Kind::Type, "Right"),
            (Kind::Function, "walk"),
            (Kind::Module, "told"),
            (Kind::Trait, "Grant"),
            (Kind::Type, "Failure"),
            (Kind::Type, "SendFailure"),
            (Kind::Type, "WrongKey"),
            (Kind::Type, "NotAName"),
            (Kind::Type, "NotAnId"),
        ];
        for (kind, name) in wanted {
            assert!(refused(kind, name), "{name}");
        }
    }

    #[test]
    fn a_word_inside_another_or_in_its_ordinary_sense_is_kept() {
        let wanted = [
            (Kind::Type, "Grant"),
            (Kind::Function, "grant"),
            (Kind::Type, "Indoors"),
            (Kind::Function, "from_str_root"),
            (Kind::Function, "left_and_right"),
            (Kind::Function, "placeholder"),
            (Kind::Function, "place_holder"),
            (Kind::Function, "walk_folder"),
            (Kind::Function, "rfc7636_4_6_wrong_verifier_is_invalid_grant"),
            (Kind::Function, "not_a_word_more"),
            (Kind::Type, "NotAvailable"),
            (Kind::Module, "downtown"),
        ];
        for (kind, name) in wanted {
            assert!(!refused(kind, name), "{name}");
        }
    }

    #[test]
    fn every_exception_names_a_word() {
        for (path, name, _) in EXCEPTIONS {
            let parts = parts(name);
            assert!(WORDS.iter().any(|Word(word, ..)| parts.iter().any(|it| it == word)), "{path}");
        }
    }
}
