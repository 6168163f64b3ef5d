//! TLS to the database: the mode in the address, and the connector for it.
//!
//! A connection is either plain, or encrypted to a server whose certificate and name were verified.
//! `sslmode` takes libpq's words. `require` and `verify-ca` mean `verify-full`. The words that let
//! an attacker choose (`allow`, `prefer`) are refused.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use percent_encoding::percent_decode_str;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

/// The TLS mode of an address.
#[derive(Clone, Debug)]
pub(crate) enum Tls {
    /// Not encrypted: for the same machine or a private network.
    Plain,
    /// Encrypted, to a server that these settings verify.
    Verified(Arc<ClientConfig>),
}

/// Takes `sslmode` and `sslrootcert` out of `url`. Without `sslmode` the connection is plain.
///
/// # Errors
/// A message that says what is wrong.
pub(crate) fn take_from(url: &str) -> Result<(String, Tls), String> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", path)) => {
                roots = Some(percent_decode_str(path).decode_utf8_lossy().into_owned());
            }
            _ => rest.push(parameter),
        }
    }
    let tls = match mode {
        None | Some("disable") if roots.is_none() => Tls::Plain,
        Some("require" | "verify-ca" | "verify-full") => {
            Tls::Verified(Arc::new(trusting(roots.as_deref())?))
        }
        None | Some("disable") => return Err("sslrootcert needs sslmode=verify-full".to_owned()),
        Some(_) => return Err("expected sslmode=disable or sslmode=verify-full".to_owned()),
    };
    let sign = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{address}{sign}{}", rest.join("&")), tls))
}

/// Trusts the root certificates in the file, or those of the system where none is given.
fn trusting(roots: Option<&str>) -> Result<ClientConfig, String> {
    let mut store = RootCertStore::empty();
    match roots {
        Some(path) => {
            let unreadable = |problem| format!("sslrootcert {path}: {problem}");
            let certificates =
                CertificateDer::pem_file_iter(Path::new(path)).map_err(unreadable)?;
            for certificate in certificates {
                let certificate = certificate.map_err(unreadable)?;
                store
                    .add(certificate)
                    .map_err(|problem| format!("sslrootcert {path}: {problem}"))?;
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        return Err("no root certificates: name a file by sslrootcert".to_owned());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|problem| problem.to_string())?;
    Ok(config.with_root_certificates(store).with_no_client_auth())
}

/// Makes encrypted connections.
#[derive(Clone)]
pub(crate) struct Encrypted(pub(crate) Arc<ClientConfig>);

impl<S> MakeTlsConnect<S> for Encrypted
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<S>;
    type TlsConnect = EncryptedTo;
    type Error = rustls::pki_types::InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<EncryptedTo, Self::Error> {
        let server = ServerName::try_from(host)?.to_owned();
        Ok(EncryptedTo { connector: TlsConnector::from(Arc::clone(&self.0)), server })
    }
}

/// Makes one connection, to one server.
pub(crate) struct EncryptedTo {
    connector: TlsConnector,
    server: ServerName<'static>,
}

impl<S> TlsConnect<S> for EncryptedTo
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move { self.connector.connect(self.server, stream).await.map(Stream) })
    }
}

/// An encrypted connection.
pub(crate) struct Stream<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
