//! `Idempotency-Key`: a request that is sent repeatedly takes effect once.

use crate::Context;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use models::{AirlineId, FlyerId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use store::{Outcome, OutcomeOf, StoreError};

/// The value of an `Idempotency-Key` header: 1 to 255 visible ASCII characters other than a comma, with which API Gateway
/// joins repeated headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl std::str::FromStr for IdempotencyKey {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if (1..=255).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic() && b != b',') {
            Ok(Self(value.to_owned()))
        } else {
            Err("expected 1 to 255 visible ASCII characters other than a comma")
        }
    }
}

/// The `Idempotency-Key` was used for a different request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Idempotency-Key was used with another body")]
pub struct KeyReusedError;

/// An answer that can be recorded and replayed.
pub trait Recordable: Serialize {
    /// Status of the HTTP response that has this answer as its body.
    const STATUS: u16;
}

/// The answer to a request that may have been sent before.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered<T> {
    /// The request took effect.
    New(T),
    /// The request was answered before, and now changed nothing.
    Replayed(Replay),
}

/// A recorded answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Status of the HTTP response.
    pub status: u16,
    /// Body of the HTTP response.
    pub body: String,
}

/// A request with an `Idempotency-Key`.
#[derive(Debug, Clone)]
pub(crate) struct Repeatable<'a> {
    /// Where the outcome is recorded.
    pub of: OutcomeOf<'a>,
    fingerprint: String,
    /// The fingerprint that version 1 recorded for the same request, on the routes that it had.
    first_version: Option<String>,
}

impl<'a> Repeatable<'a> {
    /// Describes a request with a key that concerns a flyer, by its route and what the route understands of path and body.
    pub fn new(key: &'a IdempotencyKey, airline: &'a AirlineId, flyer: &'a FlyerId, request: &impl Serialize) -> Self {
        let of = OutcomeOf { airline, flyer, key: &key.0 };
        Self { of, fingerprint: fingerprint(request), first_version: None }
    }

    /// Adds how version 1 described the same request.
    pub fn known_before_as(self, request: &impl Serialize) -> Self {
        let json = serde_json::to_vec(request).expect(SERIALIZABLE);
        Self { first_version: Some(digest_of(&json)), ..self }
    }

    /// Returns the recorded answer to the same request, if there is one.
    ///
    /// # Errors
    /// [`KeyReusedError`] if the record belongs to another request.
    pub fn replay<T: Recordable>(
        &self,
        outcome: Option<&Outcome>,
        now: Timestamp,
    ) -> Result<Option<Replay>, KeyReusedError> {
        let Some(outcome) = outcome.filter(|outcome| outcome.is_kept_at(now)) else { return Ok(None) };
        let is_same = [Some(&self.fingerprint), self.first_version.as_ref()].contains(&Some(&outcome.fingerprint));
        let replay = || Replay { status: outcome.status.unwrap_or(T::STATUS), body: outcome.answer.clone() };
        if is_same { Ok(Some(replay())) } else { Err(KeyReusedError) }
    }

    /// Returns the outcome to record for an answer that was made at `now`. `entry` is the id of the ledger entry that the
    /// request creates, if it creates one.
    pub fn record<T: Recordable>(&self, answer: &T, entry: Option<&str>, now: Timestamp) -> Outcome {
        Outcome {
            fingerprint: self.fingerprint.clone(),
            status: Some(T::STATUS),
            answer: serde_json::to_string(answer).expect(SERIALIZABLE),
            entry: entry.map(str::to_owned),
            expires_at: now.plus(Outcome::RETENTION).as_second(),
        }
    }

    /// Returns the recorded answer to the same request, read at one moment with what the request wrote. One request.
    ///
    /// # Errors
    /// [`KeyReusedError`] if the record belongs to another request; any [`StoreError`].
    pub async fn read_replay<T: Recordable, E: From<StoreError> + From<KeyReusedError>>(
        &self,
        context: &Context,
    ) -> Result<Option<Replay>, E> {
        let outcome = context.store.outcome(self.of).await?;
        Ok(self.replay::<T>(outcome.as_ref(), context.now())?)
    }
}

const SERIALIZABLE: &str = "requests and answers are structs of strings, numbers and booleans";

/// Returns version and digest of what is requested. It is computed from the parsed request rather than from its bytes,
/// because clients that repeat a request may write the fields of the JSON object in a different order. Absent values are
/// left out, so that a field that a later version adds changes nothing.
fn fingerprint(request: &impl Serialize) -> String {
    fn present(value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let given = fields.into_iter().filter(|(_, value)| !value.is_null());
                given.map(|(name, value)| (name, present(value))).collect()
            }
            Value::Array(elements) => elements.into_iter().map(present).collect(),
            value => value,
        }
    }
    let request = serde_json::to_value(request).expect(SERIALIZABLE);
    format!("2:{}", digest_of(present(request).to_string().as_bytes()))
}

fn digest_of(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}
