//! Reads server-sent events (WHATWG HTML §9.2.6), `data` only: the feed uses no other field. Owns
//! the limit on the buffer.

/// Takes bytes as they arrive and returns the data of each event.
#[derive(Debug)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: Option<Vec<u8>>,
    /// The last byte was a carriage return, so a following line feed ends no further line.
    returned: bool,
    limit: usize,
}

/// An event is longer than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventTooLongError;

impl Events {
    /// A reader for events of at most `limit` bytes.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { line: Vec::new(), data: None, returned: false, limit }
    }

    /// The events that `bytes` complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, EventTooLongError> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, from_end) = rest.split_at(end);
            let feed_of_pair = self.returned && line.is_empty() && from_end.first() == Some(&b'\n');
            self.returned = from_end.first() == Some(&b'\r');
            rest = from_end.get(1..).unwrap_or_default();
            if !feed_of_pair {
                self.extend(line)?;
                events.extend(self.end_line()?);
            }
        }
        if !rest.is_empty() {
            self.returned = false;
            self.extend(rest)?;
        }
        Ok(events)
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), EventTooLongError> {
        if self.line.len() + bytes.len() > self.limit {
            return Err(EventTooLongError);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// The event, if this was the empty line that ends it.
    fn end_line(&mut self) -> Result<Option<String>, EventTooLongError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            // Data that is not text is not a message of ours and is skipped.
            return Ok(self.data.take().and_then(|data| String::from_utf8(data).ok()));
        }
        let Some(value) = line.strip_prefix(b"data") else { return Ok(None) };
        let value = match value {
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            [] => value,
            _ => return Ok(None),
        };
        match &mut self.data {
            None => self.data = Some(value.to_vec()),
            Some(data) if data.len() + value.len() < self.limit => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            Some(_) => return Err(EventTooLongError),
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&str]) -> Vec<String> {
        let mut events = Events::new(64);
        pieces.iter().flat_map(|piece| events.push(piece.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn html_9_2_6_the_examples_of_the_standard() {
        assert_eq!(read(&["data: YHOO\ndata: +2\ndata: 10\n\n"]), ["YHOO\n+2\n10"]);
        let text = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        assert_eq!(read(&[text]), ["first event", "second event", " third event"]);
        assert_eq!(read(&["data\n\ndata\ndata\n\ndata:"]), ["", "\n"]);
        assert_eq!(read(&["data:test\n\ndata: test\n\n"]), ["test", "test"]);
    }

    #[test]
    fn lines_end_in_any_of_three_ways_wherever_the_pieces_are_cut() {
        for text in
            ["data: a\r\n\r\ndata: b\r\n\r\n", "data: a\r\rdata: b\r\r", "data: a\n\ndata: b\n\n"]
        {
            assert_eq!(read(&[text]), ["a", "b"], "{text:?}");
            let cut: Vec<String> = text.chars().map(String::from).collect();
            let cut: Vec<&str> = cut.iter().map(String::as_str).collect();
            assert_eq!(read(&cut), ["a", "b"], "{text:?}");
        }
    }

    #[test]
    fn an_event_beyond_the_limit_is_an_error() {
        assert_eq!(Events::new(64).push(&[b'x'; 65]), Err(EventTooLongError));
        let mut events = Events::new(64);
        let refused = (0..100).find_map(|_| events.push(b"data: 0123456789\n").err());
        assert_eq!(refused, Some(EventTooLongError));
        let mut endless = Events::new(64);
        let refused = (0..100).find_map(|_| endless.push(b"0123456789").err());
        assert_eq!(refused, Some(EventTooLongError));
    }

    #[test]
    fn other_fields_and_invalid_utf8_are_skipped() {
        assert_eq!(read(&["event: x\nretry: 1\ndatum: 7\n: c\nid: 1\n\n"]), [""; 0]);
        assert_eq!(Events::new(64).push(b"data: \xff\n\ndata: a\n\n"), Ok(vec!["a".to_owned()]));
    }
}
