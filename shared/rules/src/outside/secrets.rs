//! Secrets that open other services, kept in AWS Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use models::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a secret is cached, and so how long after its rotation the old one may still be used.
const CACHED: Duration = Duration::from_mins(5);

/// A secret, or where it is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The secret itself.
    Given(String),
    /// The ARN of a secret in Secrets Manager that is plain text.
    Kept(String),
}

/// Never shows the secret.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given"),
            Self::Kept(arn) => f.debug_tuple("Kept").field(arn).finish(),
        }
    }
}

/// A secret could not be read from Secrets Manager.
#[derive(Debug, thiserror::Error)]
#[error("{arn} cannot be read")]
pub struct SecretError {
    arn: String,
    source: store::Cause,
}

/// Reads secrets when they are first needed, and again when they may have been rotated. Cheap to create: the client of
/// Secrets Manager is created by the first read.
#[derive(Debug, Default)]
pub struct Secrets {
    config: Option<Builder>,
    client: OnceCell<Client>,
    known: Mutex<HashMap<String, (String, Timestamp)>>,
}

impl Secrets {
    /// Reads with this client configuration rather than the environment's.
    #[must_use]
    pub fn with_config(config: Builder) -> Self {
        Self { config: Some(config), ..Self::default() }
    }

    /// Returns the secret. One request to Secrets Manager if it is kept there and was not read in the last five minutes, by
    /// the wall clock: the monotonic one stands still while Lambda has the function frozen.
    ///
    /// # Errors
    /// When Secrets Manager refuses, or the secret is not text.
    pub async fn read(&self, secret: &Secret, now: Timestamp) -> Result<String, SecretError> {
        let arn = match secret {
            Secret::Given(secret) => return Ok(secret.clone()),
            Secret::Kept(arn) => arn,
        };
        if let Some(known) = self.recall(arn, now) {
            return Ok(known);
        }
        let unreadable = |source| SecretError { arn: arn.clone(), source };
        let client = self.client.get_or_init(|| self.connect()).await;
        let answer = client.get_secret_value().secret_id(arn).send().await.map_err(|error| unreadable(error.into()))?;
        let text = answer.secret_string.ok_or_else(|| unreadable("it is not text".into()))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(arn.clone(), (text.clone(), now));
        Ok(text)
    }

    fn recall(&self, arn: &str, now: Timestamp) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |read_at: Timestamp| read_at <= now && now < read_at.plus(CACHED);
        known.get(arn).filter(|(_, read_at)| is_fresh(*read_at)).map(|(text, _)| text.clone())
    }

    async fn connect(&self) -> Client {
        if let Some(config) = &self.config {
            return Client::from_conf(config.clone().build());
        }
        Client::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await)
    }
}
