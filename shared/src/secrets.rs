//! Secrets of other services, kept in AWS Secrets Manager.

use crate::models::Timestamp;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a secret is remembered, and so how long after its rotation the old one may still be used.
const REMEMBERED: Duration = Duration::from_mins(5);

/// A secret: itself, or where it is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Itself.
    Given(String),
    /// The ARN of a secret in Secrets Manager, which is a plain text.
    Kept(String),
}

/// Does not show it.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given"),
            Self::Kept(arn) => f.debug_tuple("Kept").field(arn).finish(),
        }
    }
}

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{arn} cannot be read")]
pub struct Unreadable {
    arn: String,
    source: crate::error::Cause,
}

/// Reads secrets when they are first needed, and again when they may have been rotated. Cheap to make: its client is
/// made with the first read.
#[derive(Debug, Default)]
pub struct Secrets {
    config: Option<Builder>,
    client: OnceCell<Client>,
    known: Mutex<HashMap<String, (String, Timestamp)>>,
}

impl Secrets {
    /// Those that this client configuration reaches, rather than the environment's.
    #[must_use]
    pub fn with_config(config: Builder) -> Self {
        Self { config: Some(config), ..Self::default() }
    }

    /// The secret. One request to Secrets Manager for one that is kept there and was not read in the last five minutes, by
    /// the wall clock: the monotonic one stands still while Lambda has a function frozen.
    ///
    /// # Errors
    /// When Secrets Manager does not give it, or it is no text.
    pub async fn read(&self, secret: &Secret, now: Timestamp) -> Result<String, Unreadable> {
        let arn = match secret {
            Secret::Given(secret) => return Ok(secret.clone()),
            Secret::Kept(arn) => arn,
        };
        if let Some(known) = self.recall(arn, now) {
            return Ok(known);
        }
        let unreadable = |source| Unreadable { arn: arn.clone(), source };
        let client = self.client.get_or_init(|| self.connect()).await;
        let answer = client.get_secret_value().secret_id(arn).send().await.map_err(|error| unreadable(error.into()))?;
        let text = answer.secret_string.ok_or_else(|| unreadable("it is no text".into()))?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(arn.clone(), (text.clone(), now));
        Ok(text)
    }

    fn recall(&self, arn: &str, now: Timestamp) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |read_at: Timestamp| read_at <= now && now < read_at.plus(REMEMBERED);
        known.get(arn).filter(|(_, read_at)| is_fresh(*read_at)).map(|(text, _)| text.clone())
    }

    async fn connect(&self) -> Client {
        if let Some(config) = &self.config {
            return Client::from_conf(config.clone().build());
        }
        Client::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await)
    }
}
