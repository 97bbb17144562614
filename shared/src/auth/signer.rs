//! Creating sessions: JSON Web Tokens (RFC 7519) signed with RS256.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use data_encoding::{BASE64URL_NOPAD as BASE64, HEXLOWER};
use futures_util::future::BoxFuture;
use models::{GithubLogin, GithubNumber, MemberId, Timestamp};
use serde_json::{Map, Value, json};
use std::time::Duration;
use store::Cause;

/// Time for which a log-in is valid.
pub const SESSION_TIME: Duration = Duration::from_hours(30 * 24);

/// A signature that is being made.
pub type Signature<'a> = BoxFuture<'a, Result<Vec<u8>, Cause>>;

/// Signs with an RSA key.
pub trait Signer: Send + Sync {
    /// Returns the id of the key, which verifiers know it by.
    fn key_id(&self) -> &str;

    /// Signs a message of at most 4,096 bytes with RSASSA-PKCS1-v1_5 and SHA-256.
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a>;
}

/// What a session states.
#[derive(Debug, Clone)]
pub struct SessionClaims {
    /// Id of the member.
    pub member: MemberId,
    /// GitHub login of the member.
    pub github_id: Option<GithubLogin>,
    /// Numeric GitHub user id of the member.
    pub github_user_id: Option<GithubNumber>,
    /// Time from which it is valid.
    pub issued_at: Timestamp,
    /// Time for which it is valid.
    pub ttl: Duration,
}

impl SessionClaims {
    fn json(&self) -> Value {
        let mut claims = Map::new();
        claims.insert("userId".to_owned(), self.member.as_str().into());
        claims.insert("iat".to_owned(), self.issued_at.as_second().into());
        claims.insert("exp".to_owned(), self.issued_at.plus(self.ttl).as_second().into());
        claims.extend(self.github_id.as_ref().map(|id| ("github_id".to_owned(), id.as_str().into())));
        claims.extend(self.github_user_id.as_ref().map(|id| ("github_user_id".to_owned(), id.as_str().into())));
        claims.into()
    }
}

/// Creates a session token.
///
/// # Errors
/// The signer's error.
pub async fn session_token(signer: &dyn Signer, claims: &SessionClaims) -> Result<String, Cause> {
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": signer.key_id() });
    let [header, claims] = [header, claims.json()].map(|part| BASE64.encode(part.to_string().as_bytes()));
    let message = format!("{header}.{claims}");
    let signature = signer.sign(message.as_bytes()).await?;
    Ok(format!("{message}.{}", BASE64.encode(&signature)))
}

/// Returns a public key in PEM format. `der` is its X.509 form.
#[must_use]
pub fn public_pem(der: Vec<u8>) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("PUBLIC KEY", der), config)
}

/// Signs with a key of this process.
#[derive(Debug)]
pub struct LocalSigner {
    id: String,
    pair: KeyPair,
}

impl LocalSigner {
    /// Reads a private RSA key in PEM format (PKCS #8).
    ///
    /// # Errors
    /// Returns what is wrong with the key, without the key.
    pub fn from_pem(pem: &str) -> Result<Self, &'static str> {
        let der = pem::parse(pem).map_err(|_| "the session key is not in PEM format")?;
        let pair = KeyPair::from_pkcs8(der.contents());
        let pair = pair.map_err(|_| "the session key is not an RSA key in PKCS #8 format")?;
        let public = public_der(&pair);
        // Another key has another id, so a rotation needs no bookkeeping.
        let id = HEXLOWER.encode(&digest(&SHA256, &public).as_ref()[..8]);
        Ok(Self { id, pair })
    }

    /// Returns the public key in PEM format, which verifies what this key signs.
    #[must_use]
    pub fn public_pem(&self) -> String {
        public_pem(public_der(&self.pair))
    }
}

fn public_der(pair: &KeyPair) -> Vec<u8> {
    let der = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).expect("an RSA public key has an X.509 form");
    der.as_ref().to_vec()
}

impl Signer for LocalSigner {
    fn key_id(&self) -> &str {
        &self.id
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Signature<'a> {
        Box::pin(async {
            let mut signature = vec![0; self.pair.public_modulus_len()];
            self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
            Ok(signature)
        })
    }
}
