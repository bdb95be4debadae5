//! Client tokens: JWTs that the client reads and the server signs (nexus-v3.md, 3.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// What a token says: UUIDs only, so that its payload is the same in plain base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the names are the protocol's own")]
pub(super) struct Claims {
    pub(super) session_id: String,
    pub(super) transport_id: String,
    pub(super) participant_id: String,
}

/// Signs and verifies tokens.
#[derive(Clone)]
pub(super) struct Signer(Hmac<Sha256>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

impl Signer {
    pub(super) fn new(key: [u8; 64]) -> Self {
        Self(Hmac::new(&key.into()))
    }

    pub(super) fn sign(&self, claims: &Claims) -> String {
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What the token says, if this signer has signed it.
    pub(super) fn verify(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.trim().rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.0.clone().chain_update(signed).verify_slice(&signature).ok()?;
        let payload = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    use super::*;

    fn claims() -> Claims {
        let id = |digit: &str| format!("{digit}f3a9c04-7b1e-4d2f-8a65-0123456789ab");
        Claims { session_id: id("0"), transport_id: id("1"), participant_id: id("2") }
    }

    #[test]
    fn what_is_signed_is_verified() {
        let signer = Signer::new([7; 64]);
        let token = signer.sign(&claims());
        assert_eq!(signer.verify(&token), Some(claims()));
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[0]).unwrap(), HEADER.as_bytes());
        let payload: serde_json::Value =
            serde_json::from_slice(&STANDARD_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!(payload.as_object().unwrap().len(), 3);
        assert_eq!(payload["transportId"], claims().transport_id);
    }

    #[test]
    fn what_is_not_is_refused() {
        let signer = Signer::new([7; 64]);
        let token = signer.sign(&claims());
        let other = Claims { session_id: claims().participant_id, ..claims() };
        let (text, signature) = token.rsplit_once('.').unwrap();
        let forged = signer.sign(&other);
        let (forged, _) = forged.rsplit_once('.').unwrap();
        assert_eq!(Signer::new([8; 64]).verify(&token), None);
        for bad in ["", "a.b.c", text, &format!("{forged}.{signature}"), &format!("{text}.{signature}A")] {
            assert_eq!(signer.verify(bad), None, "{bad}");
        }
    }

    /// The signature is that of RFC 7515, appendix A.1, whose header has line breaks of its own.
    #[test]
    fn the_algorithm_is_hs256() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key: [u8; 64] = URL_SAFE_NO_PAD.decode(key).unwrap().try_into().unwrap();
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogI\
                      mh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD.decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let signer = Signer::new(key);
        assert!(signer.0.chain_update(text).verify_slice(&signature).is_ok());
    }
}
