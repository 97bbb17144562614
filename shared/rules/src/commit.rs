//! Optimistic concurrency: applies numbered changes, and retries them on conflicts.
//!
//! A flyer's ledger entries and a member's versions are numbered 1, 2, 3 …, and every change is conditional on the
//! number on which it was decided. If several changes compete for one number, one of them takes effect, and the others
//! are decided again.
//!
//! An attempt that got no response is *in doubt*: it may still take effect, but only at its own number. While an
//! attempt is in doubt, each further attempt therefore uses the same number. At most one of them can take effect.

use crate::Context;
use std::cmp::Ordering;
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

impl Trace {
    /// Returns what took effect at a version of something that only knows its present version and who made it.
    pub fn of_version(version: u64, operation: Option<Uuid>, number: u64) -> Self {
        match version.cmp(&number) {
            Ordering::Less => Self::Nothing,
            Ordering::Equal => Self::By(operation),
            Ordering::Greater => Self::Overwritten,
        }
    }
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
    type Error: From<StoreError> + StorageFailure + std::error::Error + Send + Sync + 'static;

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

/// An error that may be one of the store's.
pub(crate) trait StorageFailure {
    /// Returns whether a write may have taken effect.
    fn is_outcome_unknown(&self) -> bool;
}

/// Attempts that are in doubt, all for the same number.
struct Doubt<A> {
    number: u64,
    attempts: Vec<(Uuid, A)>,
}

/// Reads, decides and writes a change, and repeats that as long as other changes conflict. One read and one write, plus
/// one of each per conflicting change. If the time for writing is up while an attempt is in doubt, one more read may
/// settle it.
///
/// # Errors
/// Any error of the change; [`StoreError::Busy`] if the deadline passed and nothing was written;
/// [`StoreError::OutcomeUnknown`] instead of any other error while an attempt is in doubt.
pub(crate) async fn commit<C: NumberedChange>(context: &Context, change: C) -> Result<C::Answer, C::Error> {
    let progress = Progress { change, doubt: None };
    let committed = retry(
        progress,
        |progress| progress.attempt(context),
        |cause, progress| (StoreError::Busy(cause).into(), progress),
    );
    match committed.await {
        Ok(answer) => Ok(answer),
        Err((error, progress)) => progress.settle(error).await,
    }
}

struct Progress<C: NumberedChange> {
    change: C,
    doubt: Option<Doubt<C::Answer>>,
}

/// The outcome of an attempt, and what is known after it.
type Attempted<C> =
    Result<Attempt<<C as NumberedChange>::Answer, Progress<C>>, (<C as NumberedChange>::Error, Progress<C>)>;

/// What became of the attempts that were in doubt.
enum Traced<A> {
    /// There are none, or they can no longer take effect.
    Settled,
    /// They may still take effect.
    InDoubt,
    /// One of them took effect.
    Effective(A),
}

impl<C: NumberedChange> Progress<C> {
    async fn attempt(mut self, context: &Context) -> Attempted<C> {
        match self.attempt_once(context).await {
            Ok(Attempt::Done(answer)) => Ok(Attempt::Done(answer)),
            Ok(Attempt::Repeat(cause, ())) => Ok(Attempt::Repeat(cause, self)),
            Err(error) => Err((error, self)),
        }
    }

    async fn attempt_once(&mut self, context: &Context) -> Result<Attempt<C::Answer>, C::Error> {
        let operation = uuid::Builder::from_random_bytes(context.random()).into_uuid();
        let state = self.change.read().await?;
        if let Traced::Effective(answer) = self.trace(&state).await? {
            return Ok(Attempt::Done(answer));
        }
        let (number, write, answer) = match self.change.decide(state, operation) {
            Ok(Decision::Write { number, write, answer }) if self.may_write(number) => (number, write, answer),
            Ok(Decision::Answer(answer)) if self.doubt.is_none() => return Ok(Attempt::Done(answer)),
            Err(error) if self.doubt.is_none() => return Err(error),
            // What was read is not of one moment: the state may show what the attempt in doubt has done, and `trace` not yet.
            _ => return Ok(Attempt::Repeat("an attempt that got no response is not visible yet".into(), ())),
        };
        match self.change.write(write).await {
            Ok(Written::Done) => {
                self.doubt = None;
                Ok(Attempt::Done(answer))
            }
            Ok(Written::Stale { in_doubt }) => {
                if in_doubt {
                    self.remember(number, operation, answer);
                }
                Ok(Attempt::Repeat("other changes conflict".into(), ()))
            }
            Err(error) => {
                if error.is_outcome_unknown() {
                    self.remember(number, operation, answer);
                }
                Err(error)
            }
        }
    }

    /// Returns whether a change with this number cannot take effect beside an attempt that is in doubt.
    fn may_write(&self, number: u64) -> bool {
        self.doubt.as_ref().is_none_or(|doubt| doubt.number == number)
    }

    fn remember(&mut self, number: u64, operation: Uuid, answer: C::Answer) {
        let doubt = self.doubt.get_or_insert_with(|| Doubt { number, attempts: Vec::new() });
        doubt.attempts.push((operation, answer));
    }

    /// Finds out what became of the attempts that are in doubt, given the state that was read after them.
    async fn trace(&mut self, state: &C::State) -> Result<Traced<C::Answer>, C::Error> {
        let Some(Doubt { number, attempts }) = &mut self.doubt else { return Ok(Traced::Settled) };
        match self.change.trace(state, *number).await? {
            Trace::Nothing => Ok(Traced::InDoubt),
            Trace::By(effective) => {
                let ours = attempts.iter().position(|(operation, _)| Some(*operation) == effective);
                let answer = ours.map(|ours| attempts.swap_remove(ours).1);
                // Whichever change has this number, no other attempt can take effect at it anymore.
                self.doubt = None;
                Ok(answer.map_or(Traced::Settled, Traced::Effective))
            }
            Trace::Overwritten => {
                let cause = "other changes were made after an attempt that got no response".into();
                Err(StoreError::OutcomeUnknown(cause).into())
            }
        }
    }

    /// Returns the outcome after an error. While an attempt is in doubt, no error but `OutcomeUnknown` would be true, so
    /// the time that is left is used to look once more.
    async fn settle(mut self, error: C::Error) -> Result<C::Answer, C::Error> {
        if self.doubt.is_none() {
            return Err(error);
        }
        let Ok(state) = self.change.read().await else { return Err(StoreError::OutcomeUnknown(error.into()).into()) };
        match self.trace(&state).await {
            Ok(Traced::Effective(answer)) => Ok(answer),
            Ok(Traced::Settled) => Err(StoreError::Busy(error.into()).into()),
            // An answer that is recorded is true, whichever attempt it belongs to.
            Ok(Traced::InDoubt) => match self.change.decide(state, Uuid::nil()) {
                Ok(Decision::Answer(answer)) => Ok(answer),
                _ => Err(StoreError::OutcomeUnknown(error.into()).into()),
            },
            Err(_) => Err(StoreError::OutcomeUnknown(error.into()).into()),
        }
    }
}
