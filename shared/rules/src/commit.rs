//! Changing something that is numbered, until it is settled.
//!
//! A flyer's ledger entries and a member's versions are numbered 1, 2, 3 …, and every change depends on the number it was
//! decided on: of changes that race for one number, one takes effect, and the others are decided anew.
//!
//! An attempt that got no answer is *in doubt*: it may still take effect, but only at its own number. So while one is in
//! doubt, each further attempt is for that same number. One of them can take effect, never two.

use crate::Context;
use store::{Attempt, StoreError, retry};
use uuid::Uuid;

/// What is to be done, decided on a state.
pub(crate) enum Decision<W, A> {
    /// This is to be written and then answered.
    Write {
        /// The number that it will have.
        number: u64,
        /// What is written.
        write: W,
        /// The answer, once it is written.
        answer: A,
    },
    /// Nothing is to be written.
    Answer(A),
}

/// How a conditional write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It took effect.
    Done,
    /// It did not: the state has changed since it was read, or another change was in progress. With `in_doubt`, an earlier
    /// attempt at the same write got no answer.
    Stale { in_doubt: bool },
}

/// What took effect at a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trace {
    /// Nothing yet.
    Nothing,
    /// An operation; `None` if it has no name.
    By(Option<Uuid>),
    /// Something, but it can no longer be told what.
    Overwritten,
}

/// A change of something that is numbered.
pub(crate) trait Change {
    /// What the change is decided on.
    type State;
    /// What is written.
    type Write;
    /// What is answered.
    type Answer;
    /// Why the change is refused or failed.
    type Error: From<StoreError> + std::error::Error + Send + Sync + 'static;

    /// Reads the state.
    async fn read(&mut self) -> Result<Self::State, Self::Error>;

    /// Says what took effect at a number, given the state that was read after it was attempted.
    async fn trace(&mut self, state: &Self::State, number: u64) -> Result<Trace, StoreError>;

    /// Decides what an operation of that name is to do.
    fn decide(
        &mut self,
        state: Self::State,
        operation: Uuid,
    ) -> Result<Decision<Self::Write, Self::Answer>, Self::Error>;

    /// Writes it, once.
    async fn write(&mut self, write: Self::Write) -> Result<Written, Self::Error>;
}

/// Attempts without an answer, all for one number.
struct Doubt<A> {
    number: u64,
    attempts: Vec<(Uuid, A)>,
}

/// Reads, decides and writes until the change is settled: one read and one write, and as many again for each conflicting
/// change.
///
/// # Errors
/// Those of the change. [`StoreError::Busy`] when the time is up and nothing was written, and
/// [`StoreError::OutcomeUnknown`] in place of any error while an attempt is in doubt.
pub(crate) async fn commit<C: Change>(context: &Context, change: C) -> Result<C::Answer, C::Error> {
    let progress = Progress { change, doubt: None };
    retry(
        progress,
        |progress| progress.attempt(context),
        |cause, progress| progress.failed(StoreError::Busy(cause).into()),
    )
    .await
}

struct Progress<C: Change> {
    change: C,
    doubt: Option<Doubt<C::Answer>>,
}

type Attempted<C> = Attempt<<C as Change>::Answer, Progress<C>>;

impl<C: Change> Progress<C> {
    /// Returns the error to answer: while an attempt is in doubt, no other can be vouched for.
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
                    // Whoever's change has that number: no other can take effect there any more.
                    self.doubt = None;
                    if let Some(answer) = answer {
                        return Ok(Attempt::Done(answer));
                    }
                }
                Trace::Overwritten => {
                    let cause = "others have changed it since an attempt got no answer".into();
                    return Err(StoreError::OutcomeUnknown(cause).into());
                }
            }
        }
        let (number, write, answer) = match self.change.decide(state, operation)? {
            Decision::Answer(answer) => return Ok(Attempt::Done(answer)),
            Decision::Write { number, write, answer } => (number, write, answer),
        };
        if self.doubt.as_ref().is_some_and(|doubt| doubt.number != number) {
            // Two reads do not show one moment: this state is newer than the one that was traced.
            return Ok(Attempt::Repeat("an attempt without an answer is not visible yet".into(), ()));
        }
        match self.change.write(write).await? {
            Written::Done => Ok(Attempt::Done(answer)),
            Written::Stale { in_doubt } => {
                if in_doubt {
                    let doubt = self.doubt.get_or_insert_with(|| Doubt { number, attempts: Vec::new() });
                    doubt.attempts.push((operation, answer));
                }
                Ok(Attempt::Repeat("in conflict with other changes".into(), ()))
            }
        }
    }
}
