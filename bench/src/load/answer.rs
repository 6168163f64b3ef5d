//! An HTTP response (RFC 9112), with the parts that the bench needs.

/// An answer: status, header fields and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The answer at the start of `bytes` and how long it is; `None` when more has to come.
    ///
    /// # Errors
    /// When it is not HTTP with a length.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, String> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let (head, rest) = bytes.split_at(end + 4);
        let head = String::from_utf8_lossy(head).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or("no status line")?;
        let mut answer = Self { status, head, body: String::new() };
        let length = match answer.field("content-length") {
            Some(length) => length.parse().map_err(|_| format!("a body of {length} bytes"))?,
            None if answer.field("transfer-encoding").is_some() => {
                return Err("an answer without a length".to_owned());
            }
            None => 0,
        };
        let Some(body) = rest.get(..length) else { return Ok(None) };
        answer.body = String::from_utf8_lossy(body).into_owned();
        Ok(Some((answer, end + 4 + length)))
    }

    /// The first header field called `name`, in any case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields(name).next()
    }

    /// All header fields called `name`, in any case.
    pub(crate) fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, it)| it.trim())
    }

    /// The body as JSON, if the status is a success.
    ///
    /// # Errors
    /// With the whole answer in words.
    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        if !(200..300).contains(&self.status) {
            return Err(self.in_words());
        }
        serde_json::from_str(&self.body).map_err(|_| self.in_words())
    }

    /// A short description of the response.
    pub(crate) fn in_words(&self) -> String {
        let said = self.field("location").unwrap_or(&self.body);
        format!("status {}: {}", self.status, said.chars().take(300).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &[u8] =
        b"HTTP/1.1 303 See Other\r\nlocation: /a\r\nSet-Cookie: a=1; Path=/\r\n\
        Set-Cookie: b=2\r\nContent-Length: 2\r\n\r\nokHTTP/1.1";

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let (answer, length) = Answer::parse(REDIRECT).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (303, "ok"));
        assert_eq!(REDIRECT.get(length..).unwrap(), b"HTTP/1.1");
        assert_eq!(answer.field("Location"), Some("/a"));
        assert_eq!(answer.fields("set-cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2"]);
    }

    #[test]
    fn an_answer_that_is_not_all_there_is_waited_for() {
        for length in 0..REDIRECT.len() - 8 {
            assert!(Answer::parse(&REDIRECT[..length]).unwrap().is_none(), "{length}");
        }
        assert!(Answer::parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        assert!(Answer::parse(b"hello\r\n\r\n").is_err());
    }
}
