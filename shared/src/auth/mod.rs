//! Identifying callers: game servers by API key, people by session.

mod api_key;
mod session;

pub use api_key::{ApiCaller, ApiKeyError, KeyCache};
pub use session::{ActiveSession, DEFAULT_SESSION_COOKIE, Session, SessionError, SessionVerifier};
