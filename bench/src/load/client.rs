//! Sends one request at a time over one connection: to prepare the load, and to check that a
//! measured answer is right.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::answer::Answer;
use super::request::Request;

const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A kept-alive connection.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    /// Connects to `port` of this machine.
    ///
    /// # Errors
    /// When nothing listens there.
    pub(crate) fn connect(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        Ok(Self { stream, read: Vec::new() })
    }

    /// Sends `request` and reads the answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not HTTP with a length.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, String> {
        self.exchange(request).map_err(|problem| format!("no answer: {problem}"))
    }

    fn exchange(&mut self, request: &Request) -> Result<Answer, String> {
        let broken = |problem: std::io::Error| problem.to_string();
        self.stream.write_all(&request.bytes()).map_err(broken)?;
        let mut chunk = [0; 16_384];
        loop {
            if let Some((answer, length)) = Answer::parse(&self.read)? {
                self.read.drain(..length);
                return Ok(answer);
            }
            match self.stream.read(&mut chunk).map_err(broken)? {
                0 => return Err("the connection was closed".to_owned()),
                read => self.read.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            }
        }
    }
}
