//! `Idempotency-Key`: a request that is sent repeatedly takes effect once.

use super::LedgerError;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use models::{LedgerEntry, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use store::{Outcome, StoreError};

/// The value of an `Idempotency-Key` header: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Returns the value as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for IdempotencyKey {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if (1..=255).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(value.to_owned()))
        } else {
            Err("expected 1 to 255 visible ASCII characters")
        }
    }
}

/// The answer to a request that may have been sent before.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<T> {
    /// The answer.
    pub answer: T,
    /// Whether this is the answer to an earlier request with the same `Idempotency-Key`, and this request changed
    /// nothing.
    pub replayed: bool,
}

/// Returns a digest of what is requested. It is computed from the parsed request rather than from its bytes, because
/// clients that repeat a request may write the fields of the JSON object in a different order.
pub(super) fn fingerprint(request: &impl Serialize) -> String {
    let json = serde_json::to_vec(request).expect("requests are structs of strings and integers");
    HEXLOWER.encode(digest(&SHA256, &json).as_ref())
}

/// Returns the outcome to record for the request that created the ledger entry.
pub(super) fn record(fingerprint: &str, answer: &impl Serialize, entry: &LedgerEntry) -> Outcome {
    Outcome {
        fingerprint: fingerprint.to_owned(),
        answer: serde_json::to_string(answer).expect("answers are structs of strings and integers"),
        entry: entry.id.clone(),
        expires_at: entry.created_at.plus(Outcome::RETENTION).as_second(),
    }
}

/// Returns the answer that was recorded for the same request, if there is one.
///
/// # Errors
/// `IdempotencyKeyReused` if the record belongs to another request; `Store` if the recorded answer is malformed.
pub(super) fn replay<T: DeserializeOwned>(
    outcome: Option<&Outcome>,
    fingerprint: &str,
    now: Timestamp,
) -> Result<Option<T>, LedgerError> {
    let Some(outcome) = outcome.filter(|outcome| outcome.is_kept_at(now)) else {
        return Ok(None);
    };
    if outcome.fingerprint != fingerprint {
        return Err(LedgerError::IdempotencyKeyReused);
    }
    let answer = serde_json::from_str(&outcome.answer).map_err(|error| StoreError::Failed(error.into()))?;
    Ok(Some(answer))
}
