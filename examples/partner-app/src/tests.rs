//! The web site without a provider: its redirects to providers, and the requests that it refuses.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{Provider, Registration, Settings, router};

const BASE: &str = "http://localhost:8086";

fn site() -> Router {
    let at = |(provider, port): (Provider, u16)| Registration {
        provider,
        base: format!("http://127.0.0.1:{port}"),
        client_id: "app-1".to_owned(),
        client_secret: "not-for-browsers".to_owned(),
    };
    let all = [(Provider::Spendesk, 1), (Provider::Spiko, 2), (Provider::Speckle, 3)];
    let registrations = all.map(at).to_vec();
    router(Settings { base: BASE.to_owned(), registrations }).unwrap()
}

async fn ask(site: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn header_of(answer: &Response<Body>, name: header::HeaderName) -> String {
    answer.headers().get(name).unwrap().to_str().unwrap().to_owned()
}

async fn text(answer: Response<Body>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Starts to connect. Returns the session's cookie and the redirect.
async fn begun(site: &Router, provider: &str) -> (String, String) {
    let answer = ask(site, "POST", &format!("/connect/{provider}"), &[("origin", BASE)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = header_of(&answer, header::SET_COOKIE);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    (cookie.split(';').next().unwrap().to_owned(), header_of(&answer, header::LOCATION))
}

#[tokio::test]
async fn the_home_page_runs_nothing_and_lets_forms_go_to_the_providers_alone() {
    let answer = ask(&site(), "GET", "/", &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = header_of(&answer, header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    let targets = "http://127.0.0.1:1 http://127.0.0.1:2 http://127.0.0.1:3";
    assert!(policy.ends_with(&format!("form-action 'self' {targets}")), "{policy}");
    let page = text(answer).await;
    for name in ["Connect Spendesk", "Connect Spiko", "Connect Speckle"] {
        assert!(page.contains(name), "{page}");
    }
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("not-for"));
}

#[tokio::test]
async fn rfc7636_4_3_the_standard_ways_ask_with_a_challenge_and_a_state() {
    let site = site();
    for (provider, path) in [("spendesk", ":1/oauth2/authorize?"), ("spiko", ":2/oauth2/auth?")] {
        let (_, url) = begun(&site, provider).await;
        assert!(url.contains(path), "{url}");
        let redirect =
            format!("redirect_uri=http%3A%2F%2Flocalhost%3A8086%2Fcallback%2F{provider}");
        for part in ["response_type=code", "code_challenge_method=S256", "state=", &redirect] {
            assert!(url.contains(part), "no {part} in {url}");
        }
        assert!(!url.contains("not-for-browsers"));
        assert_ne!(begun(&site, provider).await.1, url, "every attempt has its own");
    }
    let (_, url) = begun(&site, "speckle").await;
    let challenge = url.strip_prefix("http://127.0.0.1:3/authn/verify/app-1/").unwrap();
    assert!(challenge.len() >= 43 && !challenge.contains(['/', '&', '?']), "{url}");
}

#[tokio::test]
async fn what_was_not_begun_here_is_not_finished_here() {
    let site = site();
    let answer = ask(&site, "GET", "/callback/spiko?code=c&state=s", &[]).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let (cookie, _) = begun(&site, "spiko").await;
    for query in ["code=c&state=of-somebody-else", "code=c"] {
        let path = format!("/callback/spiko?{query}");
        let answer = ask(&site, "GET", &path, &[("cookie", &cookie)]).await;
        assert_eq!(header_of(&answer, header::LOCATION), "/");
        let page = text(ask(&site, "GET", "/", &[("cookie", &cookie)]).await).await;
        assert!(page.contains("Nothing was connected"), "{page}");
        assert!(!page.contains("data-provider"), "{page}");
    }
}

#[tokio::test]
async fn a_no_is_told_once_and_calmly() {
    let site = site();
    let (cookie, url) = begun(&site, "spiko").await;
    let state = url.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let path = format!("/callback/spiko?error=access_denied&state={state}");
    ask(&site, "GET", &path, &[("cookie", &cookie)]).await;
    let page = async || text(ask(&site, "GET", "/", &[("cookie", &cookie)]).await).await;
    assert!(page().await.contains("You said no."));
    assert!(!page().await.contains("You said no."));
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let site = site();
    let (cookie, _) = begun(&site, "spiko").await;
    for path in ["/connect/spiko", "/connections/x/refresh", "/connections/x/disconnect"] {
        let headers = [("origin", "http://localhost:3000"), ("cookie", &*cookie)];
        assert_eq!(ask(&site, "POST", path, &headers).await.status(), StatusCode::FORBIDDEN);
    }
    for path in ["/connect/nobody", "/nothing"] {
        let answer = ask(&site, "POST", path, &[("origin", BASE)]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
