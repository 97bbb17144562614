//! Judging and moving until it is settled.

use super::idempotency::{Settled, record, replay};
use crate::App;
use crate::error::{Cause, FlyersError, StoreError};
use crate::invocation::Invocation;
use crate::models::LedgerEntry;
use crate::store::{Backoff, Committed, Movement, OutcomeOf};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// What a request comes to, on the state as it was read.
pub(super) enum Judgement<T> {
    /// It was answered before.
    Replay(Settled<T>),
    /// This is to happen, and then to be answered.
    Move(Box<Movement>, T),
}

/// Judges and commits until it is settled: two requests if nobody is in the way, and two more for each time that
/// somebody is. A refusal is one request, or with an Idempotency-Key, two.
///
/// `judge` is given the name of the request, reads the state and judges it; its error is the answer.
///
/// # Errors
/// Those of `judge`; `PleaseRetry` when the time is up and nothing happened; `Internal` when the time is up and that is
/// not known.
pub(super) async fn settle<T, F>(
    app: &App,
    outcome: Option<(OutcomeOf<'_>, &str)>,
    judge: impl Fn(Uuid) -> F,
) -> Result<Settled<T>, FlyersError>
where
    T: Clone + Serialize + DeserializeOwned,
    F: Future<Output = Result<Judgement<T>, FlyersError>>,
{
    let operation = uuid::Builder::from_random_bytes(app.random()).into_uuid();
    let mut doubts = Doubts { operation, attempts: Vec::new() };
    let mut backoff = Backoff::default();
    loop {
        let judgement = judge(operation).await;
        if let Some((entry, answer)) = doubts.look(app).await? {
            Invocation::current().count_movement(&entry);
            return Ok(Settled { answer, replayed: false });
        }
        let (movement, answer) = match judgement {
            Ok(Judgement::Replay(settled)) => return Ok(settled),
            Ok(Judgement::Move(movement, answer)) => (movement, answer),
            Err(error) => {
                let error = doubts.instead_of(error);
                return replay_instead_of(app, outcome, error).await;
            }
        };
        let recorded = outcome.map(|(of, fingerprint)| (of, record(fingerprint, &answer, &movement.entry)));
        match app.store.commit(&movement, recorded, app.random()).await {
            Ok(Committed::Done) => {
                Invocation::current().count_movement(&movement.entry);
                return Ok(Settled { answer, replayed: false });
            }
            Ok(Committed::Stale { in_doubt: true }) => doubts.attempts.push((movement.entry, answer)),
            Ok(Committed::Stale { in_doubt: false }) => {}
            Err(error) => return Err(doubts.instead_of(error.into())),
        }
        if !backoff.wait().await {
            let cause = "other movements of the flyer's miles were in the way until the time was up".into();
            return Err(doubts.instead_of(FlyersError::PleaseRetry(cause)));
        }
    }
}

/// The answer to the same request, if it was settled while this one was being judged; else the refusal.
///
/// A BatchGetItem reads its items one by one: the record may have been read before, and the balance after the first
/// request was settled. So a refusal stands only if there is no record afterwards: one request.
async fn replay_instead_of<T: DeserializeOwned>(
    app: &App,
    outcome: Option<(OutcomeOf<'_>, &str)>,
    refusal: FlyersError,
) -> Result<Settled<T>, FlyersError> {
    let is_judgement =
        !matches!(refusal, FlyersError::IdempotencyKeyReused | FlyersError::PleaseRetry(_) | FlyersError::Internal(_));
    if let Some((of, fingerprint)) = outcome.filter(|_| is_judgement) {
        let outcome = app.store.outcome(of).await?;
        if let Some(settled) = replay(outcome.as_ref(), fingerprint, app.now())? {
            return Ok(settled);
        }
    }
    Err(refusal)
}

/// Attempts of one request that got no answer: the entries they would write, and what they would answer.
///
/// Such an attempt may take effect yet, as long as nothing else moved the balance. So each time, after the state was
/// read, the ledger is asked whether one has. If none has, none had when the state was read either, and whatever is
/// tried next depends on the same number as they do: one of them can happen, never two.
struct Doubts<T> {
    operation: Uuid,
    attempts: Vec<(LedgerEntry, T)>,
}

impl<T: Clone> Doubts<T> {
    /// The attempt that took effect, if one has: no request if there is no doubt, else one.
    async fn look(&mut self, app: &App) -> Result<Option<(LedgerEntry, T)>, FlyersError> {
        let Some((last, _)) = self.attempts.last() else {
            return Ok(None);
        };
        let stored = match app.store.ledger_entry(&last.user_id, last.seq).await {
            Ok(stored) => stored,
            Err(error) => return Err(StoreError::OutcomeUnknown(error.into()).into()),
        };
        let Some(stored) = stored else {
            return Ok(None);
        };
        if stored.operation == self.operation {
            return Ok(self.attempts.iter().find(|(entry, _)| *entry == stored.entry).cloned());
        }
        // Somebody else's has that number: the attempts can no longer take effect.
        self.attempts.clear();
        Ok(None)
    }

    /// The error to answer: while in doubt, no other can be vouched for.
    fn instead_of(&self, error: FlyersError) -> FlyersError {
        if self.attempts.is_empty() {
            return error;
        }
        let cause: Cause = error.into();
        StoreError::OutcomeUnknown(cause).into()
    }
}
