//! A browser's request to a page, as the handlers of pages get it.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, Method};
use base::encoding::base64url;
use domain::RealmName;
use engine::people::SignedIn;
use engine::{Context, Denial, RequestOrigin, WriteContext};
use oauth::{ErrorResponse, ParameterError, Problem, form};
use web_base::cookies::Cookie;
use web_base::headers::has_media_type;
use web_base::{RealmRequest, RealmState};

use super::forms::{self, Form};

/// The longest body of a form, in bytes.
const MAX_FORM: usize = 16 * 1024;
/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";
/// The most bindings of one browser that are looked at.
const MAX_BINDINGS: usize = 16;
/// The length of the part of a binding that is in the name of its cookie.
const BINDING_NAME: usize = 8;

/// A request of a browser to a page.
pub(crate) struct Visit<'a> {
    pub(crate) state: &'a RealmState,
    pub(crate) origin: RequestOrigin,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    /// The path prefix of the realm.
    pub(crate) prefix: String,
    /// The whole path, with the prefix.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    /// The form of a POST; `None` for GET and HEAD.
    pub(crate) form: Option<Form>,
    /// The body that the form was read from.
    pub(crate) body: axum::body::Bytes,
    /// Bind forms to this browser while no user is signed in, and markers of a sign-in always. At least one. A browser has several if it loaded several
    /// pages before it had any: each of them set a cookie of its own, so that the form of each page works.
    bindings: Vec<String>,
    /// Whether the binding was made for this request.
    new_binding: bool,
}

impl<'a> Visit<'a> {
    /// Reads a request. `pattern` is the path that refusals and events record.
    ///
    /// # Errors
    /// The form could not be read. The error has the visit without a form, for the error page.
    pub(crate) async fn read(
        state: &'a RealmState,
        request: RealmRequest,
        pattern: &str,
    ) -> (Self, Option<ErrorResponse>) {
        let origin = request.origin(pattern);
        let path = request.http.uri().path().to_owned();
        let prefix = path.get(..request.path.start).unwrap_or_default().to_owned();
        let (head, body) = request.http.into_parts();
        let issuer = state.issuer();
        let bound = Cookie::Form.read_all(issuer, &head.headers).filter(|it| is_binding(it));
        let mut bindings: Vec<_> = bound.take(MAX_BINDINGS).map(ToOwned::to_owned).collect();
        let new_binding = bindings.is_empty();
        if new_binding {
            bindings.push(fresh_binding(&*state.app().rng));
        }
        let mut visit = Self {
            state,
            origin,
            method: head.method,
            headers: head.headers,
            prefix,
            path,
            query: head.uri.query().map(ToOwned::to_owned),
            form: None,
            body: axum::body::Bytes::new(),
            bindings,
            new_binding,
        };
        if visit.method != Method::POST {
            return (visit, None);
        }
        match request.limits.read(body, MAX_FORM).await {
            Err(failure) => (visit, Some(failure)),
            Ok(_) if !has_media_type(&visit.headers, FORM) => {
                let problem = Problem::UnsupportedMediaType;
                (visit, Some(ErrorResponse::new(problem, "Expected the fields of a form.")))
            }
            Ok(body) => {
                visit.form = Some(Form::read(&body));
                visit.body = body;
                (visit, None)
            }
        }
    }

    pub(crate) fn context(&self) -> WriteContext<'_> {
        self.state.direct_context(&self.origin)
    }

    pub(crate) fn realm_name(&self) -> &RealmName {
        self.state.issuer().realm()
    }

    /// Records a denial.
    pub(crate) fn note(&self, ctx: &Context<'_>, denial: &Denial) {
        self.state.note(ctx, denial);
    }

    /// The path and query as the browser sees them.
    pub(crate) fn here(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// A path of this realm as the browser sees it, with the prefix.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The value of a query parameter that belongs to this page. The app's own are read by the dialect.
    ///
    /// # Errors
    /// The parameter is repeated or no text.
    pub(crate) fn query_parameter(&self, name: &str) -> Result<Option<String>, ParameterError> {
        let query = self.query.as_deref().unwrap_or_default();
        Ok(form::value(query.as_bytes(), name)?.map(Cow::into_owned))
    }

    pub(crate) fn cookie(&self, cookie: Cookie) -> Option<&str> {
        cookie.read(self.state.issuer(), &self.headers)
    }

    /// The user who is signed in; `None` without a valid session.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn person(&self, ctx: &Context<'_>) -> Result<Option<SignedIn>, Denial> {
        let Some(cookie) = self.cookie(Cookie::Session) else { return Ok(None) };
        match engine::people::session(ctx, cookie).await {
            Ok(person) => Ok(Some(person)),
            Err(denial) if denial.is_of_store() => Err(denial),
            Err(_) => Ok(None),
        }
    }

    /// The CSRF token of a form with `purpose`. It is bound to the session of `person`, or else to the browser.
    pub(crate) fn token(&self, purpose: &str, person: Option<&SignedIn>) -> String {
        let bound_to = self.bound_to(person).next().unwrap_or_default();
        forms::token(self.state.issuer().forms(), purpose, &bound_to)
    }

    /// Whether the form that was sent is from a page of this realm, and has `purpose`.
    pub(crate) fn is_ours(&self, purpose: &str, person: Option<&SignedIn>) -> bool {
        let issuer = self.state.issuer();
        let Some(form) = &self.form else { return false };
        let is_bound = person.is_some() || !self.new_binding;
        is_bound
            && self.bound_to(person).any(|it| forms::is_ours(form, issuer.forms(), purpose, &it))
            && !forms::is_cross_site(&self.headers, issuer.url())
    }

    /// What a form may be bound to: the session of `person`, or else this browser. The first one is for new forms.
    fn bound_to(&self, person: Option<&SignedIn>) -> impl Iterator<Item = String> {
        let session = person.map(|person| format!("session {}", person.session.id));
        let bindings = self.bindings.iter().filter(move |_| person.is_none());
        session.into_iter().chain(bindings.map(|it| format!("browser {it}")))
    }

    /// The bindings of this browser: secrets that it alone sends.
    pub(crate) fn bindings(&self) -> &[String] {
        &self.bindings
    }

    /// The binding for what is made now.
    pub(crate) fn binding(&self) -> &str {
        self.bindings.first().map_or("", String::as_str)
    }

    /// The cookie that a page with a form sets, if the browser does not have one yet. Its name is its own, so that it
    /// does not replace the one of a page that was loaded at the same time.
    pub(crate) fn new_form_cookie(&self) -> Option<HeaderValue> {
        let binding = self.bindings.first().filter(|_| self.new_binding)?;
        Cookie::Form.set_as(self.state.issuer(), binding.get(..BINDING_NAME)?, binding)
    }
}

/// A new binding. It has the length of secrets, so that redaction finds it wherever it is pasted by mistake.
fn fresh_binding(rng: &dyn base::Rng) -> String {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    base64url(bytes)
}

fn is_binding(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
