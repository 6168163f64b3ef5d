//! Introspection over HTTP (RFC 7662 §2.1), authenticated by `client_secret_basic`. Nothing is
//! cached: a revocation takes effect from the next request on.

use std::fmt;

use base::Secret;
use http::header::{ACCEPT, HeaderValue};
use oauth::ClientSecret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Url};

use crate::http_client::{read_limited, unavailable};
use crate::{
    BoxFuture, ClaimNames, Introspect, Introspection, Presented, RequestInfo, Unavailable,
};

/// The size limit of an answer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// The characters that RFC 6749 §2.3.1 encodes in a client id and secret.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*');

/// Asks an introspection endpoint.
pub struct HttpIntrospection {
    pub(crate) url: Url,
    pub(crate) http: Client,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret<ClientSecret>,
    pub(crate) names: ClaimNames,
}

impl Introspect for HttpIntrospection {
    fn introspect<'a>(
        &'a self,
        presented: &'a Presented,
        request: &'a RequestInfo,
    ) -> BoxFuture<'a, Result<Introspection, Unavailable>> {
        Box::pin(self.ask(presented, request))
    }
}

impl HttpIntrospection {
    async fn ask(
        &self,
        presented: &Presented,
        request: &RequestInfo,
    ) -> Result<Introspection, Unavailable> {
        let mut question = self
            .http
            .post(self.url.clone())
            .basic_auth(encoded(&self.client_id), Some(encoded(self.client_secret.expose())))
            .header(ACCEPT, "application/json");
        let id = request.request_id.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(id)) = id {
            question = question.header("x-request-id", id);
        }
        let question = match presented {
            Presented::Bearer(token) => question.form(&[("token", token.expose())]),
            Presented::Basic { id, secret } => {
                let token: Secret<ClientSecret> = Secret::new(format!("{id}:{}", secret.expose()));
                question.form(&[("token", token.expose()), ("token_type_hint", "basic")])
            }
        };
        let response = question.send().await.map_err(unavailable)?;
        match response.status().as_u16() {
            200 => {
                let body = read_limited(response, MAX_ANSWER).await?;
                Introspection::from_json(&body, &self.names)
            }
            401 | 403 => Err(Unavailable::new("it refuses this service's own credentials")),
            status => Err(Unavailable::new(format!("it answered with status {status}"))),
        }
    }
}

fn encoded(part: &str) -> String {
    utf8_percent_encode(part, FORM).to_string()
}

impl fmt::Debug for HttpIntrospection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpIntrospection")
            .field("origin", &self.url.origin().ascii_serialization())
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
