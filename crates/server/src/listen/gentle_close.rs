//! A stream that closes gently (RFC 9112 §9.6): it ends its own side, then reads what the peer still
//! sends and drops it.
//!
//! Invariant: the answer reaches a peer that sends more than is read, such as a body over the limit.
//! Otherwise the kernel would reset the connection, because of the bytes that nobody read, and the
//! peer would lose an answer that it has not read yet. Time and amount are limited.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The most bytes to read and drop: the largest body that a configuration may allow.
const MOST: usize = 16 * 1024 * 1024;
/// How long the peer may send nothing. It has read the answer by then, or does not read.
const PAUSE: Duration = Duration::from_secs(2);

/// `stream`, closed gently.
pub(super) struct GentleClose<S> {
    stream: S,
    time: Duration,
    /// What is left of the limits, once its own side is ended.
    closing: Option<Closing>,
}

struct Closing {
    end: Pin<Box<Sleep>>,
    pause: Pin<Box<Sleep>>,
    bytes: usize,
}

impl<S> GentleClose<S> {
    /// Closing `stream` may take `time`.
    pub(super) const fn new(stream: S, time: Duration) -> Self {
        Self { stream, time, closing: None }
    }
}

impl Closing {
    fn new(time: Duration) -> Self {
        Self { end: Box::pin(sleep(time)), pause: Box::pin(sleep(PAUSE.min(time))), bytes: MOST }
    }

    /// Reads and drops, until the peer ends its side or a limit is reached.
    fn drain(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut dropped = [0; 8 * 1024];
        while self.bytes > 0 {
            let mut buffer = ReadBuf::new(&mut dropped);
            match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.bytes = self.bytes.saturating_sub(buffer.filled().len());
                    self.pause.as_mut().reset(Instant::now() + PAUSE);
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    let ended = self.end.as_mut().poll(context).is_ready();
                    let paused = self.pause.as_mut().poll(context).is_ready();
                    return if ended || paused { Poll::Ready(()) } else { Poll::Pending };
                }
            }
            if self.end.is_elapsed() {
                return Poll::Ready(());
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GentleClose<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for GentleClose<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, time, closing } = &mut *self;
        let closing = match closing {
            Some(closing) => closing,
            None => {
                ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
                closing.insert(Closing::new(*time))
            }
        };
        closing.drain(stream, context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::timeout;

    use super::*;

    const TIME: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn what_the_peer_still_sends_is_read_until_it_ends() {
        let (ours, mut theirs) = duplex(4);
        let mut stream = GentleClose::new(ours, Duration::from_secs(60));
        let sending = tokio::spawn(async move {
            theirs.write_all(&[0; 1000]).await.unwrap();
            let mut answer = String::new();
            theirs.read_to_string(&mut answer).await.unwrap();
            answer
        });
        stream.write_all(b"no").await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(sending.await.unwrap(), "no");
    }

    #[tokio::test]
    async fn a_peer_that_sends_without_end_or_nothing_is_left_in_time() {
        let (ours, mut theirs) = duplex(4);
        let mut stream = GentleClose::new(ours, TIME);
        let sending = tokio::spawn(async move { while theirs.write_all(&[0; 4]).await.is_ok() {} });
        timeout(10 * TIME, stream.shutdown()).await.expect("in time").unwrap();
        drop(stream);
        sending.await.unwrap();
        let (ours, _theirs) = duplex(4);
        let mut stream = GentleClose::new(ours, TIME);
        timeout(10 * TIME, stream.shutdown()).await.expect("in time").unwrap();
    }
}
