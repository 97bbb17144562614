//! Moving miles until the movement is settled.

use super::LedgerError;
use super::idempotency::{Answered, record, replay};
use crate::Context;
use crate::commit::{Change, Decision, Trace, Written, commit};
use models::{FlyerId, LedgerEntry};
use serde::{Serialize, de::DeserializeOwned};
use store::{Committed, Invocation, Movement, OutcomeOf, StoreError};
use uuid::Uuid;

/// What a request comes to, decided on the state as it was read.
pub(super) enum Verdict<T> {
    /// It was answered before.
    Replay(T),
    /// Miles move, and then this is the answer.
    Move(Box<Movement>, T),
}

/// The flyer whose miles a request moves, and its Idempotency-Key.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// The flyer.
    pub flyer: &'a FlyerId,
    /// Where the outcome is recorded, and the fingerprint of the request, if it has a key.
    pub outcome: Option<(OutcomeOf<'a>, &'a str)>,
}

/// Reads, decides and commits until the request is settled: two DynamoDB requests, plus two for each conflicting
/// movement. A refusal costs one, or two with an Idempotency-Key.
///
/// # Errors
/// Those of `decide`; `Store` when the time is up, with [`StoreError::Busy`] if nothing happened.
pub(super) async fn settle<S, T, F>(
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

/// Returns the recorded answer to the same request, if it was settled while this one was being decided; else the error.
///
/// A BatchGetItem reads its items one by one: the record may have been read before, and the balance after the first
/// request was settled. So a refusal stands only if there is no record afterwards: one request.
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

/// A movement of a flyer's miles. Its number is that of the ledger entry.
struct MovementChange<'a, R, D> {
    context: &'a Context,
    request: Request<'a>,
    read: R,
    decide: D,
}

/// What is written: a movement and its answer, as JSON, for the record.
struct MovementWrite {
    movement: Box<Movement>,
    outcome: Option<store::Outcome>,
}

impl<S, T, F, R, D> Change for MovementChange<'_, R, D>
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

    /// One request: the entry with that number.
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
