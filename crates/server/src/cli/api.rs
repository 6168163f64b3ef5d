//! A client of the admin API: sends one request and returns its answer, or an error in one line.

use std::time::Duration;

use base::Secret;
use domain::AnySecret;
use reqwest::Method;
use serde_json::Value;

use super::plan::Plan;
use crate::error::CommandError;

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);

/// One realm's admin API. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    base: String,
    key: Secret<AnySecret>,
    http: reqwest::Client,
}

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct AdminApiError {
    /// The HTTP status; `None` when there was no answer.
    pub(crate) status: Option<u16>,
    /// The message for people.
    pub(crate) message: String,
}

impl AdminApiError {
    /// Whether the same request may succeed later.
    pub(crate) fn is_temporary(&self) -> bool {
        self.status.is_none_or(|status| status >= 500 || status == 429 || status == 409)
    }
}

impl From<AdminApiError> for CommandError {
    fn from(refused: AdminApiError) -> Self {
        Self::new(refused.message)
    }
}

impl Api {
    /// The admin API of the realm at `url`.
    ///
    /// # Errors
    /// When the URL is invalid.
    pub(crate) fn new(url: &str, key: Secret<AnySecret>) -> Result<Self, CommandError> {
        let fits =
            reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !fits {
            return Err(CommandError::usage(format!("{url:?} is no http or https URL")));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            // A redirect could send the key to another server.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(CommandError::new)?;
        Ok(Self { base: url.trim_end_matches('/').to_owned(), key, http })
    }

    /// The URL of the realm, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends one request.
    pub(crate) async fn send(&self, plan: &Plan) -> Result<Value, AdminApiError> {
        let url = format!("{}/admin/v1{}", self.base, plan.path);
        let mut request = self
            .http
            .request(plan.method.clone(), url)
            .bearer_auth(self.key.expose())
            .query(&plan.query);
        if plan.method != Method::GET {
            request =
                request.json(plan.body.as_ref().unwrap_or(&Value::Object(Default::default())));
        }
        let unreachable = |error: reqwest::Error| AdminApiError {
            status: None,
            message: format!("{} does not answer: {}", self.base, root_cause(&error)),
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body: Option<Value> = {
            let bytes = response.bytes().await.map_err(unreachable)?;
            serde_json::from_slice(&bytes).ok()
        };
        match body {
            Some(body) if status.is_success() => Ok(body),
            body => Err(AdminApiError {
                status: Some(status.as_u16()),
                message: message_of(status, body),
            }),
        }
    }
}

fn message_of(status: reqwest::StatusCode, body: Option<Value>) -> String {
    let member = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    match (member("error_description"), member("request_id")) {
        (Some(text), Some(id)) if !id.is_empty() => format!("{text} ({status}, request {id})"),
        (Some(text), _) => format!("{text} ({status})"),
        _ => {
            format!("the answer is none of the admin API's ({status}): is this a realm's base URL?")
        }
    }
}

/// The innermost cause: the outer ones only say that something failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(inner) = deepest.source() {
        deepest = inner;
    }
    deepest.to_string()
}
