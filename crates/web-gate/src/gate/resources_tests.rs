//! Finding the API that a well-known path names (RFC 9728 §3.1).

use super::*;
use crate::gate::WhenUnsure;

fn resources(audiences: &[&str]) -> Resources {
    let route = |audience: &&str| Route {
        host: None,
        path: "/".to_owned(),
        methods: Vec::new(),
        access: Access::Protected {
            audience: (*audience).to_owned(),
            scopes: oauth::ScopeSet::new(),
            credentials: Vec::new(),
        },
        when_unsure: WhenUnsure::Closed,
    };
    let routes: Vec<Route> = audiences.iter().map(route).collect();
    Resources::new(&routes, "https://auth.example/acme")
}

#[test]
fn rfc9728_3_1_the_well_known_path_stands_between_host_and_path() {
    let all = [
        "https://api.example",
        "https://api.example/v2/",
        "http://127.0.0.1:9000/x",
        "contacts",
        "urn:x:y",
    ];
    let resources = resources(&all);
    let url = |audience| resources.url(audience).unwrap();
    assert_eq!(url(all[0]), "https://api.example/.well-known/oauth-protected-resource");
    assert_eq!(url(all[1]), "https://api.example/.well-known/oauth-protected-resource/v2");
    assert_eq!(url(all[2]), "http://127.0.0.1:9000/.well-known/oauth-protected-resource/x");
    let own = "https://auth.example/acme/.well-known/oauth-protected-resource";
    assert_eq!(url(all[3]), format!("{own}/contacts"));
    assert_eq!(url(all[4]), format!("{own}/urn%3Ax%3Ay"));
    assert_eq!(resources.url("https://other.example"), None);
}

#[test]
fn an_api_is_found_by_its_host_and_by_a_suffix_at_the_realm() {
    let resources = resources(&["https://api.example", "https://api.example/v2", "contacts"]);
    let find = |host: &str, suffix: &str| {
        resources.find(&[host.to_owned()], suffix).map(|it| it.audience.as_str())
    };
    assert_eq!(find("api.example", ""), Some("https://api.example"));
    assert_eq!(find("api.example", "/"), Some("https://api.example"));
    assert_eq!(find("api.example", "/v2"), Some("https://api.example/v2"));
    assert_eq!(find("auth.example", "/api.example"), Some("https://api.example"));
    assert_eq!(find("auth.example", "/api.example/v2"), Some("https://api.example/v2"));
    assert_eq!(find("auth.example", "/contacts"), Some("contacts"));
    for (host, suffix) in
        [("auth.example", ""), ("api.example", "/v3"), ("auth.example", "/api.example/v3")]
    {
        assert_eq!(find(host, suffix), None, "{host} {suffix}");
    }
}
