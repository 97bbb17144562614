//! Commits movements of miles: replays recorded answers, and retries on conflicts.

use super::LedgerError;
use crate::Context;
use crate::commit::{Decision, NumberedChange, Trace, Written, commit};
use crate::idempotency::{Answered, Recordable, Repeatable};
use models::{FlyerId, LedgerEntry};
use std::marker::PhantomData;
use store::{Committed, Invocation, Movement, Outcome, StoreError};
use uuid::Uuid;

/// A request that moves a flyer's miles.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// The flyer whose miles move.
    pub flyer: &'a FlyerId,
    /// How the outcome is recorded; `None` without an `Idempotency-Key`.
    pub repeatable: Option<&'a Repeatable<'a>>,
}

/// Reads, decides and commits a movement, or replays the recorded answer. `read` also reads the recorded outcome. Two
/// requests if `read` is one, plus two per conflicting movement. A refusal costs one request, or two with an
/// `Idempotency-Key`.
///
/// # Errors
/// `IdempotencyKeyReused`; any error of `decide`; `Store`, with [`StoreError::Busy`] if the deadline passed and nothing was
/// changed.
pub(super) async fn commit_movement<S, T, F>(
    context: &Context,
    request: Request<'_>,
    read: impl FnMut() -> F,
    decide: impl FnMut(S, Uuid) -> Result<(Movement, T), LedgerError>,
) -> Result<Answered<T>, LedgerError>
where
    T: Recordable,
    F: Future<Output = Result<(S, Option<Outcome>), StoreError>>,
{
    let movement = MovementChange { context, request, read, decide, answer: PhantomData };
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
async fn replay_instead_of<T: Recordable>(
    context: &Context,
    request: Request<'_>,
    error: LedgerError,
) -> Result<Answered<T>, LedgerError> {
    let is_refusal = !matches!(error, LedgerError::IdempotencyKeyReused(_) | LedgerError::Store(_));
    if let Some(repeatable) = request.repeatable.filter(|_| is_refusal)
        && let Some(replay) = repeatable.read_replay::<T, LedgerError>(context).await?
    {
        return Ok(Answered::Replayed(replay));
    }
    Err(error)
}

/// A movement of a flyer's miles. Its number is that of its ledger entry.
struct MovementChange<'a, T, R, D> {
    context: &'a Context,
    request: Request<'a>,
    read: R,
    decide: D,
    answer: PhantomData<T>,
}

/// A movement, and the outcome to record together with it.
struct MovementWrite {
    movement: Movement,
    outcome: Option<Outcome>,
}

impl<S, T, F, R, D> NumberedChange for MovementChange<'_, T, R, D>
where
    T: Recordable,
    F: Future<Output = Result<(S, Option<Outcome>), StoreError>>,
    R: FnMut() -> F,
    D: FnMut(S, Uuid) -> Result<(Movement, T), LedgerError>,
{
    type State = (S, Option<Outcome>);
    type Write = MovementWrite;
    type Answer = (Option<LedgerEntry>, Answered<T>);
    type Error = LedgerError;

    async fn read(&mut self) -> Result<Self::State, LedgerError> {
        Ok((self.read)().await?)
    }

    /// Reads the entry with the number. One request.
    async fn trace(&mut self, _: &Self::State, number: u64) -> Result<Trace, StoreError> {
        let stored = self.context.store.ledger_entry(self.request.flyer, number).await?;
        Ok(stored.map_or(Trace::Nothing, |stored| Trace::By(Some(stored.operation))))
    }

    fn decide(
        &mut self,
        (state, outcome): Self::State,
        operation: Uuid,
    ) -> Result<Decision<MovementWrite, Self::Answer>, LedgerError> {
        let repeatable = self.request.repeatable;
        let replay = repeatable.map(|repeatable| repeatable.replay::<T>(outcome.as_ref(), self.context.now()));
        if let Some(replay) = replay.transpose()?.flatten() {
            return Ok(Decision::Answer((None, Answered::Replayed(replay))));
        }
        let (movement, answer) = (self.decide)(state, operation)?;
        let entry = movement.entry.clone();
        let record = |repeatable: &Repeatable<'_>| repeatable.record(&answer, Some(&entry.id), entry.created_at);
        let outcome = repeatable.map(record);
        Ok(Decision::Write {
            number: entry.seq,
            write: MovementWrite { movement, outcome },
            answer: (Some(entry), Answered::New(answer)),
        })
    }

    async fn write(&mut self, write: MovementWrite) -> Result<Written, LedgerError> {
        let recorded = self.request.repeatable.map(|repeatable| repeatable.of).zip(write.outcome);
        let committed = self.context.store.commit(&write.movement, recorded, self.context.random()).await?;
        Ok(match committed {
            Committed::Done => Written::Done,
            Committed::Stale { in_doubt } => Written::Stale { in_doubt },
        })
    }
}
