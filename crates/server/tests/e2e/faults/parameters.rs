//! Faults of one parameter, at every endpoint of every dialect.

use oauth::{Operation, Problem as P};

use super::draft::{Draft, Value};
use super::judge::Expect;
use super::table::{Encoding, Location, Spot};

/// A faulty request, and its allowed answers.
pub(super) struct Case<'a> {
    pub(super) what: String,
    /// The fault.
    pub(super) parameter: String,
    /// The parameter's valid value.
    pub(super) own: String,
    pub(super) draft: Draft<'a>,
    pub(super) expect: Expect,
}

/// Longer than any parameter may be.
const LONG: usize = 9 * 1024;

/// Parameters that nobody reads, in a form or query (RFC 6749 §3.1).
pub(super) const UNKNOWN: [&[u8]; 8] = [
    b"utm_campaign=50%off",
    b"foo=%e4",
    b"%e4=1",
    b"a=1&a=2",
    b"&&=&%=%&",
    b"nobody=%zz",
    b"%zz=1&%f",
    b"%c3%28=1",
];

/// Every fault of every parameter of a valid request.
pub(super) fn cases<'a>(good: &Draft<'a>) -> Vec<Case<'a>> {
    (0..good.fields.len()).flat_map(|index| of_one(good, index)).collect()
}

fn of_one<'a>(good: &Draft<'a>, index: usize) -> Vec<Case<'a>> {
    let field = &good.fields[index];
    let (parameter, location) = (field.named.parameter.as_str(), &field.named.location);
    let spot = good.spot;
    let own = match &field.value {
        Value::Text(text) => text.clone(),
        Value::Literal(_) => unreachable!(),
    };
    let mut cases = Vec::new();
    let mut add = |what: &str, expect: Expect, change: &dyn Fn(&mut Draft<'a>)| {
        let mut draft = good.clone();
        change(&mut draft);
        let (what, parameter) = (format!("{parameter} {what}"), parameter.to_owned());
        cases.push(Case { what, parameter, own: own.clone(), draft, expect });
    };
    let text = |text: String| {
        move |it: &mut Draft<'a>| {
            it.fields[index].value = Value::Text(text.clone());
        }
    };
    let literal = |bytes: Vec<u8>| {
        move |it: &mut Draft<'a>| {
            it.fields[index].value = Value::Literal(bytes.clone());
        }
    };

    add("missing", missing(spot, parameter, location), &|it| drop(it.fields.remove(index)));
    add("empty", missing(spot, parameter, location), &text(String::new()));
    add("too long", Expect::one_of(&too_long(location)), &text("x".repeat(LONG)));
    for (what, around) in strange_values(&own) {
        add(what, strange(parameter), &text(around));
    }
    if matches!(location, Location::Body(_) | Location::Query(_)) {
        let doubled = Expect::only(P::InvalidRequest);
        let twice = |it: &mut Draft<'a>| it.fields.push(it.fields[index].clone());
        add("doubled", doubled.clone(), &twice);
        add("doubled with another value", doubled, &|it| {
            it.fields.push(it.fields[index].clone());
            it.fields[index].value = Value::Text("x".to_owned());
        });
    }
    if let Location::Body(_) | Location::Query(_) = location {
        // RFC 6749 §3.1: without a value it is omitted, so it does not come twice.
        for (what, first) in [("after an empty one", true), ("before an empty one", false)] {
            add(what, Expect::fine(), &move |it: &mut Draft<'a>| {
                let mut empty = it.fields[index].clone();
                empty.value = Value::Text(String::new());
                it.fields.insert(if first { index } else { index + 1 }, empty);
            });
        }
    }
    if let (Location::Body(name), true) = (location, spot.named.iter().all(in_body_or_basic)) {
        let name = name.clone();
        add("in the query, too", Expect::fine(), &move |it| {
            it.path.push_str(&format!("?{name}=x"));
        });
    }
    match (location, good.encoding) {
        (Location::Body(_), Encoding::Json) => {
            for wrong in ["7", "true", "[]", r#"["a"]"#, "{}", r#"{"a":"b"}"#, "1e999"] {
                let expect = Expect::only(P::InvalidRequest);
                add(&format!("as {wrong}"), expect, &literal(wrong.into()));
            }
            add("as null", missing(spot, parameter, location), &literal(b"null".to_vec()));
            let expect = Expect::only(P::InvalidRequest);
            add("not UTF-8", expect.clone(), &literal(b"\"a\xff\"".to_vec()));
            add("a lone surrogate", expect, &literal(br#""\ud800""#.to_vec()));
        }
        (Location::Username | Location::Password, _) => {
            let expect = Expect::one_of(&[P::InvalidClient, P::InvalidRequest]);
            add("not UTF-8", expect.clone(), &literal(b"a\xff".to_vec()));
            add("half an escape", expect, &literal(b"a%f".to_vec()));
        }
        _ => {
            let expect = Expect::only(P::InvalidRequest);
            add("not UTF-8", expect.clone(), &literal(b"a%ff".to_vec()));
            add("half an escape", expect, &literal(b"a%f".to_vec()));
        }
    }
    cases
}

/// Values that are near `own`, and one that is unlike any: what is strange about each, and the value.
pub(super) fn strange_values(own: &str) -> [(&'static str, String); 6] {
    [
        ("after a space", format!(" {own}")),
        ("before a line feed", format!("{own}\n")),
        ("before a no-break space", format!("{own}\u{a0}")),
        ("with NUL", format!("{own}\0")),
        ("another", format!("{own}x")),
        ("strange", "\u{1F511}<script>'\";--${7*7}".to_owned()),
    ]
}

fn in_body_or_basic(named: &super::table::Named) -> bool {
    !matches!(named.location, Location::Query(_))
}

/// RFC 6749 §3.2: a parameter without a value counts as omitted.
fn missing(spot: &Spot<'_>, parameter: &str, location: &Location) -> Expect {
    if matches!(location, Location::Path(_)) {
        return Expect::only(P::NotFound);
    }
    let default = spot.defaults.iter().any(|known| known == parameter);
    match parameter {
        "scope" | "token_type_hint" => Expect::fine(),
        _ if default => Expect::fine(),
        "client_id" | "client_secret" => Expect::one_of(&[P::InvalidClient, P::InvalidRequest]),
        "audience" => Expect::only(P::AudienceMissing),
        _ => Expect::only(P::InvalidRequest),
    }
}

fn too_long(location: &Location) -> Vec<P> {
    match location {
        Location::Username | Location::Password => vec![P::InvalidRequest, P::InvalidClient],
        _ => vec![P::InvalidRequest],
    }
}

/// An unknown value.
fn strange(parameter: &str) -> Expect {
    match parameter {
        "client_id" | "client_secret" => Expect::only(P::InvalidClient),
        "grant_type" => Expect::only(P::UnsupportedGrantType),
        // White space between scopes is allowed.
        "scope" => Expect::only(P::InvalidScope).or_fine(),
        "audience" => Expect::one_of(&[P::AudienceUnknown, P::AudienceNotGranted]),
        "refresh_token" => Expect::only(P::InvalidGrant),
        // RFC 7662 §2.2, RFC 7009 §2.2: an invalid token is no error.
        _ => Expect::fine(),
    }
}

/// Whether an operation has parameters at all.
pub(super) fn is_asked(operation: Operation) -> bool {
    matches!(operation, Operation::Token | Operation::Introspection | Operation::Revocation)
}
