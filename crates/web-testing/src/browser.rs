//! A browser for tests. It keeps cookies and sends forms with the hidden fields of the page. It does not follow
//! redirects.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;

use crate::customers::PASSWORD;

/// A service that a browser sends requests to.
pub trait Serve: Sync {
    /// The URL of the issuer.
    fn url(&self) -> &str;

    /// Answers a request of `peer`.
    fn serve(
        &self,
        peer: SocketAddr,
        https: bool,
        request: Request<Body>,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// A browser with its cookies, and the service that it talks to.
#[derive(Debug)]
pub struct Browser<'a, S> {
    service: &'a S,
    /// The cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// The address it comes from.
    pub address: [u8; 4],
    /// Headers that it sends with forms.
    pub headers: Vec<(&'static str, String)>,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `Location` of a redirect.
    pub fn location(&self) -> &str {
        assert!(matches!(self.status, 302 | 303), "{} {}", self.status, self.text);
        self.header("location")
    }

    /// The title of the page.
    pub fn title(&self) -> &str {
        let title = self.text.split("<title>").nth(1).unwrap_or_default();
        title.split(" · ").next().unwrap_or_default()
    }

    /// The value of a hidden field.
    pub fn csrf(&self) -> String {
        let rest = self.text.split("name=\"csrf\" value=\"").nth(1).expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// The hidden fields `csrf` and `connection` of the first form on the page of connected apps.
    pub fn connection_form(&self) -> (String, String) {
        let id = self.text.split("name=\"connection\" value=\"").nth(1).expect("a connection");
        (self.csrf(), id.split('"').next().unwrap().to_owned())
    }

    /// Every `Set-Cookie`.
    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect()
    }
}

impl<'a, S: Serve> Browser<'a, S> {
    /// A browser without cookies.
    pub fn new(service: &'a S) -> Self {
        Self { service, cookies: BTreeMap::new(), address: [192, 0, 2, 7], headers: Vec::new() }
    }

    /// Loads a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// Sends a form with these fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields.iter().map(|(name, value)| {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{name}={value}")
        });
        let body = pairs.collect::<Vec<_>>().join("&");
        let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let headers = [&self.headers[..], &[form]].concat();
        self.send("POST", path, &headers, Body::from(body)).await
    }

    /// Sends a request with the cookies, and stores the cookies of the response.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: Body,
    ) -> Answer {
        let authority = self.service.url().split('/').nth(2).unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", authority);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let peer = SocketAddr::from((self.address, 4711));
        let https = self.service.url().starts_with("https");
        let response = self.service.serve(peer, https, request.body(body).unwrap()).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8(bytes).unwrap(),
        };
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Consents to the authorization request at `path`. Returns the code.
    pub async fn consent(&mut self, path: &str) -> String {
        let csrf = self.get(path).await.csrf();
        let answer = self.post(path, &[("csrf", &csrf), ("decision", "allow")]).await;
        let query = answer.location().split_once('?').expect("a query").1.to_owned();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == "code").expect("a code").1.into_owned()
    }

    /// Sends the form of [`Answer::connection_form`]: disconnects an app.
    pub async fn disconnect(&mut self, (csrf, id): &(String, String)) -> Answer {
        self.post("/settings/apps", &[("csrf", csrf), ("connection", id)]).await
    }

    /// Fills in the sign-in page at `path`.
    pub async fn sign_in_at(&mut self, path: &str, email: &str, password: &str) -> Answer {
        let csrf = self.get(path).await.csrf();
        self.post(path, &[("csrf", &csrf), ("email", email), ("password", password)]).await
    }

    /// Signs in at the sign-in page.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.sign_in_at("/sign-in?switch=1", email, password).await
    }

    /// A browser that is signed in with this e-mail address.
    pub async fn signed_in_as(service: &'a S, email: &str) -> Self {
        let mut browser = Self::new(service);
        let answer = browser.sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}
