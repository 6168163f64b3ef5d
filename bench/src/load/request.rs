//! A request as raw bytes.

use base::encoding::base64;

/// A whole HTTP/1.1 request (RFC 9112), ready to be sent again and again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    head: String,
    body: String,
}

impl Request {
    /// A request for `path` of the server on `port`.
    pub(crate) fn new(method: &str, port: u16, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
        Self { head, body: String::new() }
    }

    /// With one more header field.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    /// With `Authorization: Basic` (RFC 7617).
    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        let pair = base64(format!("{id}:{secret}"));
        self.header("Authorization", &format!("Basic {pair}"))
    }

    /// With a form as its body.
    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("Content-Type", "application/x-www-form-urlencoded")
    }

    /// With JSON as its body.
    pub(crate) fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = value.to_string();
        self.header("Content-Type", "application/json")
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self { head, body } = self;
        match body.len() {
            0 => format!("{head}\r\n").into_bytes(),
            length => format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes(),
        }
    }
}
