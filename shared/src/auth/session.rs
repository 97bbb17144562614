//! Sessions of members: JSON Web Tokens (RFC 7519) signed with RS256, verified here.

use http::{HeaderMap, Method, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use models::{ARCHIVED, Member, MemberId, RESTRICTED, SUPER_USER, Timestamp};
use rules::Context;
use serde::Deserialize;
use std::sync::Arc;
use store::StoreError;

/// Name of the cookie that contains a session, unless `SESSION_COOKIE` sets another one.
pub const DEFAULT_SESSION_COOKIE: &str = "rds-session";

/// Minimum key size, in bits (NIST SP 800-131A).
const MIN_KEY_BITS: usize = 2048;

/// Verifies sessions with the configured keys. Cheap to clone.
#[derive(Clone)]
pub struct SessionVerifier {
    keys: Arc<[VerifyingKey]>,
    cookie: String,
}

struct VerifyingKey {
    id: Option<String>,
    key: DecodingKey,
}

/// A valid session of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id of the member. The member may not exist yet, or not anymore.
    pub id: MemberId,
    /// GitHub login of the member, if the session contains it.
    pub github_id: Option<String>,
    /// Numeric GitHub user id of the member, if the session contains it.
    pub github_user_id: Option<String>,
}

/// Returns a claim as text, whether it is a string or a number.
fn text(claim: serde_json::Value) -> Option<String> {
    match claim {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    user_id: String,
    #[serde(rename = "github_id")]
    github_id: Option<serde_json::Value>,
    #[serde(rename = "github_user_id")]
    github_user_id: Option<serde_json::Value>,
    /// Seconds since 1970, possibly with a fraction, like the other times (RFC 7519, section 2, `NumericDate`).
    #[serde(rename = "iat")]
    _issued_at: f64,
    #[serde(rename = "nbf")]
    not_before: Option<f64>,
    #[serde(rename = "exp")]
    expires_at: f64,
}

impl std::fmt::Debug for SessionVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<_> = self.keys.iter().map(|key| key.id.as_deref().unwrap_or("-")).collect();
        f.debug_struct("SessionVerifier").field("keys", &keys).field("cookie", &self.cookie).finish()
    }
}

impl Default for SessionVerifier {
    /// Returns a verifier that accepts no session, because it has no keys.
    fn default() -> Self {
        Self { keys: Arc::new([]), cookie: DEFAULT_SESSION_COOKIE.to_owned() }
    }
}

impl SessionVerifier {
    /// Creates a verifier from PEM public keys, one after another, each optionally preceded by a line `kid: x` with its
    /// id.
    ///
    /// # Errors
    /// Returns a message if there is something but no key, or if one of the keys, which the message counts from 1, is not an
    /// RSA public key of at least 2048 bits. An empty text is no error: no session is valid then.
    pub fn new(pem: &str, cookie: String) -> Result<Self, String> {
        let keys = blocks(pem)
            .into_iter()
            .enumerate()
            .map(|(position, (id, block))| {
                verifying_key(&block)
                    .map(|key| VerifyingKey { id, key })
                    .map_err(|reason| format!("key {}: {reason}", position + 1))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() && !pem.trim().is_empty() {
            return Err("no PEM public key in it".to_owned());
        }
        Ok(Self { keys: keys.into(), cookie })
    }

    /// Returns whether any session can be valid.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Returns the name of the session cookie.
    #[must_use]
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Returns the first valid session that a request contains: in a cookie of the configured name, of which there may be
    /// several (RFC 6265, section 5.4), or as a bearer token.
    #[must_use]
    pub fn verify(&self, headers: &HeaderMap, now: Timestamp) -> Option<Session> {
        self.tokens(headers).find_map(|token| self.session(token, now))
    }

    fn session(&self, token: &str, now: Timestamp) -> Option<Session> {
        let claims = self.claims(token)?;
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are exact up to 2^53")]
        let now = now.as_millisecond() as f64 / 1000.0;
        let is_current = now < claims.expires_at && claims.not_before.is_none_or(|start| start <= now);
        let id = claims.user_id.parse().ok().filter(|_| is_current)?;
        let (github_id, github_user_id) = (claims.github_id.and_then(text), claims.github_user_id.and_then(text));
        Some(Session { id, github_id, github_user_id })
    }

    fn tokens<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let as_bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        cookies(headers, &self.cookie).chain(as_bearer)
    }

    /// Returns the claims of a token that is signed with one of the keys: the key that the token names or one without
    /// an id, or any key if the token names none.
    fn claims(&self, token: &str) -> Option<Claims> {
        let header = decode_header(token).ok()?;
        if header.crit.is_some() {
            // It names extensions that must be understood (RFC 7515, section 4.1.11). None is understood here.
            return None;
        }
        let named = header.kid;
        let mut validation = Validation::new(Algorithm::RS256);
        // The library would use the system clock and allow a minute of leeway. `verify` does neither.
        validation.validate_exp = false;
        validation.validate_aud = false;
        self.keys
            .iter()
            .filter(|key| named.is_none() || key.id.is_none() || key.id == named)
            .find_map(|key| decode::<Claims>(token, &key.key, &validation).ok())
            .map(|data| data.claims)
    }
}

/// Returns the values of the cookies with a name, of which there may be several (RFC 6265, section 5.4).
pub fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        // Pairs are decoded one by one, because cookies of other applications may contain any bytes.
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .filter(move |(own, _)| *own == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// Returns the PEM blocks of a text, each with the key id from the line `kid: x` before it.
fn blocks(text: &str) -> Vec<(Option<String>, String)> {
    let mut blocks = Vec::new();
    let (mut id, mut block) = (None, String::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.trim_start_matches('#').trim_start().strip_prefix("kid:") {
            id = Some(name.trim().to_owned());
        } else if line.starts_with("-----BEGIN") || !block.is_empty() {
            block.push_str(line);
            block.push('\n');
            if line.starts_with("-----END") {
                blocks.push((id.take(), std::mem::take(&mut block)));
            }
        }
    }
    if !block.is_empty() {
        blocks.push((id, block));
    }
    blocks
}

fn verifying_key(block: &str) -> Result<DecodingKey, String> {
    if block.contains("PRIVATE") {
        return Err("it is a private key".to_owned());
    }
    let der = pem::parse(block).map_err(|error| format!("not PEM: {error}"))?;
    let rsa = aws_lc_rs::rsa::PublicKey::from_der(der.contents()).map_err(|_| "not an RSA public key".to_owned())?;
    let modulus = rsa.modulus();
    let modulus = modulus.big_endian_without_leading_zero();
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if bits < MIN_KEY_BITS {
        return Err(format!("{bits} bits are less than {MIN_KEY_BITS}"));
    }
    DecodingKey::from_rsa_pem(block.as_bytes()).map_err(|error| format!("not an RSA public key: {error}"))
}

/// Why a session does not permit an operation.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The request has no valid session.
    #[error("there is no valid session")]
    Unauthenticated,
    /// The member is not a superuser.
    #[error("the member is not a superuser")]
    NotAuthorized,
    /// The member is restricted, and therefore may only read.
    #[error("the member is restricted")]
    Restricted,
    /// The member could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session with its member, who is not restricted.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveSession {
    /// The session.
    pub session: Session,
    /// The member; `None` if they do not exist.
    pub member: Option<Member>,
}

impl ActiveSession {
    /// Returns whether the member is a superuser, which an archived member never is.
    #[must_use]
    pub fn is_super_user(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.has_role(SUPER_USER) && !member.has_role(ARCHIVED))
    }
}

impl SessionVerifier {
    /// Identifies a caller who wants to change something. One request.
    ///
    /// # Errors
    /// `Unauthenticated` without a valid session; `Restricted` if the member is restricted and the method is not GET;
    /// `Store`.
    pub async fn identify(
        &self,
        context: &Context,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<ActiveSession, SessionError> {
        let session = self.verify(headers, context.now()).ok_or(SessionError::Unauthenticated)?;
        let member = context.store.member(&session.id).await?;
        if method != Method::GET && member.as_ref().is_some_and(|member| member.has_role(RESTRICTED)) {
            return Err(SessionError::Restricted);
        }
        Ok(ActiveSession { session, member })
    }
}
