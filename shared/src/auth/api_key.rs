//! Airlines' API keys.

use models::{AirlineId, ApiKey, KeyDigest, KeyId, Timestamp};
use rules::Context;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{KeyRecord, StoreError};

/// How long a key is cached, and so how long after its revocation a warm function may still accept it. The API promises 60
/// seconds; this is less, because clocks differ.
const CACHED: Duration = Duration::from_secs(55);

/// The airline that calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCaller {
    /// The airline.
    pub airline_id: AirlineId,
    /// The id of the key that it calls with.
    pub key_id: KeyId,
}

/// Keys that were found valid within the last minute.
#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<KeyDigest, CachedKey>>);

#[derive(Debug, Clone)]
struct CachedKey {
    record: KeyRecord,
    read_at: Timestamp,
}

impl KeyCache {
    /// Returns what was read of a key recently. By the wall clock, because the monotonic one stands still while Lambda has
    /// the function frozen; and not if the clock was set back.
    fn recall(&self, digest: &KeyDigest, now: Timestamp) -> Option<KeyRecord> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(digest)?;
        let is_fresh = remembered.read_at <= now && now < remembered.read_at.plus(CACHED);
        is_fresh.then(|| remembered.record.clone())
    }

    /// Caches a valid key, and evicts those not read recently, so that there are never more than are in use.
    fn remember(&self, digest: KeyDigest, record: KeyRecord, read_at: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, other| read_at < other.read_at.plus(CACHED));
        known.insert(digest, CachedKey { record, read_at });
    }
}

/// Why an API key does not identify an airline.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// There is no key.
    #[error("there is no API key")]
    Missing,
    /// The key is unknown, revoked or at its end.
    #[error("the API key is not valid")]
    Invalid,
    /// The key could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyCache {
    /// Identifies the airline that a key belongs to: no request if the key is cached, else one.
    ///
    /// # Errors
    /// `Missing` when there is no key; `Invalid` when it is unknown, revoked or at its end; `Store`.
    pub async fn identify(&self, context: &Context, key: Option<&[u8]>) -> Result<ApiCaller, ApiKeyError> {
        // White space around a header's value is no part of it (RFC 9110, section 5.5).
        let key = key.map(<[u8]>::trim_ascii).filter(|key| !key.is_empty()).ok_or(ApiKeyError::Missing)?;
        let key = std::str::from_utf8(key).ok().filter(|key| key.len() <= ApiKey::MAX_LENGTH);
        let digest = KeyDigest::of(key.ok_or(ApiKeyError::Invalid)?);
        let now = context.now();
        let record = if let Some(record) = self.recall(&digest, now) {
            record
        } else {
            let record = context.store.key_record(&digest).await?.ok_or(ApiKeyError::Invalid)?;
            self.remember(digest, record.clone(), now);
            record
        };
        if record.ends_at.is_some_and(|end| end <= now) {
            return Err(ApiKeyError::Invalid);
        }
        Ok(ApiCaller { airline_id: record.airline_id, key_id: record.key_id })
    }
}
