//! CORS: the dialect decides which endpoints pages of other origins may call, on every answer.

use oauth::Problem as P;

use super::judge::{Expect, judge, must};
use super::realm::Realm;
use super::table::spots;
use crate::harness::http::{Answer, ask};

const ORIGIN: &str = "https://page.example";

/// Every path of every endpoint of a realm. Returns how many are open.
pub(super) fn check_all(realm: &Realm) -> usize {
    let mut open = 0;
    for spot in spots(&realm.dialect, realm.toml) {
        for path in spot.endpoint.paths() {
            let target = format!("{}{}", realm.prefix, path.replace(['{', '}'], ""));
            let cors = spot.endpoint.cors();
            let what = format!("{} {path}", realm.name);
            for method in spot.endpoint.methods() {
                let preflight = ask(&realm.base, "OPTIONS", &target)
                    .header("Origin", ORIGIN)
                    .header("Access-Control-Request-Method", method)
                    .header("Access-Control-Request-Headers", "authorization,content-type")
                    .send();
                must(preflight.status == 204, || format!("{what}: {}", preflight.status));
                allows(&what, &preflight, cors);
                let methods = preflight.header("access-control-allow-methods");
                let named = methods.is_some_and(|it| it.split(", ").any(|it| it == method));
                must(named == cors, || format!("{what}: methods {methods:?}"));
                let headers = preflight.header("access-control-allow-headers");
                let expected = cors.then_some("authorization, content-type");
                must(headers == expected, || format!("{what}: headers {headers:?}"));
                let kept = preflight.header("access-control-max-age");
                must(kept.is_some() == cors, || format!("{what}: kept {kept:?}"));
                // A page can then read every error.
                let bad = ask(&realm.base, method, &target).header("Origin", ORIGIN);
                allows(&what, &bad.clone().send(), cors);
                allows(&what, &bad.text("text/plain", "x").send(), cors);
            }
            let wrong = ask(&realm.base, "PATCH", &target).header("Origin", ORIGIN);
            let expect = Expect::only(P::MethodNotAllowed);
            allows(&what, &judge(&spot, &what, &wrong, &expect), cors);
            open += usize::from(cors);
        }
    }
    open
}

fn allows(what: &str, answer: &Answer, cors: bool) {
    let expected = cors.then_some("*");
    let origin = answer.header("access-control-allow-origin");
    must(origin == expected, || format!("{what}: {origin:?} with {}", answer.status));
    let shown = answer.header("access-control-expose-headers").unwrap_or_default();
    must(shown.contains("x-request-id") == cors, || format!("{what}: exposes {shown:?}"));
    let cookies = answer.header("access-control-allow-credentials");
    must(cookies.is_none(), || format!("{what}: with credentials"));
}
