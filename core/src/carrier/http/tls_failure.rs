//! What a failed TLS handshake means, in words that say what to do.

use crate::foreign;
use rustls::{AlertDescription, CertificateError, Error, OtherError, pki_types::CertificateDer};
use std::{error::Error as StdError, fmt, sync::Arc};
use webpki::EndEntityCert;

/// Why a certificate is not trusted, where rustls says only that its issuer is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Untrusted {
    SelfSigned,
    UnknownAuthority,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSigned => "the certificate is signed by itself",
            Self::UnknownAuthority => "the certificate's authority is not known",
        })
    }
}

impl StdError for Untrusted {}

/// `error` about the certificate `end_entity`, with whether nobody but itself vouches for it.
pub(super) fn with_reason(error: Error, end_entity: &CertificateDer<'_>) -> Error {
    if error != Error::InvalidCertificate(CertificateError::UnknownIssuer) {
        return error;
    }
    let is_self_signed = EndEntityCert::try_from(end_entity)
        .is_ok_and(|certificate| certificate.issuer() == certificate.subject());
    let why = if is_self_signed { Untrusted::SelfSigned } else { Untrusted::UnknownAuthority };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

/// What `error` means, met in a handshake with `peer`.
pub(super) fn explain(error: &Error, peer: &str) -> String {
    match error {
        Error::InvalidMessage(_) => no_tls(peer),
        Error::InvalidCertificate(why) => format!("the certificate of {peer} {}", certificate(why)),
        Error::AlertReceived(alert) => format!("{peer} broke off the TLS handshake: {}", alerted(*alert)),
        Error::PeerIncompatible(why) => {
            format!("{peer} and this library have no version or cipher of TLS in common ({why:?})")
        }
        Error::General(why) if why.contains("CA certificates") => format!(
            "the certificate of {peer} cannot be checked: this system has no root certificates (connection.rootCertificates can name a file with them)"
        ),
        other => format!("the TLS handshake with {peer} failed: {}", foreign::line(&other.to_string())),
    }
}

/// `peer` answered in something else, or not at all.
pub(super) fn no_tls(peer: &str) -> String {
    format!("{peer} does not speak TLS: it may be a port for plain http")
}

fn certificate(why: &CertificateError) -> String {
    const TRUST: &str = "to trust it, name its file in connection.rootCertificates";
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "has expired, or this machine's clock is wrong".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet, or this machine's clock is wrong".into()
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            format!("is for another name: {}", foreign::line(&presented.join(", ")))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another name".into()
        }
        CertificateError::Revoked => "has been revoked".into(),
        CertificateError::UnknownIssuer => unknown_authority(),
        CertificateError::Other(OtherError(other)) => {
            match (other.downcast_ref::<Untrusted>(), other.downcast_ref::<webpki::Error>()) {
                (Some(Untrusted::SelfSigned), _) => format!("is signed by itself and by no authority; {TRUST}"),
                (Some(Untrusted::UnknownAuthority), _) => unknown_authority(),
                (_, Some(webpki::Error::CaUsedAsEndEntity)) => {
                    "is that of an authority (CA:TRUE), which no server may use as its own, trusted or not: give the server one made with \
                     basicConstraints=CA:FALSE, or one that this authority issues"
                        .into()
                }
                _ => format!("cannot be trusted: {}", foreign::line(&other.to_string())),
            }
        }
        other => format!("cannot be trusted: {}", foreign::line(&format!("{other:?}"))),
    }
}

fn unknown_authority() -> String {
    "comes from an authority that is not known here; to trust it, name the file of the authority's certificate in \
     connection.rootCertificates"
        .into()
}

/// Whether the server broke off because of who we are, or are not. It has looked at no request then: in TLS 1.3 a client has sent one by the
/// time that it hears of this.
pub(super) fn refuses_us(error: &Error) -> bool {
    matches!(error, Error::AlertReceived(alert) if about_client(*alert).is_some())
}

/// What a server has against our certificate.
fn about_client(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "it wants a client certificate; name a file with one in connection.clientCertificate"
        }
        AlertDescription::UnknownCA => {
            "it does not know the authority of the client certificate (connection.clientCertificate), or misses one between"
        }
        AlertDescription::CertificateExpired => {
            "the client certificate (connection.clientCertificate) has expired"
        }
        AlertDescription::CertificateRevoked => {
            "the client certificate (connection.clientCertificate) has been revoked"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::AccessDenied => {
            "it does not take the client certificate (connection.clientCertificate)"
        }
        _ => return None,
    })
}

fn alerted(alert: AlertDescription) -> String {
    if let Some(words) = about_client(alert) {
        return words.into();
    }
    match alert {
        AlertDescription::ProtocolVersion => {
            "it speaks no version of TLS from 1.2 (connection.minimumTls) to 1.3".into()
        }
        AlertDescription::HandshakeFailure => {
            "it has no cipher in common with this library, or wants a client certificate (connection.clientCertificate)".into()
        }
        AlertDescription::UnrecognisedName => "it does not know the host by this name".into(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_say_what_to_do() {
        let explain = |error| explain(&error, "gms.test:443");
        insta::assert_snapshot!(
            explain(Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)),
            @"gms.test:443 does not speak TLS: it may be a port for plain http"
        );
        insta::assert_snapshot!(
            explain(Error::InvalidCertificate(CertificateError::Expired)),
            @"the certificate of gms.test:443 has expired, or this machine's clock is wrong"
        );
        insta::assert_snapshot!(
            explain(Error::AlertReceived(AlertDescription::ProtocolVersion)),
            @"gms.test:443 broke off the TLS handshake: it speaks no version of TLS from 1.2 (connection.minimumTls) to 1.3"
        );
        let other = OtherError(Arc::new(webpki::Error::CaUsedAsEndEntity));
        let error = explain(Error::InvalidCertificate(CertificateError::Other(other)));
        assert!(error.contains("basicConstraints=CA:FALSE"), "{error}");
    }
}
