//! Credentials for other services, stored in AWS Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use models::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// Time for which a secret is cached. After a rotation, the old secret may be used for that long.
const CACHE_DURATION: Duration = Duration::from_mins(5);

/// A secret, or a reference to one.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The secret itself.
    Given(String),
    /// ARN of a secret in Secrets Manager, which must be plain text.
    Kept(String),
}

/// Omits the secret itself.
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

/// Reads secrets when they are first needed, and again when they may have been rotated. Cheap to create: the first read
/// creates the client of Secrets Manager.
#[derive(Debug, Default)]
pub struct Secrets {
    config: Option<Builder>,
    client: OnceCell<Client>,
    known: Mutex<HashMap<String, (String, Timestamp)>>,
}

impl Secrets {
    /// Creates a reader with the given client configuration instead of the environment's.
    #[must_use]
    pub fn with_config(config: Builder) -> Self {
        Self { config: Some(config), ..Self::default() }
    }

    /// Returns the secret. One request to Secrets Manager if the secret is stored there and was not read in the last
    /// five minutes. They are measured with the wall clock, because the monotonic clock stops while Lambda freezes the
    /// function.
    ///
    /// # Errors
    /// Returns an error if Secrets Manager rejects the request or the secret is not text.
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
        let is_fresh = |read_at: Timestamp| read_at <= now && now < read_at.plus(CACHE_DURATION);
        known.get(arn).filter(|(_, read_at)| is_fresh(*read_at)).map(|(text, _)| text.clone())
    }

    async fn connect(&self) -> Client {
        if let Some(config) = &self.config {
            return Client::from_conf(config.clone().build());
        }
        Client::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await)
    }
}
