//! Optimistic concurrency: applies numbered changes, and retries them on conflicts.
//!
//! A flyer's ledger entries and a member's versions are numbered 1, 2, 3 …, and every change is conditional on the
//! number on which it was decided. If several changes compete for one number, one of them takes effect, and the others
//! are decided again.
//!
//! An attempt that got no response is *in doubt*: it may still take effect, but only at its own number. While an
//! attempt is in doubt, each further attempt therefore uses the same number. At most one of them can take effect.

use crate::Context;
use store::{Attempt, StoreError, retry};
use uuid::Uuid;

/// What to do, decided on a state.
pub(crate) enum Decision<W, A> {
    /// Write something, then return the answer.
    Write {
        /// Number of the change.
        number: u64,
        /// What to write.
        write: W,
        /// The answer to return once it is written.
        answer: A,
    },
    /// Return the answer without writing anything.
    Answer(A),
}

/// Result of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// The write took effect.
    Done,
    /// The write was rejected, because the state has changed since it was read or because it conflicts with another
    /// change. If `in_doubt` is set, an earlier attempt at the same write got no response.
    Stale { in_doubt: bool },
}

/// What took effect at a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trace {
    /// Nothing yet.
    Nothing,
    /// The operation with this id; `None` if it has no id.
    By(Option<Uuid>),
    /// Some operation, which can no longer be identified.
    Overwritten,
}

/// A change of something that is numbered.
pub(crate) trait NumberedChange {
    /// The state on which the change is decided.
    type State;
    /// What the change writes.
    type Write;
    /// What the change returns.
    type Answer;
    /// Why the change is refused or failed.
    type Error: From<StoreError> + std::error::Error + Send + Sync + 'static;

    /// Reads the state.
    async fn read(&mut self) -> Result<Self::State, Self::Error>;

    /// Returns what took effect at a number that was attempted. `state` was read after the attempt.
    async fn trace(&mut self, state: &Self::State, number: u64) -> Result<Trace, StoreError>;

    /// Decides what the operation with the given id should do.
    fn decide(
        &mut self,
        state: Self::State,
        operation: Uuid,
    ) -> Result<Decision<Self::Write, Self::Answer>, Self::Error>;

    /// Writes the change. Called once per attempt.
    async fn write(&mut self, write: Self::Write) -> Result<Written, Self::Error>;
}

/// Attempts that are in doubt, all for the same number.
struct Doubt<A> {
    number: u64,
    attempts: Vec<(Uuid, A)>,
}

/// Reads, decides and writes a change, and repeats that as long as other changes conflict. One read and one write, plus
/// one of each per conflicting change.
///
/// # Errors
/// Any error of the change; [`StoreError::Busy`] if the deadline passed and nothing was written;
/// [`StoreError::OutcomeUnknown`] instead of any other error while an attempt is in doubt.
pub(crate) async fn commit<C: NumberedChange>(context: &Context, change: C) -> Result<C::Answer, C::Error> {
    let progress = Progress { change, doubt: None };
    retry(
        progress,
        |progress| progress.attempt(context),
        |cause, progress| progress.failed(StoreError::Busy(cause).into()),
    )
    .await
}

struct Progress<C: NumberedChange> {
    change: C,
    doubt: Option<Doubt<C::Answer>>,
}

type Attempted<C> = Attempt<<C as NumberedChange>::Answer, Progress<C>>;

impl<C: NumberedChange> Progress<C> {
    /// Returns the error to report. While an attempt is in doubt, that is always `OutcomeUnknown`.
    fn failed(&self, error: C::Error) -> C::Error {
        if self.doubt.is_some() { StoreError::OutcomeUnknown(error.into()).into() } else { error }
    }

    async fn attempt(mut self, context: &Context) -> Result<Attempted<C>, C::Error> {
        match self.attempt_once(context).await {
            Ok(Attempt::Done(answer)) => Ok(Attempt::Done(answer)),
            Ok(Attempt::Repeat(cause, ())) => Ok(Attempt::Repeat(cause, self)),
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn attempt_once(&mut self, context: &Context) -> Result<Attempt<C::Answer>, C::Error> {
        let operation = uuid::Builder::from_random_bytes(context.random()).into_uuid();
        let state = self.change.read().await?;
        if let Some(Doubt { number, attempts }) = &mut self.doubt {
            match self.change.trace(&state, *number).await? {
                Trace::Nothing => {}
                Trace::By(effective) => {
                    let ours = attempts.iter().position(|(operation, _)| Some(*operation) == effective);
                    let answer = ours.map(|ours| attempts.swap_remove(ours).1);
                    // Whichever change has this number, no other attempt can take effect at it anymore.
                    self.doubt = None;
                    if let Some(answer) = answer {
                        return Ok(Attempt::Done(answer));
                    }
                }
                Trace::Overwritten => {
                    let cause = "other changes were made after an attempt that got no response".into();
                    return Err(StoreError::OutcomeUnknown(cause).into());
                }
            }
        }
        let (number, write, answer) = match self.change.decide(state, operation)? {
            Decision::Answer(answer) => return Ok(Attempt::Done(answer)),
            Decision::Write { number, write, answer } => (number, write, answer),
        };
        if self.doubt.as_ref().is_some_and(|doubt| doubt.number != number) {
            // The two reads are not one snapshot: this state is newer than what `trace` has read.
            return Ok(Attempt::Repeat("an attempt that got no response is not visible yet".into(), ()));
        }
        match self.change.write(write).await? {
            Written::Done => Ok(Attempt::Done(answer)),
            Written::Stale { in_doubt } => {
                if in_doubt {
                    let doubt = self.doubt.get_or_insert_with(|| Doubt { number, attempts: Vec::new() });
                    doubt.attempts.push((operation, answer));
                }
                Ok(Attempt::Repeat("other changes conflict".into(), ()))
            }
        }
    }
}
