//! Retries until the deadline.

use crate::{Cause, Invocation};
use std::time::Duration;

/// Result of an attempt.
#[derive(Debug)]
pub enum Attempt<T, S = ()> {
    /// The attempt succeeded.
    Done(T),
    /// The attempt should be repeated, for the given reason and with the given state.
    Repeat(Cause, S),
}

/// Repeats `attempt` until it succeeds, returns an error, or the invocation has no time left for writes one.
/// Passes the state that each attempt returns to the next. Waits between attempts with full jitter (Marc Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog): up to 10 ms at first, doubling up to one second.
///
/// # Errors
/// Any error of `attempt`. When there is no time left, the error that `give_up` returns for the reason and the state of
/// the last attempt.
pub async fn retry<T, S, E, F: Future<Output = Result<Attempt<T, S>, E>>>(
    state: S,
    attempt: impl FnMut(S) -> F,
    give_up: impl FnOnce(Cause, S) -> E,
) -> Result<T, E> {
    retry_within(Invocation::remaining_for_writes, state, attempt, give_up).await
}

/// Like [`retry`], as long as there is time left: `remaining` says how much.
pub(crate) async fn retry_within<T, S, E, F: Future<Output = Result<Attempt<T, S>, E>>>(
    remaining: impl Fn(&Invocation) -> Duration,
    mut state: S,
    mut attempt: impl FnMut(S) -> F,
    give_up: impl FnOnce(Cause, S) -> E,
) -> Result<T, E> {
    let mut ceiling = FIRST_WAIT;
    loop {
        let cause = match attempt(state).await? {
            Attempt::Done(done) => return Ok(done),
            Attempt::Repeat(cause, next) => {
                state = next;
                cause
            }
        };
        let invocation = Invocation::current();
        tokio::time::sleep(ceiling.mul_f64(fastrand::f64()).min(remaining(&invocation))).await;
        if remaining(&invocation) <= SHORTEST_ATTEMPT {
            return Err(give_up(cause, state));
        }
        ceiling = ceiling.saturating_mul(2).min(LONGEST_WAIT);
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// No attempt is started with less than this time left.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(20);
