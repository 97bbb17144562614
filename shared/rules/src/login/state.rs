//! The state of a log-in while the person is at GitHub. The browser keeps half of it in a cookie, so that nobody else's log-in
//! can be completed in it (RFC 6749, section 10.12), and nobody but the browser can redeem the code (RFC 7636).

use super::Target;
use crate::Context;
use aws_lc_rs::digest;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use data_encoding::BASE64URL_NOPAD as BASE64;
use models::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Time in which a log-in must be completed.
pub const LOGIN_TIME: Duration = Duration::from_mins(10);

/// Signs states. Derived from the client secret, and used for nothing else.
#[derive(Debug)]
pub struct LoginSecret(Key);

/// The secret of one log-in, which the browser keeps and GitHub sees only a digest of.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier(String);

/// A log-in that has begun.
#[derive(Debug)]
pub struct PendingLogin {
    /// The parameter `state` for GitHub.
    pub state: String,
    /// The value of the browser's cookie.
    pub cookie: String,
    /// The parameter `code_challenge` for GitHub.
    pub challenge: String,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    target: String,
    #[serde(rename = "mobile")]
    is_mobile: bool,
    nonce: String,
    /// Milliseconds since 1970.
    expires: i64,
}

impl Verifier {
    /// Returns the secret itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Omits the secret itself.
impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

impl LoginSecret {
    /// Derives the secret from that of the OAuth app.
    #[must_use]
    pub fn of(client_secret: &str) -> Self {
        let derived = sign(&Key::new(HMAC_SHA256, client_secret.as_bytes()), b"skysquad: state of a log-in");
        Self(Key::new(HMAC_SHA256, derived.as_ref()))
    }

    /// Begins a log-in that leads to `target`.
    #[must_use]
    pub fn begin(&self, context: &Context, target: &Target) -> PendingLogin {
        let nonce = BASE64.encode(&context.random::<16>());
        let verifier = BASE64.encode(&context.random::<32>());
        let claims = Claims {
            target: target.url.to_string(),
            is_mobile: target.is_mobile,
            nonce: nonce.clone(),
            expires: context.now().plus(LOGIN_TIME).as_millisecond(),
        };
        let claims = BASE64.encode(&serde_json::to_vec(&claims).expect("claims have only strings as keys"));
        let signature = BASE64.encode(sign(&self.0, claims.as_bytes()).as_ref());
        PendingLogin {
            state: format!("{claims}.{signature}"),
            challenge: BASE64.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref()),
            cookie: format!("{nonce}.{verifier}"),
        }
    }

    /// Returns the target of a log-in and its secret if the state was made here, has not expired, and belongs to the browser
    /// with the cookie.
    #[must_use]
    pub fn complete(&self, state: &str, cookie: &str, now: Timestamp) -> Option<(Target, Verifier)> {
        let (text, signature) = state.split_once('.')?;
        verify(&self.0, text.as_bytes(), &BASE64.decode(signature.as_bytes()).ok()?).ok()?;
        let claims: Claims = serde_json::from_slice(&BASE64.decode(text.as_bytes()).ok()?).ok()?;
        let (nonce, verifier) = cookie.split_once('.')?;
        let is_valid = claims.nonce == nonce && now.as_millisecond() < claims.expires;
        let url = claims.target.parse().ok().filter(|_| is_valid)?;
        Some((Target { url, is_mobile: claims.is_mobile }, Verifier(verifier.to_owned())))
    }
}
