//! The one HTTP client of this app. Owns its limits: time, and no redirects.

use std::pin::Pin;
use std::time::Duration;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::Value;

use crate::error::AppError;

const PATIENCE: Duration = Duration::from_secs(10);

/// The HTTP client for providers.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client);

/// A provider's answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Http {
    pub(crate) fn new() -> Result<Self, String> {
        // A redirect would send the contents of the request elsewhere.
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy();
        client.timeout(PATIENCE).build().map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn post(&self, url: &str) -> RequestBuilder {
        self.0.post(url)
    }

    pub(crate) fn get(&self, url: &str) -> RequestBuilder {
        self.0.get(url)
    }
}

/// The `oauth2` crate makes requests and parses answers. The app sends them.
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(request.try_into()?).await?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await?.to_vec();
            Ok(response)
        })
    }
}

/// Sends a request and reads an answer of any status.
pub(crate) async fn ask(request: RequestBuilder) -> Result<Answer, AppError> {
    let answer = request.send().await.map_err(|_| AppError::Unreachable)?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.map_err(|_| AppError::Unreachable)?;
    Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

/// The same, with an error for anything but success. Every 2xx is a success, also 201.
pub(crate) async fn succeed(request: RequestBuilder) -> Result<Value, AppError> {
    let Answer { status, body } = ask(request).await?;
    if (200..300).contains(&status) { Ok(body) } else { Err(refusal(status, &body)) }
}

/// The text of an error, in each of the formats of the three providers.
fn refusal(status: u16, body: &Value) -> AppError {
    let text = |pointers: [&str; 3]| {
        let found = pointers.into_iter().find_map(|pointer| body.pointer(pointer)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    AppError::Refused {
        status,
        code: text(["/error", "/errors/0/code", "/code"]),
        description: text(["/error_description", "/errors/0/detail", "/err"]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_of_any_form_is_understood() {
        let forms = [
            json!({"error": "invalid_grant", "error_description": "used"}),
            json!({"errors": [{"code": "invalid_grant", "detail": "used"}]}),
        ];
        for form in forms {
            let AppError::Refused { status, code, description } = refusal(400, &form) else {
                panic!("{form}")
            };
            assert_eq!(
                (status, code.as_str(), description.as_str()),
                (400, "invalid_grant", "used")
            );
        }
        assert!(refusal(401, &json!({"err": "no"})).to_string().ends_with(": no"));
        assert!(refusal(401, &Value::Null).ends_the_connection());
        assert!(!refusal(503, &Value::Null).ends_the_connection());
        assert!(!AppError::Unreachable.ends_the_connection());
    }
}
