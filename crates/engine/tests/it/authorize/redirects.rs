//! Where responses are sent: the check `redirect_uri`.

use domain::{AppType, Client};
use engine::authorize::AuthorizationDenial;
use oauth::{Parameter as P, RedirectUri};
use proptest::prelude::*;

use crate::authorize::world::{REDIRECT, World, refusal, request};

#[tokio::test]
async fn rfc9700_4_1_3_a_redirect_uri_is_compared_character_by_character() {
    let world = World::new().await;
    assert_eq!(refusal(world.check(&request(&[])).await), "accepted");
    for other in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?",
        "https://app.example/cb?x=1",
        "https://app.example:443/cb",
        "https://app.example:444/cb",
        "HTTPS://app.example/cb",
        "https://APP.example/cb",
        "https://app.example./cb",
        "https://www.app.example/cb",
        "https://app.example.evil.example/cb",
        "https://app.example/c%62",
        "http://app.example/cb",
    ] {
        let refused = world.check(&request(&[(P::RedirectUri, other)])).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{other}");
    }
    for malformed in [
        "https://app.example/cb#",
        "https://app.example/cb#x",
        "https://app.example@evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https://app.example/x/../cb",
        "https://app.example/x/%2e%2e/cb",
        "https://äpp.example/cb",
        "//app.example/cb",
        "/cb",
        "javascript:alert(1)",
        "https://app.example/cb\n",
    ] {
        let refused = world.check(&request(&[(P::RedirectUri, malformed)])).await;
        assert_eq!(refusal(refused), "page redirect_malformed", "{malformed}");
    }
}

#[tokio::test]
async fn rfc6749_3_1_2_3_the_only_redirect_uri_may_be_left_out() {
    let world = World::new().await;
    let unnamed = request(&[(P::RedirectUri, "")]);
    let checked = world.check(&unnamed).await.unwrap();
    assert_eq!(checked.target.uri().as_str(), REDIRECT);
    let another: RedirectUri = "https://app.example/other".parse().unwrap();
    world.change::<Client>("app", |it| it.redirect_uris.push(another)).await;
    assert_eq!(refusal(world.check(&unnamed).await), "page redirect_missing");
    world.change::<Client>("app", |it| it.redirect_uris.clear()).await;
    assert_eq!(refusal(world.check(&unnamed).await), "page redirect_missing");
}

#[tokio::test]
async fn rfc8252_7_3_a_native_app_chooses_the_port_and_nothing_else() {
    let world = World::new().await;
    let to = |app, uri| request(&[(P::ClientId, app), (P::RedirectUri, uri)]);
    for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"] {
        assert_eq!(refusal(world.check(&to("native", uri)).await), "accepted", "{uri}");
    }
    for uri in [
        "http://localhost:51004/cb",
        "http://127.0.0.2/cb",
        "http://[::1]/cb",
        "https://127.0.0.1/cb",
        "http://127.0.0.1:51004/other",
    ] {
        let refused = world.check(&to("native", uri)).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{uri}");
    }
    world.change::<Client>("native", |it| it.app_type = AppType::Web).await;
    let refused = world.check(&to("native", "http://127.0.0.1:51004/cb")).await;
    assert_eq!(refusal(refused), "page redirect_not_registered");
}

#[tokio::test]
async fn rfc9700_4_1_3_localhost_is_loopback_for_a_native_app_and_exact_for_a_web_app() {
    let world = World::new().await;
    let to = |app, uri| request(&[(P::ClientId, app), (P::RedirectUri, uri)]);
    let registered = ["http://localhost/callback", "http://localhost:4000/fixed"];
    for app in ["native", "app"] {
        let uris = registered.map(|uri| uri.parse().unwrap()).to_vec();
        world.change::<Client>(app, |it| it.redirect_uris = uris).await;
        for uri in registered {
            assert_eq!(refusal(world.check(&to(app, uri)).await), "accepted", "{uri}");
        }
    }
    for uri in ["http://localhost:3118/callback", "http://localhost:3118/fixed"] {
        assert_eq!(refusal(world.check(&to("native", uri)).await), "accepted", "{uri}");
        let refused = world.check(&to("app", uri)).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{uri}");
    }
    for uri in [
        "http://127.0.0.1:3118/callback",
        "https://localhost:3118/callback",
        "http://LOCALHOST:3118/callback",
        "http://localhost.:3118/callback",
        "http://localhost.example:3118/callback",
        "http://localhost:3118/callback/",
        "http://localhost:3118/callback?x",
    ] {
        let refused = world.check(&to("native", uri)).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{uri}");
    }
}

const BY_DOMAIN: &str =
    "[redirect]\nmatch = \"domain\"\nrequire_https = true\nallow_localhost = true\n";

#[tokio::test]
async fn where_the_dialect_compares_by_domain_any_path_is_accepted() {
    let world = World::speaking(BY_DOMAIN).await;
    let local: RedirectUri = "https://localhost:3000/callback".parse().unwrap();
    world
        .change::<Client>("app", |it| {
            it.redirect_domain = Some("Partner.example".into());
            it.redirect_uris.push(local);
        })
        .await;
    for uri in [
        "https://partner.example/cb",
        "https://partner.example/other?tenant=1",
        "https://eu.partner.example/cb",
        "https://localhost:3000/callback",
        REDIRECT,
    ] {
        let found = world.check(&request(&[(P::RedirectUri, uri)])).await;
        assert_eq!(refusal(found), "accepted", "{uri}");
    }
    for uri in [
        "http://partner.example/cb",
        "https://partner.example:8443/cb",
        "https://evilpartner.example/cb",
        "https://partner.example.evil.example/cb",
        "https://partner.example./cb",
        "https://localhost:3001/callback",
        "https://localhost:3000/other",
        "com.partner.example:/cb",
    ] {
        let refused = world.check(&request(&[(P::RedirectUri, uri)])).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{uri}");
    }
}

#[tokio::test]
async fn the_present_rule_applies_to_older_redirect_uris() {
    let strict = "[redirect]\nrequire_https = true\nallow_localhost = false\n";
    let world = World::speaking(strict).await;
    for uri in ["http://plain.example/cb", "http://localhost:3000/cb", "com.example.app:/cb"] {
        let known: RedirectUri = uri.parse().unwrap();
        world.change::<Client>("app", |it| it.redirect_uris.push(known)).await;
        let refused = world.check(&request(&[(P::RedirectUri, uri)])).await;
        assert_eq!(refusal(refused), "page redirect_not_registered", "{uri}");
    }
}

/// Text that an attacker tries to add to a URI.
fn smuggled() -> impl Strategy<Value = String> {
    let tricks = [
        "#",
        "#x",
        "@",
        "user@",
        "user:pw@",
        ":443",
        ":80",
        ":8443",
        "/..",
        "/../",
        "/./",
        "%2e%2e/",
        "%2F",
        "%40",
        "%23",
        "\\",
        "//",
        "?",
        "?x",
        "&",
        ";",
        " ",
        "\t",
        "\n",
        "\0",
        ".",
        ".evil.example",
        "evil.example",
        "evil.example/",
        "ä",
        "。",
        "\u{ff0f}",
        "\u{200d}",
        "xn--",
        "[",
        "]",
        "::1",
        "localhost",
        "127.0.0.1",
        "http:",
        "https:",
        "javascript:",
        "data:,",
        "HTTPS",
        "App",
        "CB",
    ];
    prop_oneof![
        4 => prop::sample::select(tricks.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ]
}

/// A registered URI with parts removed, parts added, or another letter case.
fn mutated() -> impl Strategy<Value = String> {
    let registered =
        prop::sample::select(vec![REDIRECT, "http://127.0.0.1/cb", "https://partner.example/x"]);
    let edit = (any::<prop::sample::Index>(), 0_usize..4, smuggled(), any::<bool>());
    (registered, prop::collection::vec(edit, 0..4)).prop_map(|(text, edits)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, cut, piece, upper) in edits {
            let at = at.index(chars.len() + 1);
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, piece.chars());
            if upper && at < chars.len() {
                chars[at] = chars[at].to_ascii_uppercase();
            }
        }
        chars.into_iter().collect()
    })
}

/// Whether a URI is an allowed redirect URI of this world's apps. The rule is written again here,
/// in another way than in the engine.
fn expected(app: &str, uri: &str) -> bool {
    match app {
        "native" => {
            let port = uri.strip_prefix("http://127.0.0.1").and_then(|it| it.strip_suffix("/cb"));
            port.is_some_and(|port| match port.strip_prefix(':') {
                None => port.is_empty(),
                Some(digits) => {
                    digits.is_empty()
                        || (digits.bytes().all(|b| b.is_ascii_digit())
                            && digits.parse::<u16>().is_ok())
                }
            })
        }
        _ => uri == REDIRECT,
    }
}

#[test]
fn no_denial_redirects_to_an_unregistered_uri() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = runtime.block_on(World::new());
    let config =
        ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(uri in mutated(), native: bool, good: bool)| {
        let app = if native { "native" } else { "app" };
        let response_type = if good { "code" } else { "token" };
        let asked = request(&[
            (P::ClientId, app),
            (P::RedirectUri, &uri),
            (P::ResponseType, response_type),
        ]);
        // An empty value counts as missing: the only registered URI is used.
        let may = uri.is_empty() || expected(app, &uri);
        let target = match runtime.block_on(world.check(&asked)) {
            Ok(checked) => Some(checked.target.uri().to_string()),
            Err(AuthorizationDenial::Redirect { target, .. }) => Some(target.uri().to_string()),
            Err(AuthorizationDenial::Page(_)) => None,
        };
        prop_assert_eq!(target.is_some(), may, "{}", uri);
        if let Some(target) = target {
            prop_assert!(uri.is_empty() || target == uri);
        }
    });
}
