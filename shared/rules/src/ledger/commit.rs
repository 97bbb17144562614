//! Commits movements of miles: replays recorded answers, and retries on conflicts.

use super::LedgerError;
use super::idempotency::{Answered, record, replay};
use crate::Context;
use crate::commit::{Decision, NumberedChange, Trace, Written, commit};
use models::{FlyerId, LedgerEntry};
use serde::{Serialize, de::DeserializeOwned};
use store::{Committed, Invocation, Movement, OutcomeOf, StoreError};
use uuid::Uuid;

/// What to do about a request, decided on the state as it was read.
pub(super) enum Verdict<T> {
    /// Return the recorded answer to the same request.
    Replay(T),
    /// Move miles, then return the answer.
    Move(Box<Movement>, T),
}

/// A request that moves a flyer's miles.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// The flyer whose miles move.
    pub flyer: &'a FlyerId,
    /// Where to record the outcome, and the fingerprint of the request; `None` without an `Idempotency-Key`.
    pub outcome: Option<(OutcomeOf<'a>, &'a str)>,
}

/// Reads, decides and commits a movement, or replays the recorded answer. Two requests, plus two per conflicting
/// movement. A refusal costs one request, or two with an `Idempotency-Key`.
///
/// # Errors
/// Any error of `decide`; `Store`, with [`StoreError::Busy`] if the deadline passed and nothing was changed.
pub(super) async fn commit_movement<S, T, F>(
    context: &Context,
    request: Request<'_>,
    read: impl FnMut() -> F,
    decide: impl FnMut(S, Uuid) -> Result<Verdict<T>, LedgerError>,
) -> Result<Answered<T>, LedgerError>
where
    T: Clone + Serialize + DeserializeOwned,
    F: Future<Output = Result<S, StoreError>>,
{
    let movement = MovementChange { context, request, read, decide };
    match commit(context, movement).await {
        Ok((entry, answered)) => {
            if let Some(entry) = entry {
                Invocation::current().count_movement(&entry);
            }
            Ok(answered)
        }
        Err(error) => replay_instead_of(context, request, error).await,
    }
}

/// Returns the recorded answer if the same request was answered while this one was being decided. Otherwise, returns
/// the error. One request after a refusal with an `Idempotency-Key`.
///
/// BatchGetItem does not read its items at the same instant: the record may have been read before the first request
/// took effect, and the balance afterwards. A refusal is therefore final only if there is still no record.
async fn replay_instead_of<T: DeserializeOwned>(
    context: &Context,
    request: Request<'_>,
    error: LedgerError,
) -> Result<Answered<T>, LedgerError> {
    let is_refusal = !matches!(error, LedgerError::IdempotencyKeyReused | LedgerError::Store(_));
    if let Some((of, fingerprint)) = request.outcome.filter(|_| is_refusal) {
        let outcome = context.store.outcome(of).await?;
        if let Some(answer) = replay(outcome.as_ref(), fingerprint, context.now())? {
            return Ok(Answered { answer, replayed: true });
        }
    }
    Err(error)
}

/// A movement of a flyer's miles. Its number is that of its ledger entry.
struct MovementChange<'a, R, D> {
    context: &'a Context,
    request: Request<'a>,
    read: R,
    decide: D,
}

/// A movement, and the outcome to record together with it.
struct MovementWrite {
    movement: Box<Movement>,
    outcome: Option<store::Outcome>,
}

impl<S, T, F, R, D> NumberedChange for MovementChange<'_, R, D>
where
    T: Clone + Serialize,
    F: Future<Output = Result<S, StoreError>>,
    R: FnMut() -> F,
    D: FnMut(S, Uuid) -> Result<Verdict<T>, LedgerError>,
{
    type State = S;
    type Write = MovementWrite;
    type Answer = (Option<LedgerEntry>, Answered<T>);
    type Error = LedgerError;

    async fn read(&mut self) -> Result<S, LedgerError> {
        Ok((self.read)().await?)
    }

    /// Reads the entry with the number. One request.
    async fn trace(&mut self, _: &S, number: u64) -> Result<Trace, StoreError> {
        let stored = self.context.store.ledger_entry(self.request.flyer, number).await?;
        Ok(stored.map_or(Trace::Nothing, |stored| Trace::By(Some(stored.operation))))
    }

    fn decide(&mut self, state: S, operation: Uuid) -> Result<Decision<MovementWrite, Self::Answer>, LedgerError> {
        Ok(match (self.decide)(state, operation)? {
            Verdict::Replay(answer) => Decision::Answer((None, Answered { answer, replayed: true })),
            Verdict::Move(movement, answer) => {
                let entry = movement.entry.clone();
                let outcome = self.request.outcome.map(|(_, fingerprint)| record(fingerprint, &answer, &entry));
                Decision::Write {
                    number: entry.seq,
                    write: MovementWrite { movement, outcome },
                    answer: (Some(entry), Answered { answer, replayed: false }),
                }
            }
        })
    }

    async fn write(&mut self, write: MovementWrite) -> Result<Written, LedgerError> {
        let recorded = self.request.outcome.map(|(of, _)| of).zip(write.outcome);
        let committed = self.context.store.commit(&write.movement, recorded, self.context.random()).await?;
        Ok(match committed {
            Committed::Done => Written::Done,
            Committed::Stale { in_doubt } => Written::Stale { in_doubt },
        })
    }
}
