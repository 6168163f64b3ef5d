//! TLS by rustls. The certificate is read again when its files change.
//!
//! Invariant: a pair that cannot be used never replaces one that works.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;
use crate::error::CommandError;

/// How often the files are checked for changes.
pub(crate) const RELOAD_EVERY: Duration = Duration::from_secs(2);

/// A listener's certificate.
pub(crate) struct Tls {
    files: TlsFiles,
    current: ArcSwap<Loaded>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    changed: Changed,
}

/// When the two files were changed. They are read only when this differs.
type Changed = [Option<SystemTime>; 2];

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read or do not belong together.
    pub(crate) fn load(files: TlsFiles) -> Result<Self, CommandError> {
        let loaded = Loaded::read(&files).map_err(CommandError::new)?;
        Ok(Self { files, current: ArcSwap::from_pointee(loaded) })
    }

    /// The acceptor for the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.load().config))
    }

    /// Reads the files again if they changed. Keeps the present pair where the new one cannot be
    /// used.
    pub(crate) fn reload(&self) {
        if self.current.load().changed == changed(&self.files) {
            return;
        }
        let certificate = self.files.certificate.display();
        match Loaded::read(&self.files) {
            Ok(loaded) => {
                self.current.store(Arc::new(loaded));
                tracing::info!(%certificate, "the TLS certificate was read again");
            }
            Err(error) => {
                tracing::warn!(%certificate, %error, "the changed TLS certificate cannot be used");
            }
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Loaded {
    fn read(files: &TlsFiles) -> Result<Self, String> {
        // Taken before reading, so that a change in between is noticed the next time.
        let changed = changed(files);
        let certificates = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| format!("the TLS key {}: {error}", files.key.display()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
            .map_err(|error| {
                let (certificate, key) = (files.certificate.display(), files.key.display());
                format!("the TLS certificate {certificate} with the key {key}: {error}")
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), changed })
    }
}

fn certificates(path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, String> {
    let refuse =
        |error: &dyn fmt::Display| format!("the TLS certificate {}: {error}", path.display());
    let certificates = CertificateDer::pem_file_iter(path)
        .map_err(|error| refuse(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| refuse(&error))?;
    if certificates.is_empty() { Err(refuse(&"there is none in it")) } else { Ok(certificates) }
}

fn changed(files: &TlsFiles) -> Changed {
    let of = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    [of(&files.certificate), of(&files.key)]
}
