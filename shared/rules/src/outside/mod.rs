//! Other services that rules call: GitHub, Discord and AWS Secrets Manager.

mod json_client;
mod secrets;

pub use json_client::{JsonClient, ServiceError, WhenLimited};
pub use secrets::{Secret, SecretError, Secrets};

use crate::members::{DiscordConfig, GithubConfig};
use std::sync::Arc;

/// Access to other services. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// HTTP client for JSON APIs.
    pub client: Arc<JsonClient>,
    /// Reads the credentials for the services.
    pub secrets: Arc<Secrets>,
    /// Configuration of GitHub; `None` if it is not configured.
    pub github: Option<Arc<GithubConfig>>,
    /// Configuration of Discord; `None` if it is not configured.
    pub discord: Option<Arc<DiscordConfig>>,
}
