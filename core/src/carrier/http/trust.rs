//! Whom TLS trusts: the system's certificates and those of the configured files, as they are now. Files are mounted late, and replaced
//! while a program runs. So they are looked at once in a while, and read anew when they look different; and when a certificate is not
//! trusted they are looked at at once, and read anew after a while even though they look the same.

use super::{
    pem::{self, Stamp},
    tls_failure,
};
use crate::{Error, ErrorKind, foreign};
use rustls::{
    DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::SectionKind},
};
use rustls_platform_verifier::Verifier;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often the files are looked at while they serve.
const LOOK: Duration = Duration::from_secs(1);
/// How often they are read anew although they look the same, when they do not serve.
const READ: Duration = Duration::from_secs(10);

/// Certificates that are trusted.
///
/// Reading them takes time that a chat over plain HTTP need not spend, and fails on systems without any, where plain HTTP still works: the
/// system's are read in the first TLS handshake.
#[derive(Debug)]
pub(super) struct Trust {
    files: Vec<PathBuf>,
    provider: Arc<CryptoProvider>,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// Those of each configured file.
    extra: Vec<Vec<CertificateDer<'static>>>,
    /// What of each file is left out, as the log knows: it is told again when something else is.
    left_out: Vec<Vec<String>>,
    verifier: Option<Result<Arc<Verifier>, rustls::Error>>,
    stamp: Stamp,
    looked: Instant,
    read: Instant,
}

impl Trust {
    /// Trust in the system's certificates and in those of `files` (PEM), which are checked now. Errors are of kind `InvalidConfiguration`
    /// and name the key.
    pub(super) fn new(files: &[PathBuf], provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let (now, stamp) = (Instant::now(), stamp(files));
        let read = |(position, file): (usize, &PathBuf)| {
            let found = read(file).map_err(|what| {
                Error::new(ErrorKind::InvalidConfiguration, format!("{}: {what}", key(file, position)))
            });
            found.inspect(|(_, left_out)| tell(file, position, left_out))
        };
        let read: Vec<_> = files.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let (extra, left_out) = read.into_iter().unzip();
        let known = Known { extra, left_out, verifier: None, stamp, looked: now, read: now };
        Ok(Self { files: files.to_vec(), provider, known: Mutex::new(known) })
    }

    /// What to check a certificate with.
    fn current(&self, now: Instant) -> Result<Arc<Verifier>, rustls::Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(known.looked) >= LOOK {
            known.looked = now;
            let stamp = stamp(&self.files);
            if stamp != known.stamp {
                self.read_again(&mut known, stamp, now);
            }
        }
        let Known { extra, verifier, .. } = &mut *known;
        verifier.get_or_insert_with(|| self.verifier(extra)).clone()
    }

    /// What to check a certificate with once more that `current` does not trust, if there can be a difference.
    fn renewed(&self, now: Instant) -> Option<Arc<Verifier>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&self.files);
        if stamp == known.stamp && now.saturating_duration_since(known.read) < READ {
            return None;
        }
        self.read_again(&mut known, stamp, now);
        known.verifier.clone()?.ok()
    }

    /// Reads everything. What cannot be read any more stays as it was: a file is missing for a moment while it is replaced.
    fn read_again(&self, known: &mut Known, stamp: Stamp, now: Instant) {
        let known_files = known.extra.iter_mut().zip(&mut known.left_out);
        for (position, (file, (extra, told))) in self.files.iter().zip(known_files).enumerate() {
            match read(file) {
                Ok((certificates, left_out)) => {
                    *extra = certificates;
                    if *told != left_out {
                        tell(file, position, &left_out);
                        *told = left_out;
                    }
                }
                Err(what) => {
                    log::warn!(target: "webchat::connection", "{}: {what}; what was read before stays", key(file, position));
                }
            }
        }
        let verifier = self.verifier(&known.extra);
        match (&known.verifier, &verifier) {
            (Some(Ok(_)), Err(error)) => {
                log::warn!(target: "webchat::connection", "the system's root certificates cannot be read any more: {error}; what was read before stays");
            }
            _ => known.verifier = Some(verifier),
        }
        (known.stamp, known.looked, known.read) = (stamp, now, now);
    }

    fn verifier(&self, extra: &[Vec<CertificateDer<'static>>]) -> Result<Arc<Verifier>, rustls::Error> {
        Verifier::new_with_extra_roots(extra.iter().flatten().cloned(), self.provider.clone()).map(Arc::new)
    }
}

/// The option, and the file that it names.
fn key(file: &Path, position: usize) -> String {
    format!("connection.rootCertificates[{position}]: {}", foreign::line(&file.display().to_string()))
}

/// Tells the log what of a file is left out.
fn tell(file: &Path, position: usize, left_out: &[String]) {
    for fault in left_out {
        log::warn!(target: "webchat::connection", "{}: {fault}; it is left out", key(file, position));
    }
}

/// The certificates of a PEM file, and what is wrong with those that are left out; an error where none is left.
fn read(file: &Path) -> Result<(Vec<CertificateDer<'static>>, Vec<String>), String> {
    let text = pem::read(file).map_err(|error| error.to_string())?;
    let mut store = RootCertStore::empty();
    let mut certificates = Vec::new();
    let mut faults = Vec::new();
    for (number, section) in pem::sections(&text).enumerate() {
        let fault = match section {
            Ok((SectionKind::Certificate, der)) => {
                let certificate = CertificateDer::from(der);
                match store.add(certificate.clone()) {
                    Ok(()) => {
                        certificates.push(certificate);
                        continue;
                    }
                    Err(error) => format!("not a usable certificate: {error}"),
                }
            }
            Ok(_) => continue,
            Err(what) => format!("not PEM: {what}"),
        };
        faults.push(format!("entry {}: {fault}", number + 1));
    }
    match (certificates.is_empty(), faults.first()) {
        (true, None) => return Err("the file holds no certificate in PEM".into()),
        (true, Some(fault)) => return Err(format!("the file holds no usable certificate; {fault}")),
        (false, _) => {}
    }
    Ok((certificates, faults))
}

/// What the configured files and those of the system look like.
fn stamp(files: &[PathBuf]) -> Stamp {
    let system = system();
    Stamp::of(files.iter().chain(&system).map(PathBuf::as_path))
}

/// Where the system's certificates are read from, as far as they are files.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn system() -> Vec<PathBuf> {
    let file = std::env::var_os(openssl_probe::ENV_CERT_FILE).map(PathBuf::from);
    let directories = std::env::var_os(openssl_probe::ENV_CERT_DIR);
    if file.is_none() && directories.is_none() {
        let probed = openssl_probe::probe();
        return probed.cert_file.into_iter().chain(probed.cert_dir).collect();
    }
    file.into_iter().chain(directories.iter().flat_map(std::env::split_paths)).collect()
}

#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn system() -> Vec<PathBuf> {
    Vec::new()
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = |verifier: Arc<Verifier>| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let moment = Instant::now();
        self.current(moment)
            .and_then(verify)
            .or_else(|error| self.renewed(moment).map_or(Err(error), verify))
            .map_err(|error| tls_failure::with_reason(error, end_entity))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::http::authority::{Authority, replace};
    use rustls::crypto::ring;

    /// Whether `trust` takes a certificate of `authority` at `moment`, without a second look.
    fn trusts(trust: &Trust, authority: &Authority, moment: Instant) -> bool {
        let (certificate, _) = authority.issue("gms.test");
        let name = ServerName::try_from("gms.test").unwrap();
        let verifier = trust.current(moment).unwrap();
        verifier.verify_server_cert(certificate.der(), &[], &name, &[], UnixTime::now()).is_ok()
    }

    fn trust(path: &Path) -> Trust {
        Trust::new(&[path.into()], Arc::new(ring::default_provider())).unwrap()
    }

    #[test]
    fn who_has_gone_from_the_files_is_trusted_no_longer() {
        let (old, new) = (Authority::new("Old"), Authority::new("New"));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        replace(&path, &old.pem());
        let trust = trust(&path);
        let now = Instant::now();
        assert!(trusts(&trust, &old, now) && !trusts(&trust, &new, now));
        replace(&path, &new.pem());
        assert!(trusts(&trust, &old, now), "it is looked at once in a while");
        let later = now + 2 * LOOK;
        assert!(trusts(&trust, &new, later) && !trusts(&trust, &old, later));
    }

    #[test]
    fn a_file_that_cannot_be_read_for_a_moment_changes_nothing() {
        let authority = Authority::new("Old");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        replace(&path, &authority.pem());
        let trust = trust(&path);
        let mut now = Instant::now();
        for content in
            [None, Some(""), Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
        {
            match content {
                None => std::fs::remove_file(&path).unwrap(),
                Some(text) => replace(&path, text),
            }
            now += 2 * LOOK;
            assert!(trusts(&trust, &authority, now), "{content:?}");
        }
    }

    #[test]
    fn what_looks_the_same_is_read_again_at_a_pace() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        replace(&path, &Authority::new("Old").pem());
        let trust = trust(&path);
        let now = Instant::now();
        assert!(trust.renewed(now).is_none(), "it has just been read");
        assert!(trust.renewed(now + 2 * READ).is_some());
        assert!(trust.renewed(now + 2 * READ).is_none());
    }

    static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

    struct Listener;

    impl log::Log for Listener {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            LINES.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
        }

        fn flush(&self) {}
    }

    #[test]
    fn an_entry_of_no_use_is_told_once() {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        let told = || {
            let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
            lines
                .iter()
                .filter(|line| line.contains(&path.display().to_string()))
                .cloned()
                .collect::<Vec<_>>()
        };
        let (good, bad) =
            (Authority::new("Good").pem(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        replace(&path, &format!("{good}{bad}"));
        let trust = trust(&path);
        let now = Instant::now();
        assert!(told()[0].contains("entry 2: not a usable certificate") && told().len() == 1, "{:?}", told());
        assert!(trust.renewed(now + 2 * READ).is_some(), "it is read again");
        replace(&path, &format!("{good}{bad}\n"));
        assert!(trust.current(now + 3 * READ).is_ok());
        assert_eq!(told().len(), 1, "it is the same");
        replace(&path, &format!("{bad}{good}"));
        assert!(trust.current(now + 4 * READ).is_ok());
        assert!(told()[1].contains("entry 1") && told().len() == 2, "another one is told: {:?}", told());
    }

    #[test]
    fn entries_of_no_use_are_told_when_none_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        for (text, words) in [
            ("no certificate at all", "holds no certificate in PEM"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n",
                "holds no usable certificate; entry 1: not PEM: a section has no end",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "entry 1: not a usable certificate",
            ),
        ] {
            replace(&path, text);
            let error =
                Trust::new(std::slice::from_ref(&path), Arc::new(ring::default_provider())).unwrap_err();
            assert!(error.message().contains(words), "{error}");
        }
        let error = Trust::new(&[directory.path().into()], Arc::new(ring::default_provider())).unwrap_err();
        assert!(error.message().ends_with("it is not a regular file"), "{error}");
    }
}
