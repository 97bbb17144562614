//! Logging in with GitHub: where a log-in may lead, the state that binds it to a browser, GitHub's answers, and the member
//! whom they identify.

mod admission;
mod github;
mod state;
mod target;

pub use admission::admit;
pub use github::{GithubAccount, account, authorize_url};
pub use state::{LOGIN_TIME, LoginSecret, PendingLogin, Verifier};
pub use target::{Mobile, Target, Targets};

use crate::outside::{Secret, ServiceError};
use std::time::Duration;
use store::StoreError;

/// How members log in with GitHub.
#[derive(Debug, Clone)]
pub struct LoginConfig {
    /// Id of the OAuth app.
    pub client_id: String,
    /// Secret of the OAuth app.
    pub client_secret: Secret,
    /// Base URL of GitHub's OAuth endpoints, without a trailing slash.
    pub oauth_url: String,
    /// Base URL of GitHub's REST API, without a trailing slash.
    pub api_url: String,
    /// Timeout of a request to GitHub.
    pub timeout: Duration,
    /// Where a log-in may lead.
    pub targets: Targets,
    /// Whether a bare URL as `state` is accepted, which older clients send. Any page can then log a visitor in as somebody
    /// else.
    pub accepts_plain_state: bool,
    /// Attribute `Domain` of the session cookie, if it is set.
    pub cookie_domain: Option<String>,
}

/// Why a log-in failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The state was not made here, has expired, or belongs to another browser.
    #[error("the state of the log-in is not valid")]
    State,
    /// The person declined.
    #[error("access was denied")]
    Denied,
    /// GitHub is unavailable or refused the log-in.
    #[error("GitHub did not identify the person")]
    Github(#[from] ServiceError),
    /// A secret, a key or the tables are unavailable.
    #[error("a log-in failed")]
    Unavailable(#[source] store::Cause),
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl LoginError {
    /// Returns the name of the error, for the page to which the person returns.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Denied => "access_denied",
            Self::Github(_) => "github",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
