//! Who this program is to servers that want to know: a certificate and its key, from `connection.clientCertificate`. A file is read anew
//! when it has changed. What stands there never gets into an error or a log: it holds the key.

use super::pem::{self, Stamp};
use crate::{Error, ErrorKind, config::ClientCertificate};
use rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::SectionKind},
    sign::CertifiedKey,
};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// The client's certificate.
pub(super) struct Identity {
    source: ClientCertificate,
    provider: Arc<CryptoProvider>,
    known: Mutex<(Stamp, Arc<CertifiedKey>)>,
}

impl Identity {
    /// Reads what `source` names. Errors are of kind `InvalidConfiguration` and name the key and what does not fit.
    pub(super) fn new(source: &ClientCertificate, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let stamp = stamp(source);
        let key =
            read(source, &provider).map_err(|what| Error::new(ErrorKind::InvalidConfiguration, what))?;
        Ok(Self { source: source.clone(), provider, known: Mutex::new((stamp, key)) })
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.source);
        if stamp != known.0 {
            known.0 = stamp;
            match read(&self.source, &self.provider) {
                Ok(key) => known.1 = key,
                Err(what) => log::warn!(target: "webchat::connection", "{what}; what was read before stays"),
            }
        }
        known.1.clone()
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _authorities: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn stamp(source: &ClientCertificate) -> Stamp {
    match source {
        ClientCertificate::File(path) => Stamp::of([path.as_path()]),
        ClientCertificate::Pem(_) => Stamp::default(),
    }
}

fn read(source: &ClientCertificate, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, String> {
    let key = "connection.clientCertificate";
    match source {
        ClientCertificate::Pem(text) => {
            parse(text.as_bytes(), provider).map_err(|what| format!("{key}: {what}"))
        }
        ClientCertificate::File(path) => {
            let named = |what: &str| format!("{key}: the file{} {what}", shown(path));
            let text = pem::read(path).map_err(|error| named(&format!("cannot be read: {error}")))?;
            parse(&text, provider).map_err(|what| named(&format!("is of no use: {what}")))
        }
    }
    .map(Arc::new)
}

/// A path for an error. Only those from the root on: another could be a key in one line, taken for a path.
fn shown(path: &Path) -> String {
    if !path.is_absolute() {
        return String::new();
    }
    format!(" {}", crate::foreign::line(&path.display().to_string()))
}

/// The certificate, those that vouch for it, and its key.
fn parse(text: &[u8], provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let has = |what: &str| text.windows(what.len()).any(|window| window == what.as_bytes());
    if has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED") {
        return Err("its private key is encrypted; it has to be there without a password".into());
    }
    let (mut certificates, mut key) = (Vec::new(), None);
    for section in pem::sections(text) {
        match section.map_err(|what| format!("it is not PEM: {what}"))? {
            (SectionKind::Certificate, der) => certificates.push(CertificateDer::from(der)),
            (SectionKind::PrivateKey, der) => key = key.or(Some(PrivateKeyDer::Pkcs8(der.into()))),
            (SectionKind::RsaPrivateKey, der) => key = key.or(Some(PrivateKeyDer::Pkcs1(der.into()))),
            (SectionKind::EcPrivateKey, der) => key = key.or(Some(PrivateKeyDer::Sec1(der.into()))),
            _ => {}
        }
    }
    if !has("-----BEGIN ") {
        return Err("it is not PEM".into());
    }
    if certificates.is_empty() {
        return Err("it holds no certificate".into());
    }
    let key = key.ok_or("it holds no private key; the key has to stand in PEM beside the certificate")?;
    let key = provider.key_provider.load_private_key(key).map_err(|_| {
        "its private key cannot be used: RSA from 2048 bits on, ECDSA with P-256 or P-384, and Ed25519 can"
    })?;
    // Those that vouch may come first.
    let fits = |certificate: &CertificateDer<'static>| {
        CertifiedKey::new(vec![certificate.clone()], key.clone()).keys_match()
    };
    let own = certificates.iter().position(|certificate| fits(certificate).is_ok());
    let own = own.ok_or("its private key does not belong to its certificate")?;
    let own = certificates.remove(own);
    certificates.insert(0, own);
    Ok(CertifiedKey::new(certificates, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::ring;

    fn issued() -> (String, String) {
        let issued = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
        (issued.cert.pem(), issued.signing_key.serialize_pem())
    }

    fn of(source: &ClientCertificate) -> Result<Identity, String> {
        let provider = Arc::new(ring::default_provider());
        Identity::new(source, provider).map_err(|error| error.message().to_owned())
    }

    fn of_text(text: &str) -> Result<Identity, String> {
        of(&ClientCertificate::Pem(text.into()))
    }

    #[test]
    fn the_certificate_of_the_key_comes_first() {
        let ((own, key), (other, _)) = (issued(), issued());
        let alone = of_text(&format!("{own}{key}")).unwrap().current().cert.clone();
        for text in [format!("{key}{other}{own}"), format!("{own}{other}{key}")] {
            let chain = of_text(&text).unwrap().current().cert.clone();
            assert_eq!((chain.len(), &chain[0]), (2, &alone[0]));
        }
    }

    #[test]
    fn what_does_not_fit_is_named_and_nothing_of_it_repeated() {
        let ((own, key), (other, other_key)) = (issued(), issued());
        let secret = key.lines().nth(1).unwrap();
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let old = key.replace("PRIVATE KEY-----\n", "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n");
        let broken = key.replace("-----END", "!!!!\n-----END");
        let cut = key.replace("BEGIN PRIVATE KEY-----\n", "BEGIN PRIVATE KEY---");
        let foreign = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for (text, what) in [
            (own.clone(), "holds no private key"),
            (key.clone(), "holds no certificate"),
            (format!("{own}{other_key}"), "does not belong to its certificate"),
            (format!("{other}{key}"), "does not belong to its certificate"),
            (format!("{own}{encrypted}"), "is encrypted"),
            (format!("{own}{old}"), "is encrypted"),
            (format!("{own}{broken}"), "a section is not base64"),
            (format!("{own}{cut}"), "the first line of a section is broken"),
            (format!("{own}{foreign}"), "cannot be used"),
            (secret.to_owned(), "is not PEM"),
        ] {
            let error = of_text(&text).unwrap_err();
            assert!(error.starts_with("connection.clientCertificate: ") && error.contains(what), "{error}");
            assert!(!error.contains(secret), "{error}");
            let mut file = tempfile::NamedTempFile::new().unwrap();
            std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
            let error = of(&ClientCertificate::File(file.path().into())).unwrap_err();
            assert!(error.contains(what) && error.contains(file.path().to_str().unwrap()), "{error}");
        }
        let directory = tempfile::tempdir().unwrap();
        for path in [directory.path(), Path::new("/does/not/exist.pem")] {
            let error = of(&ClientCertificate::File(path.into())).unwrap_err();
            assert!(error.contains("cannot be read") && error.contains(path.to_str().unwrap()), "{error}");
        }
        let error = of(&ClientCertificate::File(secret.into())).unwrap_err();
        assert!(error.contains("cannot be read") && !error.contains(secret), "{error}");
    }

    #[test]
    fn a_file_is_read_again_when_it_was_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (path, new) = (directory.path().join("a.pem"), directory.path().join("b.pem"));
        let put = |text: &str| {
            std::fs::write(&new, text).unwrap();
            std::fs::rename(&new, &path).unwrap();
        };
        let ((first, first_key), (second, second_key)) = (issued(), issued());
        put(&format!("{first}{first_key}"));
        let identity = of(&ClientCertificate::File(path.clone())).unwrap();
        let before = identity.current();
        assert!(Arc::ptr_eq(&before, &identity.current()));
        put(&format!("{second}{first_key}"));
        assert!(Arc::ptr_eq(&before, &identity.current()), "the old one serves while the new one does not");
        put(&format!("{second}{second_key}"));
        assert_ne!(before.cert, identity.current().cert);
    }
}
