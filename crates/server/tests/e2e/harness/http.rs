//! HTTP/1.1 by hand: a test decides every byte that is sent, and every answer is read to its end.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use base::encoding::base64;
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request under construction. Its target is below the path of its base.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) base: String,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn get(base: &str, target: &str) -> Ask {
    ask(base, "GET", target)
}

pub(crate) fn post(base: &str, target: &str) -> Ask {
    ask(base, "POST", target)
}

pub(crate) fn ask(base: &str, method: &str, target: &str) -> Ask {
    Ask {
        base: base.to_owned(),
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

impl Ask {
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub(crate) fn basic(self, id: &str, secret: &str) -> Self {
        self.header("Authorization", format!("Basic {}", pair(id, secret)))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        self.text("application/x-www-form-urlencoded", form(fields))
    }

    pub(crate) fn text(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    /// The bytes on the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let host = authority(&self.base);
        let prefix = self.base.split_once(host).map_or("", |(_, prefix)| prefix);
        let (method, target) = (&self.method, &self.target);
        let mut bytes = format!("{method} {prefix}{target} HTTP/1.1\r\n").into_bytes();
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            bytes.extend_from_slice(format!("Host: {host}\r\n").as_bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let length = self.body.len();
        if length > 0 || !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            bytes.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"Connection: close\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it. Fails without an answer.
    pub(crate) fn send(&self) -> Answer {
        let answer = raw(&self.base, &self.bytes());
        answer.unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.target))
    }

    /// Sends it; `None` without an answer.
    pub(crate) fn try_send(&self) -> Option<Answer> {
        raw(&self.base, &self.bytes()).ok()
    }
}

/// Sends bytes and reads one answer.
///
/// # Errors
/// When the connection ends without a whole answer.
pub(crate) fn raw(base: &str, bytes: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(authority(base))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // A server may answer and close before it has read everything. Its answer counts.
    let sent = stream.write_all(bytes);
    let head = bytes.starts_with(b"HEAD ");
    let answer = read(&mut stream, head);
    let _ = stream.shutdown(Shutdown::Both);
    match (answer, sent) {
        (Ok(answer), _) => Ok(answer),
        (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
    }
}

/// Reads one answer.
///
/// # Errors
/// When the connection ends without a whole one.
pub(crate) fn read(stream: &mut TcpStream, head_only: bool) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            break end;
        }
        more(&mut *stream, &mut bytes)?;
    };
    let mut body = bytes.split_off(end + 4);
    let (status, headers) = parse_head(&bytes)?;
    let header = |wanted: &str| {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    if header("transfer-encoding") == Some("chunked") && !head_only {
        while find(&body, b"0\r\n\r\n").is_none() {
            more(&mut *stream, &mut body)?;
        }
        body = unchunk(&body);
    } else if let Some(length) = header("content-length").filter(|_| !head_only) {
        let length: usize = length.parse().map_err(io::Error::other)?;
        while body.len() < length {
            more(&mut *stream, &mut body)?;
        }
    }
    Ok(Answer { status, headers, body })
}

/// Reads what has arrived; an error where the stream has ended.
pub(crate) fn more(mut stream: impl io::Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        read => {
            bytes.extend_from_slice(&buffer[..read]);
            Ok(())
        }
    }
}

fn parse_head(bytes: &[u8]) -> io::Result<(u16, Vec<(String, String)>)> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status"))?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    Ok((status, headers.collect()))
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    body
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Host and port.
pub(crate) fn authority(base: &str) -> &str {
    base.strip_prefix("http://").unwrap().split('/').next().unwrap()
}

/// `id:secret` in base64.
pub(crate) fn pair(id: &str, secret: &str) -> String {
    base64(format!("{id}:{secret}"))
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| format!("{}={}", escaped(name), escaped(value));
    fields.iter().map(field).collect::<Vec<_>>().join("&")
}

/// Percent-encodes everything but letters and digits.
pub(crate) fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Answer {
    /// The only header of this name; `None` where there is none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "the header {name} came twice: {:?}", self.headers);
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {:?}", self.status, self.text()))
    }

    /// The same, which must have this status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, self.text());
        self
    }

    pub(crate) fn request_id(&self) -> &str {
        self.header("x-request-id").unwrap()
    }
}
