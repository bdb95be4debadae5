//! A certificate for the loopback address, of an authority that nobody knows.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A certificate with its key, and that of its authority, in files.
#[derive(Debug)]
pub struct Certificate(TempDir);

impl Certificate {
    /// A new one, of a new authority.
    pub fn new() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(rcgen::DnType::CommonName, "An authority for tests");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let site =
            CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let certificate = Self(directory);
        fs::write(certificate.authority(), authority.pem()).unwrap();
        fs::write(certificate.chain(), site.pem()).unwrap();
        fs::write(certificate.key(), key.serialize_pem()).unwrap();
        certificate
    }

    /// The authority's certificate, for clients.
    pub fn authority(&self) -> PathBuf {
        self.path("authority.pem")
    }

    pub(crate) fn chain(&self) -> PathBuf {
        self.path("site.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.path("key.pem")
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::new(self.0.path()).join(name)
    }
}

impl Default for Certificate {
    fn default() -> Self {
        Self::new()
    }
}
