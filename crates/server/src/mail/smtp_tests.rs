//! No mail goes to a server that cannot prove its identity, and errors are reported in one line.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use web::mail::{Mail, Mailer as _};

use super::Smtp;
use crate::config::{self, Encryption};

const SECRET_LINK: &str = "https://id.example/credentials/abcdef";

/// Addresses are checked once, where they are typed (`engine::fields`). These are of every shape that is taken there.
#[test]
fn every_address_that_is_taken_can_be_mailed() {
    let smtp = smtp(9, Encryption::None);
    for to in [
        "ada@example.com",
        "a.b+c-d_e@mail.example.co.uk",
        "!#$%&'*+/=?^_`{|}~@x.example",
        "ada@localhost",
        "ada@x1-2.example",
        "josé@exämple.org",
        "ऋषि@उदाहरण.भारत",
        &format!("{}@{}.example", "a".repeat(64), "b".repeat(63)),
    ] {
        let mail = Mail { to: to.to_owned(), ..mail() };
        assert!(smtp.message(&mail).is_ok(), "{to}");
    }
    for to in ["ada", "ada@", "a@[127.0.0.1", "a\nb@example.com"] {
        let mail = Mail { to: to.to_owned(), ..mail() };
        assert!(smtp.message(&mail).is_err_and(|error| error.permanent), "{to}");
    }
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn smtp(port: u16, encryption: Encryption) -> Smtp {
    let mail = config::Mail {
        from: "API <api@example.com>".parse().unwrap(),
        host: "localhost".to_owned(),
        port,
        encryption,
        login: None,
        timeout: Duration::from_secs(2),
    };
    Smtp::new(&mail).unwrap()
}

fn mail() -> Mail {
    Mail {
        id: "1.2".to_owned(),
        to: "ada@example.com".to_owned(),
        subject: "Hello",
        text: format!("{SECRET_LINK}\n"),
    }
}

/// Greets, answers every line with `answer`, and returns what the client sent.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) -> String {
    let mut stream = BufReader::new(stream);
    let mut said = String::new();
    stream.write_all(b"220 post.example ESMTP\r\n").await.unwrap();
    while let Ok(read) = stream.read_line(&mut said).await {
        if read == 0 || stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            break;
        }
    }
    said
}

#[tokio::test]
async fn rfc3207_no_mail_is_sent_to_a_server_without_starttls() {
    let (listener, port) = listener().await;
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, "250 post.example").await
    });
    let refused = smtp(port, Encryption::Starttls).send(&mail()).await.unwrap_err();
    assert!(refused.to_string().contains("STARTTLS"), "{refused}");
    let said = server.await.unwrap();
    assert!(said.starts_with("EHLO "), "{said}");
    assert!(!said.contains("MAIL") && !said.contains(SECRET_LINK), "{said}");
}

#[tokio::test]
async fn no_mail_is_sent_to_a_server_with_an_untrusted_certificate() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let (listener, port) = listener().await;
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let shaken = TlsAcceptor::from(Arc::new(tls)).accept(stream).await;
        shaken.is_ok()
    });
    let refused = smtp(port, Encryption::Tls).send(&mail()).await.unwrap_err();
    assert!(refused.to_string().to_lowercase().contains("certificate"), "{refused}");
    assert!(!server.await.unwrap(), "no handshake, no word");
}

#[tokio::test]
async fn a_servers_error_is_one_line_without_the_text_of_the_mail() {
    let (listener, port) = listener().await;
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(stream, "550 5.1.1 no such person").await
    });
    let refused = smtp(port, Encryption::None).send(&mail()).await.unwrap_err().to_string();
    assert!(!refused.contains(char::is_control) && !refused.contains(SECRET_LINK), "{refused}");
}

#[tokio::test]
async fn a_silent_server_is_an_error_after_the_timeout() {
    let (listener, port) = listener().await;
    let held = tokio::spawn(async move { listener.accept().await.unwrap() });
    let (smtp, mail) = (smtp(port, Encryption::None), mail());
    let sent = tokio::time::timeout(Duration::from_secs(10), smtp.send(&mail)).await;
    sent.expect("it gives up by itself").unwrap_err();
    drop(held.await);
}
