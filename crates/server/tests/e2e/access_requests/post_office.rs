//! A mail server that keeps the mails it receives (RFC 5321, the parts that a client needs).

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use base::encoding::parse_base64;

use super::PATIENCE;

/// A received mail.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// The recipients of the envelope.
    pub(super) to: Vec<String>,
    /// Headers and body as received.
    pub(super) raw: String,
    /// The body, decoded.
    pub(super) text: String,
}

impl Letter {
    fn parse(to: Vec<String>, raw: String) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").expect("an empty line after the headers");
        let encoding =
            head.lines().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "));
        let text = match encoding {
            Some("7bit" | "8bit") | None => body.to_owned(),
            Some("quoted-printable") => unquoted(body),
            Some("base64") => {
                let joined: String = body.split_whitespace().collect();
                String::from_utf8(parse_base64(joined).unwrap()).unwrap()
            }
            Some(other) => panic!("unknown encoding {other}"),
        };
        Self { to, text: text.replace("\r\n", "\n"), raw }
    }

    /// The only header of this name.
    pub(super) fn header(&self, name: &str) -> &str {
        let head = self.raw.split_once("\r\n\r\n").unwrap().0;
        let start = format!("{name}: ");
        let mut found = head.lines().filter_map(|line| line.strip_prefix(&start));
        let value = found.next().unwrap_or_else(|| panic!("no {name} in {head}"));
        assert_eq!(found.next(), None, "{name} came twice: {head}");
        value
    }
}

/// RFC 2045 §6.7.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'=' {
            let digits = std::str::from_utf8(&rest[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The server. It ends with the test.
pub(super) struct PostOffice {
    pub(super) port: u16,
    letters: Mutex<Receiver<Letter>>,
    /// How many mails it refuses temporarily before it accepts one.
    busy: Arc<AtomicUsize>,
}

impl PostOffice {
    pub(super) fn open() -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).unwrap())
    }

    pub(super) fn on(listener: TcpListener) -> Self {
        let port = listener.local_addr().unwrap().port();
        let (sender, letters) = channel();
        let busy = Arc::new(AtomicUsize::new(0));
        let at_work = Arc::clone(&busy);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (sender, busy) = (sender.clone(), Arc::clone(&at_work));
                std::thread::spawn(move || serve(&stream.unwrap(), &sender, &busy));
            }
        });
        Self { port, letters: Mutex::new(letters), busy }
    }

    /// Nothing listens on this port.
    pub(super) fn closed(port: u16) -> Self {
        Self { port, letters: Mutex::new(channel().1), busy: Arc::default() }
    }

    /// Refuses this number of mails before it accepts one.
    pub(super) fn refuse(&self, mails: usize) {
        self.busy.store(mails, Ordering::SeqCst);
    }

    /// How many mails it will still refuse.
    pub(super) fn refuses(&self) -> usize {
        self.busy.load(Ordering::SeqCst)
    }

    /// The next mail. Fails when there is none.
    pub(super) fn next(&self) -> Letter {
        self.letters.lock().unwrap().recv_timeout(PATIENCE).expect("no mail came")
    }

    /// Whether no mail waits.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.lock().unwrap().try_recv().is_err()
    }
}

fn serve(stream: &TcpStream, sender: &Sender<Letter>, busy: &AtomicUsize) {
    let mut lines = BufReader::new(stream).lines();
    let mut out = stream;
    let mut say = |text: &str| {
        let _ = out.write_all(format!("{text}\r\n").as_bytes());
    };
    say("220 post.example ESMTP");
    let mut to = Vec::new();
    while let Some(Ok(line)) = lines.next() {
        let verb = line.to_ascii_uppercase();
        if verb.starts_with("EHLO") {
            say("250-post.example");
            say("250 8BITMIME");
        } else if verb.starts_with("RCPT TO:") {
            if busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1)).is_ok()
            {
                say("451 4.3.0 come again");
            } else {
                let address = line.split(['<', '>']).nth(1).unwrap();
                to.push(address.to_owned());
                say("250 ok");
            }
        } else if verb == "DATA" {
            say("354 go on");
            let mut raw = String::new();
            for line in lines.by_ref().map_while(Result::ok) {
                if line == "." {
                    break;
                }
                raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                raw.push_str("\r\n");
            }
            let _ = sender.send(Letter::parse(std::mem::take(&mut to), raw));
            say("250 taken");
        } else if verb == "QUIT" {
            say("221 bye");
            return;
        } else {
            say("250 ok");
        }
    }
}
