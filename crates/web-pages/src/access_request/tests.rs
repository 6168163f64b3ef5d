//! The paths of the pages, the typed values, and the expiry of a link.

use askama::Template as _;
use axum::body::Body;
use axum::http::Request;
use dialect::Dialect;
use domain::Actor;
use engine::access_requests::{NewAccessRequest, submit};
use engine::admin::access_requests::{Approval, approve};
use engine::admin::resource_servers;
use engine::{RequestOrigin, settle};
use http_body_util::BodyExt as _;
use web_testing::TestRealm;

use super::Page;
use super::templates::{FieldError, FormPage, FormValues};
use crate::mail::Mail;
use crate::people::page::Layout;
use crate::tests::Pages;

fn layout() -> Layout {
    Layout {
        style_path: "/style.css".to_owned(),
        brand: "Demo".to_owned(),
        is_test: false,
        request_id: "req-1".to_owned(),
    }
}

#[test]
fn the_pages_exist_if_the_dialect_has_access_requests() {
    let (asks, rfc) = (Dialect::builtin("fyma").unwrap(), Dialect::builtin("rfc").unwrap());
    for (path, expected) in [
        ("/access-request", Some(Page::Ask)),
        ("/access-request/sent", Some(Page::Sent)),
        ("/credentials/abc", Some(Page::Credentials("abc"))),
        ("/credentials/", None),
        ("/credentials/abc/def", None),
        ("/credentials", None),
        ("/access-request/", None),
    ] {
        assert_eq!(Page::find(&asks, path), expected, "{path}");
        assert_eq!(Page::find(&rfc, path), None, "{path}");
    }
}

#[test]
fn typed_values_are_shown_again_and_escaped() {
    let hostile = "\"><script>alert(1)</script></textarea>".to_owned();
    let page = FormPage {
        layout: layout(),
        csrf: "token".to_owned(),
        hidden_field: "field-1".to_owned(),
        typed: FormValues {
            name: hostile.clone(),
            organization: hostile.clone(),
            use_case: hostile.clone(),
            contact: hostile,
        },
        wrong: Some(FieldError { field: "contact".to_owned(), text: "Not an address." }),
        notice: Some("Nothing was sent."),
        longest_use_case: 2_000,
    };
    let page = page.render().unwrap();
    assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
    assert_eq!(page.matches("&#60;script&#62;").count(), 4, "{page}");
    assert_eq!(page.matches("</textarea>").count(), 1, "{page}");
    assert_eq!(page.matches("aria-invalid").count(), 1, "{page}");
}

/// A realm with access requests.
struct Fixture(TestRealm, Pages);

const URL: &str = "http://127.0.0.1:8081/tenant";

impl Fixture {
    fn open() -> Self {
        let realm = TestRealm::builder().name("own").url(URL).dialect("fyma");
        Self(realm.test_environment("Harbour Cloud").build(), Pages::default())
    }

    /// The mail that follows a request and its approval.
    async fn approved(&self) -> Mail {
        let origin = RequestOrigin::default();
        let ctx = self.0.state.write_context(&origin);
        let by = &Actor::System;
        let new = resource_servers::NewResourceServer {
            identifier: "https://api.example".to_owned(),
            name: "API".to_owned(),
            ..Default::default()
        };
        settle(&ctx, async |ctx| resource_servers::create(&ctx, by, &new).await).await.unwrap();
        let new = NewAccessRequest {
            name: "Zoë".to_owned(),
            organization: "Harbour & Sons".to_owned(),
            use_case: "Count ships.".to_owned(),
            contact: "zoe@example.com".to_owned(),
            first_of_network: true,
        };
        let submitted = settle(&ctx, async |ctx| submit(&ctx, &new).await).await.unwrap().0;
        let id = submitted.public_id.as_str();
        let approval = Approval::default();
        let decided = settle(&ctx, async |ctx| approve(&ctx, by, id, &approval).await).await;
        crate::mail::answer(&ctx, &decided.unwrap().0).unwrap()
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        cookie: &str,
        body: String,
    ) -> (u16, String, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8081")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let http = request.body(Body::from(body)).unwrap();
        let response = self.1.answer(&self.0.state, self.0.request([192, 0, 2, 7], http)).await;
        let (head, body) = response.into_parts();
        let text = body.collect().await.unwrap().to_bytes();
        let set = head.headers.get("set-cookie").map_or("", |it| it.to_str().unwrap());
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        (head.status.as_u16(), cookie, String::from_utf8(text.to_vec()).unwrap())
    }
}

/// The path of the link in a mail.
fn link(mail: &Mail) -> String {
    let line = mail.text.lines().find(|line| line.starts_with(URL)).unwrap();
    line.strip_prefix("http://127.0.0.1:8081").unwrap().to_owned()
}

#[tokio::test]
async fn an_expired_link_shows_a_page_and_no_mail_is_sent() {
    let fixture = Fixture::open();
    let mail = fixture.approved().await;
    assert!(mail.text.contains("until 2027-01-18 08:00 UTC"), "{}", mail.text);
    assert!(mail.text.contains("Hello Zoë,") && mail.text.contains("Harbour & Sons"));
    assert!(
        mail.text.ends_with("\n\nHarbour Cloud\nhttp://127.0.0.1:8081/tenant"),
        "{}",
        mail.text
    );
    let path = link(&mail);
    let (status, cookie, page) = fixture.ask("GET", &path, "", String::new()).await;
    assert_eq!(status, 200, "{page}");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    fixture.0.clock.advance(engine::access_requests::LINK_LIFETIME);
    for (method, body) in [("GET", String::new()), ("POST", format!("csrf={csrf}"))] {
        let (status, _, page) = fixture.ask(method, &path, &cookie, body).await;
        assert_eq!(status, 404, "{page}");
        assert!(page.contains("This link does not work any more"), "{page}");
        assert!(!page.contains("client_secret"), "{page}");
    }
    let origin = RequestOrigin::default();
    let ctx = fixture.0.state.write_context(&origin);
    let waiting = engine::access_requests::unmailed(&ctx, None).await.unwrap();
    assert!(crate::mail::answer(&ctx, &waiting[0]).is_none(), "staff send another one");
}

#[tokio::test]
async fn below_a_prefix_a_form_posts_below_the_prefix() {
    let fixture = Fixture::open();
    let (status, cookie, page) =
        fixture.ask("GET", "/tenant/access-request", "", String::new()).await;
    assert_eq!(status, 200, "{page}");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let wish = "name=Ada&organization=Engines&use_case=Count&contact=ada%40example.com";
    let body = format!("csrf={csrf}&{wish}");
    let (status, ..) = fixture.ask("POST", "/tenant/access-request", &cookie, body).await;
    assert_eq!(status, 303);
    let (status, _, page) =
        fixture.ask("GET", "/tenant/access-request/sent", &cookie, String::new()).await;
    assert_eq!(status, 200);
    assert!(page.contains("Thank you") && page.contains("href=\"/tenant/assets/"), "{page}");
}

#[tokio::test]
async fn a_realm_without_authorization_endpoint_has_no_page_of_connected_apps() {
    let fixture = Fixture::open();
    for (path, wanted) in [("/tenant/sign-in", 200), ("/tenant/settings/apps", 404)] {
        let (status, _, page) = fixture.ask("GET", path, "", String::new()).await;
        assert_eq!(status, wanted, "{path}: {page}");
    }
}
