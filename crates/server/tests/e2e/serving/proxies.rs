//! Forwarded headers are used from trusted proxies only. The realms of one listener are
//! distinguished by host and path prefix.

use super::Site;
use crate::harness::http::{get, post};
use crate::harness::{Server, ports};

/// Two realms behind one listener.
fn two_realms(trusted: &str) -> (Site, String) {
    let port = ports::one();
    let base = format!("http://127.0.0.1:{port}");
    let site = Site { folder: tempfile::tempdir().unwrap(), base: base.clone() };
    site.write(&format!(
        "trusted_proxies = {trusted}\n\
         [[realms]]\nname = \"main\"\nissuer = \"{base}\"\ndialect = \"rfc\"\n\
         [[realms]]\nname = \"outer\"\nissuer = \"https://api.example.com/tenant\"\n\
         dialect = \"rfc\"\n\
         [[listeners]]\naddress = \"127.0.0.1:{port}\"\n"
    ));
    (site, base)
}

trait IsRefused {
    fn refused(self);
}

impl IsRefused for crate::harness::http::Answer {
    fn refused(self) {
        assert!(matches!(self.status, 400 | 404), "{}", self.status);
    }
}

fn issuer(answer: &crate::harness::http::Answer) -> String {
    answer.json()["issuer"].as_str().unwrap().to_owned()
}

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

#[test]
fn a_realm_is_chosen_by_host_and_prefix() {
    let (site, base) = two_realms("[]");
    let server = Server::serve(site.folder, &base);
    assert_eq!(issuer(&get(&base, WELL_KNOWN).send().expect(200)), base);
    for host in ["api.example.com", "API.EXAMPLE.COM"] {
        let below = get(&base, &format!("/tenant{WELL_KNOWN}")).header("Host", host);
        assert_eq!(issuer(&below.send().expect(200)), "https://api.example.com/tenant");
        // RFC 8414 §3.1 puts it before the path.
        let before = get(&base, &format!("{WELL_KNOWN}/tenant")).header("Host", host);
        assert_eq!(issuer(&before.send().expect(200)), "https://api.example.com/tenant");
        get(&base, WELL_KNOWN).header("Host", host).send().expect(404);
    }
    for host in ["other.example", "api.example.com:444", "", "a b"] {
        get(&base, WELL_KNOWN).header("Host", host).send().refused();
    }
    let twice = get(&base, WELL_KNOWN).header("Host", "api.example.com").header("Host", "x");
    twice.send().expect(400);
    get(&base, "/tenant%2ftoken").header("Host", "api.example.com").send().expect(404);
    drop(server);
}

#[test]
fn rfc6797_7_1_a_realm_whose_issuer_is_https_says_that_its_host_is_https_only() {
    let (site, base) = two_realms("[]");
    let server = Server::serve(site.folder, &base);
    for path in [WELL_KNOWN, "/token", "/nothing", "/account/v1/me", "/admin/v1/clients"] {
        let told = |target: &str, host: Option<&str>| {
            let request = get(&base, target);
            let request = match host {
                Some(host) => request.header("Host", host),
                None => request,
            };
            request.send().header("strict-transport-security").map(str::to_owned)
        };
        let https = told(&format!("/tenant{path}"), Some("api.example.com"));
        assert_eq!(https.as_deref(), Some("max-age=31536000"), "{path}");
        assert_eq!(told(path, None), None, "{path}");
    }
    drop(server);
}

#[test]
fn strangers_are_not_believed() {
    let (site, base) = two_realms("[\"192.0.2.1\"]");
    let server = Server::serve(site.folder, &base);
    let asked = get(&base, WELL_KNOWN)
        .header("X-Forwarded-Host", "api.example.com")
        .header("Forwarded", "host=api.example.com;for=198.51.100.7")
        .header("X-Request-Id", "given-by-a-stranger");
    let answer = asked.send().expect(200);
    assert_eq!(issuer(&answer), base);
    assert_ne!(answer.request_id(), "given-by-a-stranger");
    let refused = post(&base, "/token").header("X-Forwarded-For", "198.51.100.7");
    refused.form(&[("grant_type", "x")]).send();
    assert!(!server.log().contains("198.51.100.7"), "{}", server.log());
}

#[test]
fn trusted_proxies_are_believed() {
    let (site, base) = two_realms("[\"127.0.0.0/8\"]");
    let server = Server::serve(site.folder, &base);
    let asked = get(&base, &format!("/tenant{WELL_KNOWN}"))
        .header("X-Forwarded-Host", "api.example.com")
        .header("X-Forwarded-Proto", "https")
        .header("X-Request-Id", "given-by-the-proxy");
    let answer = asked.send().expect(200);
    assert_eq!(issuer(&answer), "https://api.example.com/tenant");
    assert_ne!(answer.request_id(), "given-by-the-proxy", "a caller may have sent it");
    let refused = post(&base, "/token")
        .header("X-Forwarded-For", "6.6.6.6, 198.51.100.7, 127.0.0.9")
        .header("X-Request-Id", "given-by-the-proxy");
    let refused = refused.form(&[("grant_type", "x")]).send();
    assert_ne!(refused.request_id(), "given-by-the-proxy");
    let log = server.log();
    assert!(log.contains("\"address\":\"198.51.100.7\""), "{log}");
    assert!(!log.contains("\"address\":\"6.6.6.6\""), "the client's own claim is not believed");
}

#[test]
fn a_chain_of_proxies_picks_a_realm_by_the_host_that_its_first_saw() {
    let (site, base) = two_realms("[\"127.0.0.0/8\"]");
    let _server = Server::serve(site.folder, &base);
    let outer = "https://api.example.com/tenant";
    let below = || get(&base, &format!("/tenant{WELL_KNOWN}"));
    let chain = ("X-Forwarded-For", "198.51.100.7, 127.0.0.9");
    for headers in [
        &[chain, ("X-Forwarded-Host", "api.example.com, inner.example")][..],
        &[chain, ("X-Forwarded-Host", "evil.example, api.example.com, inner.example")],
        &[chain, ("X-Forwarded-Host", "api.example.com")],
        &[("Forwarded", "for=198.51.100.7;host=api.example.com, for=127.0.0.9;host=inner.example")],
    ] {
        let proto = ("X-Forwarded-Proto", "https, http");
        let headers = if headers[0].0 == "Forwarded" {
            headers.to_vec()
        } else {
            [headers, &[proto]].concat()
        };
        let asked = headers.iter().fold(below(), |ask, (name, value)| ask.header(name, value));
        assert_eq!(issuer(&asked.send().expect(200)), outer, "{headers:?}");
    }
}

#[test]
fn a_disputed_forwarded_header_chooses_no_realm() {
    let (site, base) = two_realms("[\"127.0.0.0/8\"]");
    let server = Server::serve(site.folder, &base);
    let forwarded = "for=203.0.113.6;host=api.example.com;proto=https";
    for (name, value) in [
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Host", "other.example"),
        ("X-Forwarded-Proto", "http"),
    ] {
        let disputed = |target: &str| {
            get(&base, target).header("Forwarded", forwarded).header(name, value).send()
        };
        // The host of the connection itself is left.
        assert_eq!(issuer(&disputed(WELL_KNOWN).expect(200)), base, "{name}");
        disputed(&format!("/tenant{WELL_KNOWN}")).expect(404);
    }
    let refused = post(&base, "/token").header("Forwarded", "for=203.0.113.6");
    refused.header("X-Forwarded-For", "198.51.100.7").form(&[("grant_type", "x")]).send();
    let log = server.log();
    assert!(log.contains("\"address\":\"127.0.0.1\"") && !log.contains("203.0.113.6"), "{log}");
}
