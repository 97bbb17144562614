//! Airlines' API keys.

use crate::App;
use crate::error::FlyersError;
use crate::models::{AirlineId, KeyDigest, KeyId, Timestamp};
use crate::store::KeyRecord;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a key is remembered, and so how long after its revocation a warm function may still take it
/// (contract, *Authentication*: at most 60 s). Less, to leave room for clocks that differ.
const REMEMBERED: Duration = Duration::from_secs(55);

/// No key is longer; what is longer is refused unread.
const LONGEST_KEY: usize = 512;

/// The airline that calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCaller {
    /// Which airline.
    pub airline_id: AirlineId,
    /// With which of its keys.
    pub key_id: KeyId,
}

/// Keys that were found good within the last minute.
#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<KeyDigest, Remembered>>);

#[derive(Debug, Clone)]
struct Remembered {
    record: KeyRecord,
    read_at: Timestamp,
}

impl KeyCache {
    /// What was read of a key, if that was lately. By the wall clock, because the monotonic one stands still
    /// while Lambda has a function frozen; and not if it was set back.
    fn recall(&self, digest: &KeyDigest, now: Timestamp) -> Option<KeyRecord> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(digest)?;
        let is_fresh = remembered.read_at <= now && now < remembered.read_at.plus(REMEMBERED);
        is_fresh.then(|| remembered.record.clone())
    }

    /// Remembers a good key, and forgets the ones not read lately, so that there are never more than keys in
    /// use.
    fn remember(&self, digest: KeyDigest, record: KeyRecord, read_at: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, other| read_at < other.read_at.plus(REMEMBERED));
        known.insert(digest, Remembered { record, read_at });
    }
}

/// Whether a text can be a key that [`authenticate`] finds.
pub(crate) fn is_api_key(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_KEY && text == text.trim_ascii() && !text.contains(char::is_control)
}

/// Tells which airline a key belongs to: no request if the key is known, else one.
///
/// # Errors
/// `MissingApiKey` when there is none, `InvalidApiKey` when it is unknown, revoked or at its end; as any read.
pub async fn authenticate(app: &App, key: Option<&[u8]>) -> Result<ApiCaller, FlyersError> {
    // White space around a header's value is no part of it (RFC 9110, section 5.5).
    let key = key.map(<[u8]>::trim_ascii).filter(|key| !key.is_empty()).ok_or(FlyersError::MissingApiKey)?;
    let key = std::str::from_utf8(key).ok().filter(|key| key.len() <= LONGEST_KEY).ok_or(FlyersError::InvalidApiKey)?;
    let digest = KeyDigest::of(key);
    let now = app.now();
    let record = if let Some(record) = app.keys.recall(&digest, now) {
        record
    } else {
        let record = app.store.key_record(&digest).await?.ok_or(FlyersError::InvalidApiKey)?;
        app.keys.remember(digest, record.clone(), now);
        record
    };
    if record.ends_at.is_some_and(|end| end <= now) {
        return Err(FlyersError::InvalidApiKey);
    }
    Ok(ApiCaller { airline_id: record.airline_id, key_id: record.key_id })
}
