//! What the server signs: tokens for the history, and the addresses of files.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

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

    /// A token for the session with this id, good until `exp`, in seconds since 1970.
    pub(super) fn jwt(&self, session: &str, exp: u64) -> String {
        let payload = json!({ "sub": session, "exp": exp, "iss": "webmessaging" }).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The session that a token is for, if it is genuine and has not expired by `now`.
    pub(super) fn session_of(&self, jwt: &str, now: u64) -> Option<String> {
        let (signed, signature) = jwt.trim().rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.0.clone().chain_update(signed).verify_slice(&signature).ok()?;
        let payload = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let exp = claims.get("exp").and_then(Value::as_u64)?;
        let session = claims.get("sub").and_then(Value::as_str)?;
        (exp > now).then(|| session.to_owned())
    }

    /// The signature of these words, in hexadecimal digits.
    pub(super) fn sign(&self, words: &str) -> String {
        let signature = self.0.clone().chain_update(words).finalize().into_bytes();
        hex(&signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_good_for_a_time() {
        let (signer, other) = (Signer::new([1; 64]), Signer::new([2; 64]));
        let jwt = signer.jwt("s", 100);
        assert_eq!(signer.session_of(&jwt, 99).as_deref(), Some("s"));
        assert_eq!(signer.session_of(&jwt, 100), None);
        assert_eq!(other.session_of(&jwt, 99), None);
        assert_eq!(signer.session_of("a.b.c", 0), None);
        assert_ne!(signer.sign("a"), signer.sign("b"));
    }
}
