//! Who calls: game servers by API key, people by session.

mod api_key;
mod session;

pub(crate) use api_key::is_api_key;
pub use api_key::{ApiCaller, KeyCache, authenticate};
pub use session::{Active, Session, SessionVerifier, activate, authorize_superuser};
