//! Paths beside the endpoints: the portal, health, metrics, and unknown paths.

use super::judge::{decent, must, reported};
use crate::harness::Server;
use crate::harness::http::{ask, get};

const PATHS: [&str; 9] = [
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/nowhere",
    "/assets/../../etc/passwd",
    "/%00",
    "/%ff?%ff",
    "/.well-known/nowhere",
];
const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

/// Every method at every path of the portal and of each realm.
pub(super) fn check_all() -> Server {
    let server = Server::dev();
    let demo = server.demo();
    let realms = demo["realms"].as_object().unwrap().values();
    let bases = realms.map(|realm| realm["base"].as_str().unwrap());
    for base in bases.chain([demo["portal"].as_str().unwrap()]) {
        for path in PATHS {
            for method in METHODS {
                let ask = ask(base, method, path).header("X-Request-Id", "<script>");
                let answer = ask.send();
                decent(path, &ask, &answer);
                let reads = matches!(method, "GET" | "HEAD");
                let there = path.ends_with('z') || (base == server.base && path.len() < 9);
                let expected = match (there, reads) {
                    (true, true) => [200, 200, 404],
                    // This is not a preflight request.
                    _ => [404, 405, 204],
                };
                let fits = expected.contains(&answer.status);
                must(fits, || format!("expected {expected:?}\n{}", reported(&ask, &answer)));
                must(answer.request_id() != "<script>", || reported(&ask, &answer));
            }
        }
        for header in ["Bearer x", "Basic YTpi", "\u{e9}"] {
            let ask = get(base, "/healthz").header("Authorization", header);
            must(ask.send().status == 200, || "health asks for no credential".to_owned());
        }
    }
    server
}
