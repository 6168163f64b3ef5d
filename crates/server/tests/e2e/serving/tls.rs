//! TLS: the certificate in the files, and the new one after they change.

use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{Site, one_line};
use crate::harness::{Server, ports};

/// Writes a new pair. Returns the certificate.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["api.example.com".to_owned()]).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    cert.der().clone()
}

/// A connection of a client that trusts `certificate` alone.
fn connect(
    port: u16,
    certificate: &CertificateDer<'static>,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("api.example.com").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    StreamOwned::new(connection, socket)
}

/// The first line of an answer.
fn first_line(stream: &mut impl Read) -> Option<String> {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Some(String::from_utf8_lossy(&answer).lines().next()?.to_owned())
}

/// The status of `GET /healthz`, from a client that trusts `certificate` alone.
fn status(port: u16, certificate: &CertificateDer<'static>) -> Option<String> {
    let mut stream = connect(port, certificate);
    let asked = "GET /healthz HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n";
    stream.write_all(asked.as_bytes()).ok()?;
    first_line(&mut stream)
}

fn site(port: u16, metrics: u16) -> Site {
    let site =
        Site { folder: tempfile::tempdir().unwrap(), base: format!("http://127.0.0.1:{metrics}") };
    site.write(&format!(
        "[[realms]]\nname = \"main\"\nissuer = \"https://api.example.com\"\ndialect = \"rfc\"\n\
         [[listeners]]\naddress = \"127.0.0.1:{port}\"\n\
         tls = {{ certificate = \"cert.pem\", key = \"key.pem\" }}\n\
         [metrics]\naddress = \"127.0.0.1:{metrics}\"\n"
    ));
    site
}

#[test]
fn the_certificate_is_read_again_when_its_files_change() {
    let (port, metrics) = (ports::one(), ports::one());
    let site = site(port, metrics);
    let first = certify(site.folder.path());
    let server = Server::serve(site.folder, &site.base);
    assert_eq!(status(port, &first).as_deref(), Some("HTTP/1.1 200 OK"));
    // A pair that cannot be used does not replace one that works.
    std::fs::write(server.folder().join("cert.pem"), "nonsense").unwrap();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(status(port, &first).as_deref(), Some("HTTP/1.1 200 OK"));
    let second = certify(server.folder());
    let started = Instant::now();
    while status(port, &second).is_none() {
        assert!(started.elapsed() < Duration::from_secs(10), "the new one is not used");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(status(port, &first), None, "the old one is still used");
}

#[test]
fn rfc9110_15_5_14_a_large_body_is_answered_413_and_not_cut_off() {
    let (port, metrics) = (ports::one(), ports::one());
    let site = site(port, metrics);
    let certificate = certify(site.folder.path());
    let _server = Server::serve(site.folder, &site.base);
    let large = vec![b'x'; 2 * 1024 * 1024];
    for (target, status) in [("/token", "413"), ("/sign-in", "413"), ("/nowhere", "404")] {
        for _ in 0..5 {
            let mut stream = connect(port, &certificate);
            let head = format!(
                "POST {target} HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n",
                large.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&large).unwrap_or_else(|error| panic!("{target}: {error}"));
            let line = first_line(&mut stream).unwrap_or_default();
            assert!(line.contains(status), "{target}: {line:?}");
        }
    }
}

#[test]
fn a_pair_that_does_not_fit_is_one_line() {
    let site = site(ports::one(), ports::one());
    let missing = one_line(&site.run(&["serve"]));
    assert!(missing.contains("cert.pem"), "{missing}");
    certify(site.folder.path());
    let key = std::fs::read(site.folder.path().join("key.pem")).unwrap();
    certify(site.folder.path());
    std::fs::write(site.folder.path().join("key.pem"), key).unwrap();
    let reported = one_line(&site.run(&["serve"]));
    assert!(reported.contains("cert.pem with the key"), "{reported}");
}
