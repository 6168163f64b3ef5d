//! A path where there is nothing: a page for a browser, the error of the dialect for a program.

use super::Site;
use crate::harness::http::{Answer, Ask, ask, get};
use crate::harness::{Server, ports};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn is_page(answer: &Answer) {
    assert_eq!(answer.status, 404, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    let text = answer.text();
    assert!(text.contains("<h1>There is nothing here</h1>"), "{text}");
    assert!(!answer.request_id().is_empty());
}

fn by_browser(ask: Ask) -> Answer {
    ask.header("Accept", BROWSER).send()
}

#[test]
fn a_browsers_404_is_a_page() {
    let site = Site::new("rfc", "");
    let base = site.base.clone();
    let _server = Server::serve(site.folder, &base);
    let paths =
        ["/", "/nowhere", "/sign-in/", "/%ff?%ff", "/.well-known/nowhere", "/admin", "/account"];
    for path in [&paths[..], &["/admin/v1/clients/", "/account/v2", "/status-lists/999"]].concat() {
        let page = by_browser(get(&base, path));
        is_page(&page);
        assert!(page.text().contains(page.request_id()), "{path}: {}", page.text());
        let program = get(&base, path).send().expect(404);
        assert_eq!(program.header("content-type"), Some("application/json"), "{path}");
        for accept in ["*/*", "application/json", "text/html;q=0"] {
            let program = get(&base, path).header("Accept", accept).send().expect(404);
            assert_eq!(program.header("content-type"), Some("application/json"), "{path} {accept}");
        }
    }
    let head = by_browser(ask(&base, "HEAD", "/nowhere")).expect(404);
    assert_eq!(head.header("content-type"), Some("text/html; charset=utf-8"));
    is_page(&by_browser(ask(&base, "POST", "/nowhere").form(&[("a", "b")])));
    // The style of the page is there.
    let page = by_browser(get(&base, "/nowhere"));
    let style = page.text().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    get(&base, style).send().expect(200);
}

#[test]
fn a_host_without_a_realm_has_a_page_for_browsers_too() {
    let port = ports::one();
    let base = format!("http://127.0.0.1:{port}");
    let site = Site { folder: tempfile::tempdir().unwrap(), base: base.clone() };
    site.write(&format!(
        "[[realms]]\nname = \"main\"\nissuer = \"{base}/tenant\"\ndialect = \"rfc\"\n\
         [[listeners]]\naddress = \"127.0.0.1:{port}\"\n"
    ));
    let _server = Server::serve(site.folder, &format!("{base}/tenant"));
    is_page(&by_browser(get(&base, "/")));
    is_page(&by_browser(get(&base, "/tenant/nowhere")));
    let program = get(&base, "/").send().expect(404);
    assert_eq!(program.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn a_demo_realm_and_the_portal_have_the_page() {
    let server = Server::dev();
    let demo = server.demo();
    is_page(&by_browser(get(demo["portal"].as_str().unwrap(), "/nowhere")));
    for realm in demo["realms"].as_object().unwrap().values() {
        is_page(&by_browser(get(realm["base"].as_str().unwrap(), "/nowhere")));
    }
}
