//! Identifying callers: game servers by API key, people by session.

mod api_key;
mod session;
mod signer;

pub use api_key::{ApiCaller, ApiKeyError, KeyCache};
pub use session::{ActiveSession, DEFAULT_SESSION_COOKIE, Session, SessionError, SessionVerifier, cookies};
pub use signer::{LocalSigner, SESSION_TIME, SessionClaims, Signature, Signer, public_pem, session_token};
