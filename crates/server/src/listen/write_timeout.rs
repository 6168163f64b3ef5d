//! A stream with a time limit for a peer that does not read.
//!
//! Invariant: no write waits longer than its limit. Without it, a client that sends requests and
//! never reads would keep its connection forever, which is one of a limited number.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// `stream` with a time limit for writes.
pub(super) struct WriteTimeout<S> {
    stream: S,
    time: Duration,
    /// The timer of a write that waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> WriteTimeout<S> {
    /// Each write to `stream` may wait for `time`.
    pub(super) const fn new(stream: S, time: Duration) -> Self {
        Self { stream, time, waiting: None }
    }

    /// Returns the result of a write, unless it has waited too long.
    fn limited<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.time)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the peer does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limited(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limited(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.limited(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.limited(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const TIME: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn a_connection_whose_peer_does_not_read_is_closed() {
        let (ours, _theirs) = duplex(4);
        let mut stream = WriteTimeout::new(ours, TIME);
        stream.write_all(b"1234").await.unwrap();
        let written = tokio::time::timeout(10 * TIME, stream.write_all(b"5")).await;
        assert_eq!(written.expect("given up").unwrap_err().kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_reads_slowly_is_served_to_the_end() {
        let (ours, mut theirs) = duplex(4);
        let mut stream = WriteTimeout::new(ours, TIME);
        let reading = tokio::spawn(async move {
            let mut read = Vec::new();
            let mut piece = [0; 4];
            while read.len() < 24 {
                sleep(TIME / 4).await;
                let length = theirs.read(&mut piece).await.unwrap();
                read.extend_from_slice(&piece[..length]);
            }
            read
        });
        let text = b"a long answer, in pieces";
        stream.write_all(text).await.unwrap();
        assert_eq!(reading.await.unwrap(), text);
    }
}
