//! API keys of airlines.

use models::{AirlineId, ApiKey, KeyDigest, KeyId, Timestamp};
use rules::Context;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{KeyRecord, StoreError};

/// Time for which a key is cached, and for which a warm function may therefore still accept a revoked key. The API
/// promises 60 seconds. This is less, because clocks differ.
const CACHE_DURATION: Duration = Duration::from_secs(55);

/// The airline that sent a request, and the key that it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCaller {
    /// The airline.
    pub airline_id: AirlineId,
    /// Id of the key.
    pub key_id: KeyId,
}

/// API keys that were found valid within the last minute.
#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<KeyDigest, CachedKey>>);

#[derive(Debug, Clone)]
struct CachedKey {
    record: KeyRecord,
    read_at: Timestamp,
}

impl KeyCache {
    /// Returns the record of a key if it was read recently. This is measured with the wall clock, because the monotonic
    /// clock stops while Lambda freezes the function. Returns `None` if the clock was set back.
    fn recall(&self, digest: &KeyDigest, now: Timestamp) -> Option<KeyRecord> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = known.get(digest)?;
        let is_fresh = cached.read_at <= now && now < cached.read_at.plus(CACHE_DURATION);
        is_fresh.then(|| cached.record.clone())
    }

    /// Caches a valid key. Evicts keys that were not read recently, so that the cache holds only keys in use.
    fn remember(&self, digest: KeyDigest, record: KeyRecord, read_at: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, other| read_at < other.read_at.plus(CACHE_DURATION));
        known.insert(digest, CachedKey { record, read_at });
    }
}

/// Why an API key does not identify an airline.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The request has no key.
    #[error("there is no API key")]
    Missing,
    /// The key is unknown, revoked or expired.
    #[error("the API key is not valid")]
    Invalid,
    /// The key could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyCache {
    /// Identifies the airline that a key belongs to. No request if the key is cached, otherwise one.
    ///
    /// # Errors
    /// `Missing` if there is no key; `Invalid` if the key is unknown, revoked or expired; `Store`.
    pub async fn identify(&self, context: &Context, key: Option<&[u8]>) -> Result<ApiCaller, ApiKeyError> {
        // White space around a header's value is not part of it (RFC 9110, section 5.5).
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
