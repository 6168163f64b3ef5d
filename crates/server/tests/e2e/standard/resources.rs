//! `resource` (RFC 8707): compared as a URI, several of them, and at the authorization endpoint.

use serde_json::json;

use super::{API, Fixture};
use crate::dialects::person::parameter;
use crate::harness::http::{Answer, form, post};
use crate::harness::jwt;
use crate::harness::realm::Machine;

const OTHER: &str = "https://other.example/v1";
const NOT_GRANTED: &str = "https://third.example";

struct Resources {
    fixture: Fixture,
    machine: Machine,
}

impl Resources {
    /// A machine with one API, and another API.
    fn new() -> Self {
        let fixture = Fixture::new();
        fixture.admin.api(OTHER, &["read"]);
        fixture.admin.api(NOT_GRANTED, &["read"]);
        let machine = fixture.admin.machine(&json!({"name": "machine"}), API);
        Self { fixture, machine }
    }

    fn token(&self, resources: &[&str], more: &[(&str, &str)]) -> Answer {
        let grant = [("grant_type", "client_credentials")];
        let resources: Vec<_> = resources.iter().map(|it| ("resource", *it)).collect();
        let fields = [&grant[..], &resources, more].concat();
        let ask = post(&self.fixture.base, "/token");
        ask.basic(&self.machine.id, &self.machine.secret).form(&fields).send()
    }

    fn audience(&self, resources: &[&str]) -> String {
        let answer = self.token(resources, &[]).expect(200).json();
        jwt::parts(answer["access_token"].as_str().unwrap()).1["aud"].as_str().unwrap().to_owned()
    }
}

fn invalid_target(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 400, "{what}: {}", answer.text());
    assert_eq!(answer.json()["error"], "invalid_target", "{what}");
}

#[test]
fn rfc3986_6_2_3_a_resource_is_compared_as_a_uri_and_aud_is_the_registered_text() {
    let all = Resources::new();
    for spelt in
        [API, "https://api.example/", "HTTPS://API.example:443", "https://api.example:443/"]
    {
        assert_eq!(all.audience(&[spelt]), API, "{spelt}");
    }
    for other in [
        "http://api.example",
        "https://api.example/v1",
        "https://api.example/?",
        "https://api.example#x",
        "https:\\\\api.example",
        " https://api.example",
        "https://api.example\0",
        "api.example",
    ] {
        invalid_target(&all.token(&[other], &[]), other);
    }
    // `audience` is the registered text alone.
    invalid_target(&all.token(&[], &[("audience", "https://api.example/")]), "audience");
    all.token(&["https://api.example/"], &[("audience", API)]).expect(200);
    invalid_target(&all.token(&[OTHER], &[("audience", API)]), "audience and another resource");
    // An identifier that ends in a slash is one, too.
    all.fixture.admin.api("https://slash.example/", &["read"]);
    let machine = all.fixture.admin.machine(&json!({"name": "m"}), "https://slash.example/");
    let all = Resources { machine, ..all };
    assert_eq!(all.audience(&["https://slash.example"]), "https://slash.example/");
}

#[test]
fn rfc8707_2_of_several_resources_one_api_is_granted_or_the_target_is_invalid() {
    let all = Resources::new();
    for named in [
        &[API, API][..],
        &[API, "https://api.example/"],
        &["https://nobody.example", API],
        &[API, "https://nobody.example"],
        &[NOT_GRANTED, API],
        &["", API, ""],
    ] {
        assert_eq!(all.audience(named), API, "{named:?}");
    }
    invalid_target(&all.token(&["https://nobody.example", "https://no.example"], &[]), "unknown");
    invalid_target(&all.token(&[OTHER, NOT_GRANTED], &[]), "not granted");
    let granted = json!({"client": all.machine.id, "audience": OTHER});
    all.fixture.admin.create("/grants", &granted);
    assert_eq!(all.audience(&[OTHER]), OTHER);
    let answer = all.token(&[API, OTHER], &[]);
    invalid_target(&answer, "a token is for one");
    assert_eq!(all.fixture.admin.why(&answer), "audiences_several");
    let many: Vec<String> = (0..20).map(|n| format!("https://n{n}.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(all.token(&many, &[]).expect(400).json()["error"], "invalid_request");
}

#[test]
fn rfc8707_2_1_an_authorization_request_names_its_api_by_resource() {
    let all = Resources::new();
    let (fixture, app) = (&all.fixture, all.fixture.app(json!({})));
    for named in
        [&[API][..], &["https://api.example/"], &[API, "https://nobody.example"], &[OTHER, API]]
    {
        let named: Vec<_> = named.iter().map(|it| ("resource", *it)).collect();
        let asked = [&named[..], &[("scope", "read offline")]].concat();
        let tokens = fixture.connected(&app, &asked);
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(jwt::parts(access).1["aud"], API, "{named:?}");
        // RFC 8707 §2.2: at the token endpoint it is the same API.
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let refreshing = |resources: &[&str]| {
            let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh)];
            fields.extend(resources.iter().map(|it| ("resource", *it)));
            fixture.token(&app, &fields)
        };
        invalid_target(&refreshing(&[OTHER]), "another");
        refreshing(&["https://nobody.example", "https://API.example/"]).expect(200);
    }
    for named in [&["https://nobody.example"][..], &[OTHER, NOT_GRANTED]] {
        let named: Vec<_> = named.iter().map(|it| ("resource", *it)).collect();
        let challenge = oauth::pkce::s256(super::VERIFIER);
        let asked = [&named[..], &[("code_challenge", &*challenge), ("scope", "read")]].concat();
        let back = fixture.goes(&app, &asked);
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_target"), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("s-1234567"), "{back}");
    }
    assert!(form(&[("resource", API)]).starts_with("resource="));
}
