//! Other services that rules call: GitHub, Discord and AWS Secrets Manager.

mod json_client;
mod secrets;

pub use json_client::{JsonClient, ServiceError, WhenLimited};
pub use secrets::{Secret, SecretError, Secrets};

use crate::members::{DiscordConfig, GithubConfig};
use std::sync::Arc;

/// How other services are reached. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// The HTTP client.
    pub client: Arc<JsonClient>,
    /// Reads the secrets that open the services.
    pub secrets: Arc<Secrets>,
    /// GitHub, if it is configured.
    pub github: Option<Arc<GithubConfig>>,
    /// Discord, if it is configured.
    pub discord: Option<Arc<DiscordConfig>>,
}
