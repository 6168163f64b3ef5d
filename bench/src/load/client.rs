//! Asks one question at a time over one connection: to prepare what the load presents, and to see
//! that a measured answer is the right one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::request::Request;

const PATIENCE: Duration = Duration::from_secs(30);

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Client(BufReader<TcpStream>);

/// An answer: status and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON, when the status says that all went well.
    ///
    /// # Errors
    /// With the whole answer in words.
    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        let broken = || format!("status {}: {}", self.status, self.body);
        if !(200..300).contains(&self.status) {
            return Err(broken());
        }
        serde_json::from_str(&self.body).map_err(|_| broken())
    }
}

impl Client {
    /// Connects to `port` of this machine.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(crate) fn connect(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends `request` and reads the answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not HTTP with a length.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, String> {
        self.exchange(request).map_err(|problem| format!("no answer: {problem}"))
    }

    fn exchange(&mut self, request: &Request) -> std::io::Result<Answer> {
        self.0.get_mut().write_all(&request.bytes())?;
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| std::io::Error::other("no status line"))?;
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                body.resize(value.trim().parse().map_err(std::io::Error::other)?, 0);
            }
        }
        self.0.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
