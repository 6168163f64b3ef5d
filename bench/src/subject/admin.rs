//! Prepares realms over the admin API, as an operator does.

use serde_json::Value;

use crate::load::client::Client;
use crate::load::request::Request;

/// A connection with an admin key.
#[derive(Debug)]
pub(crate) struct Admin {
    client: Client,
    port: u16,
    key: String,
}

impl Admin {
    /// Opens the admin API of the realm on `port`.
    ///
    /// # Errors
    /// When nothing listens there.
    pub(crate) fn open(port: u16, key: &str) -> Result<Self, String> {
        let client = Client::connect(port).map_err(|problem| problem.to_string())?;
        Ok(Self { client, port, key: key.to_owned() })
    }

    /// Creates one `what`, a path below `/admin/v1/`.
    ///
    /// # Errors
    /// With the error response.
    pub(crate) fn create(&mut self, what: &str, input: &Value) -> Result<Value, String> {
        let asked = self.request("POST", what).json(input);
        self.client.ask(&asked)?.json().map_err(|problem| format!("POST {what}: {problem}"))
    }

    /// Reads `what`.
    ///
    /// # Errors
    /// With the error response.
    pub(crate) fn read(&mut self, what: &str) -> Result<Value, String> {
        let asked = self.request("GET", what);
        self.client.ask(&asked)?.json().map_err(|problem| format!("GET {what}: {problem}"))
    }

    fn request(&self, method: &str, what: &str) -> Request {
        let bearer = format!("Bearer {}", self.key);
        let path = format!("/admin/v1/{what}");
        Request::new(method, self.port, &path).header("Authorization", &bearer)
    }
}

/// The text at `pointer` in an answer.
///
/// # Errors
/// When it is absent. The message names the fields of the answer, not their values.
pub(crate) fn text(answer: &Value, pointer: &str) -> Result<String, String> {
    let text = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| {
        let fields = answer.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
        format!("no {pointer} in an answer with {}", fields.unwrap_or_default().join(", "))
    })
}
