//! What becomes of paths, and of what was typed.

use askama::Template as _;
use dialect::Dialect;

use super::Place;
use super::templates::{FormPage, Typed, Wrong};
use crate::people::page::Layout;

fn layout() -> Layout {
    Layout {
        style_path: "/style.css".to_owned(),
        brand: "Demo".to_owned(),
        is_test: false,
        request_id: "req-1".to_owned(),
    }
}

#[test]
fn the_pages_are_there_where_the_dialect_takes_access_requests() {
    let (asks, rfc) = (Dialect::builtin("fyma").unwrap(), Dialect::builtin("rfc").unwrap());
    for (path, expected) in [
        ("/access-request", Some(Place::Ask)),
        ("/access-request/sent", Some(Place::Sent)),
        ("/credentials/abc", Some(Place::Credentials("abc"))),
        ("/credentials/", None),
        ("/credentials/abc/def", None),
        ("/credentials", None),
        ("/access-request/", None),
    ] {
        assert_eq!(Place::find(&asks, path), expected, "{path}");
        assert_eq!(Place::find(&rfc, path), None, "{path}");
    }
}

#[test]
fn what_was_typed_is_kept_and_escaped() {
    let hostile = "\"><script>alert(1)</script></textarea>".to_owned();
    let page = FormPage {
        layout: layout(),
        csrf: "token".to_owned(),
        typed: Typed {
            name: hostile.clone(),
            organization: hostile.clone(),
            use_case: hostile.clone(),
            contact: hostile,
        },
        wrong: Some(Wrong { field: "contact".to_owned(), text: "Not an address." }),
        notice: Some("Nothing was sent."),
        longest_use_case: 2_000,
    };
    let page = page.render().unwrap();
    assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
    assert_eq!(page.matches("&#60;script&#62;").count(), 4, "{page}");
    assert_eq!(page.matches("</textarea>").count(), 1, "{page}");
    assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
}
