//! The portal: a page that lists the realms, and a page with the mails that were sent.
//!
//! Invariant: no page runs a script, or loads anything but the style sheet. The content security policy enforces it.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use dialect::Endpoint;
use engine::Issuer;
use oauth::Operation;

use crate::mail::{self, Outbox};
use crate::style;

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// A realm as the portal shows it.
#[derive(Clone, Debug)]
pub struct PortalRealm {
    name: String,
    description: String,
    base: String,
    environment: &'static str,
    endpoints: Vec<PortalEndpoint>,
    sample: String,
    person: Option<PortalPerson>,
    /// Whether people may ask for credentials by a form.
    takes_requests: bool,
}

/// A user to sign in as.
#[derive(Clone, Debug)]
struct PortalPerson {
    email: String,
    password_in: String,
}

/// A program beside the realms, such as an app of a partner.
#[derive(Clone, Debug)]
pub struct PortalApp {
    /// The name, for people.
    pub name: String,
    /// A sentence that says what it is.
    pub description: String,
    /// Its URL.
    pub url: String,
}

#[derive(Clone, Debug)]
struct PortalEndpoint {
    operation: &'static str,
    request: String,
    /// The grant types of a token endpoint; a realm may have several token endpoints.
    grant_types: Option<String>,
}

impl PortalRealm {
    /// The realm of `issuer`, with sample commands. They have no credentials.
    pub fn new(issuer: &Issuer, sample: String) -> Self {
        let dialect = issuer.dialect();
        let grant_types = |endpoint: &Endpoint| {
            let taken = endpoint.grant_types().unwrap_or_else(|| dialect.grant_types());
            let names = || taken.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
            (endpoint.operation() == Operation::Token).then(names)
        };
        let endpoints = dialect.endpoints().iter().map(|endpoint| PortalEndpoint {
            operation: endpoint.operation().as_str(),
            grant_types: grant_types(endpoint),
            request: format!(
                "{} {}",
                endpoint.methods().join(", "),
                endpoint.paths().first().map_or("", String::as_str)
            ),
        });
        Self {
            name: issuer.realm().to_string(),
            description: dialect.description().to_owned(),
            base: issuer.url().to_owned(),
            environment: match issuer.environment() {
                dialect::Environment::Live => "live",
                dialect::Environment::Test => "test",
            },
            endpoints: endpoints.collect(),
            sample,
            person: None,
            takes_requests: dialect.authorization().access_requests,
        }
    }

    /// Adds a user to sign in as. `password_in` says where to find the password; it is not the password.
    #[must_use]
    pub fn with_person(self, email: &str, password_in: &str) -> Self {
        let person = PortalPerson { email: email.to_owned(), password_in: password_in.to_owned() };
        Self { person: Some(person), ..self }
    }
}

/// The portal, rendered once.
#[derive(Clone, Debug)]
pub struct Portal {
    page: String,
    outbox: Option<Arc<Outbox>>,
}

#[derive(Template)]
#[template(path = "portal.html")]
struct PortalPage<'a> {
    style_path: &'a str,
    version: &'a str,
    note: &'a str,
    realms: &'a [PortalRealm],
    apps: &'a [PortalApp],
}

impl Portal {
    /// The portal of these realms and of the apps beside them. `note` is a sentence for people.
    ///
    /// # Errors
    /// The template cannot be rendered. No input causes this.
    pub fn new(
        realms: &[PortalRealm],
        apps: &[PortalApp],
        note: &str,
    ) -> Result<Self, std::fmt::Error> {
        let version = env!("CARGO_PKG_VERSION");
        let page = PortalPage { style_path: style::path(), version, note, realms, apps };
        let page = page.render().map_err(|_| std::fmt::Error)?;
        Ok(Self { page, outbox: None })
    }

    /// Adds a page that shows the mails in `outbox`.
    #[must_use]
    pub fn with_outbox(self, outbox: Arc<Outbox>) -> Self {
        Self { outbox: Some(outbox), ..self }
    }
}

/// The response with the portal.
pub fn page(portal: &Portal) -> Response<Body> {
    html(portal.page.clone())
}

/// The response with the mails; `None` without an outbox.
pub fn mail(portal: &Portal) -> Option<Response<Body>> {
    let outbox = portal.outbox.as_ref()?;
    mail::page(outbox, style::path()).ok().map(html)
}

/// The 404 page of a listener where no realm answers: it belongs to nobody, so it has no name and no style.
const NOTHING_HERE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n<title>There is nothing here</title>\n</head>\n\
    <body>\n<main>\n<h1>There is nothing here</h1>\n<p>Check the address, or go back.</p>\n</main>\n\
    </body>\n</html>\n";

/// The 404 page of a listener where no realm answers.
pub fn nothing_here() -> Response<Body> {
    let mut response = html(NOTHING_HERE.to_owned());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn html(page: String) -> Response<Body> {
    let mut response = Response::new(Body::from(page));
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_endpoints_are_named_by_their_grant_types() {
        let settings = engine::IssuerSettings {
            realm: "demo".parse().unwrap(),
            url: "http://127.0.0.1:8081".to_owned(),
            dialect: Arc::new(dialect::Dialect::builtin("spendesk").unwrap()),
            environment: dialect::Environment::Live,
            display_name: None,
        };
        let master = base::MasterKey::generate(&base::SystemRng);
        let issuer = Issuer::new(settings, &master, &base::SystemRng);
        let page = Portal::new(&[PortalRealm::new(&issuer, String::new())], &[], "").unwrap().page;
        let taken: Vec<&str> = page
            .split("class=\"takes\">")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap())
            .collect();
        let wanted = ["authorization_code, refresh_token", "refresh_token", "client_credentials"];
        assert_eq!(taken, wanted, "{page}");
    }

    #[test]
    fn the_page_escapes_its_values_and_runs_no_script() {
        let realm = PortalRealm {
            name: "demo".to_owned(),
            description: "<script>alert(1)</script>".to_owned(),
            base: "http://127.0.0.1:8081".to_owned(),
            environment: "live",
            endpoints: vec![PortalEndpoint {
                operation: "token",
                request: "POST /t".to_owned(),
                grant_types: Some("authorization_code".to_owned()),
            }],
            sample: "curl -d '{\"a\":1}' http://127.0.0.1:8081/t".to_owned(),
            person: None,
            takes_requests: true,
        };
        let realm = realm.with_person("<ada@example.com>", "demo.json");
        let app = PortalApp {
            name: "<App>".to_owned(),
            description: "An app.".to_owned(),
            url: "http://localhost:8086".to_owned(),
        };
        let page = Portal::new(&[realm], &[app], "").unwrap().page;
        assert!(page.contains("http://127.0.0.1:8081/sign-in"), "{page}");
        assert!(page.contains("http://127.0.0.1:8081/access-request"), "{page}");
        assert!(page.contains("&#60;ada@example.com&#62;"), "{page}");
        assert!(page.contains("href=\"http://localhost:8086\"") && !page.contains("<App>"));
        assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
        assert!(page.contains("&#60;script&#62;"), "{page}");
        assert!(page.contains(style::path()), "{page}");
    }
}
