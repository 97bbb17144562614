//! Judging and moving until it is settled.

use super::idempotency::{Settled, record};
use crate::App;
use crate::error::{FlyersError, StoreError};
use crate::store::{Backoff, Committed, Movement, OutcomeOf, StoredEntry};
use serde::Serialize;
use uuid::Uuid;

/// What a request comes to, on the state as it was read.
pub(super) enum Judgement<T> {
    /// It was answered before.
    Replay(Settled<T>),
    /// This is to happen, and then to be answered.
    Move(Box<Movement>, T),
    /// An attempt of this very request, thought lost, has happened.
    Landed,
}

/// A request on its way to being settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    /// Names the request in the ledger.
    pub operation: Uuid,
    /// The number of the entry that an attempt without an answer may have written.
    pub doubted: Option<u64>,
}

impl Request {
    /// Whether that entry, as read just now, is this request's own.
    pub fn has_landed(self, entry: Option<&StoredEntry>) -> bool {
        self.doubted.is_some() && entry.is_some_and(|entry| entry.operation == self.operation)
    }
}

/// Judges and commits until it is settled: two requests if nobody is in the way, and two more for each time
/// that somebody is.
///
/// `judge` reads the state, with the doubted entry where there is one, and judges it; its error is the
/// answer. An attempt whose answer was lost may take effect as long as nothing else moved the balance, so
/// from then on the ledger is asked about it before anything else is tried: miles are never moved twice.
///
/// # Errors
/// Those of `judge`; `PleaseRetry` when the time is up and nothing happened; `Internal` when the time is up
/// and that is not known.
pub(super) async fn settle<T, F>(
    app: &App,
    outcome: Option<(OutcomeOf<'_>, &str)>,
    judge: impl Fn(Request) -> F,
) -> Result<Settled<T>, FlyersError>
where
    T: Clone + Serialize,
    F: Future<Output = Result<Judgement<T>, FlyersError>>,
{
    let operation = uuid::Builder::from_random_bytes(app.random()).into_uuid();
    let mut request = Request { operation, doubted: None };
    let mut doubted_answer = None;
    let mut backoff = Backoff::default();
    loop {
        let (movement, answer) = match judge(request).await {
            Ok(Judgement::Replay(settled)) => return Ok(settled),
            Ok(Judgement::Move(movement, answer)) => (movement, answer),
            Ok(Judgement::Landed) => {
                let answer = doubted_answer.expect("an attempt in doubt left its answer");
                return Ok(Settled { answer, replayed: false });
            }
            Err(FlyersError::PleaseRetry(cause)) if request.doubted.is_some() => {
                return Err(StoreError::OutcomeUnknown(cause).into());
            }
            Err(error) => return Err(error),
        };
        let recorded = outcome.map(|(of, fingerprint)| (of, record(fingerprint, &answer, &movement.entry)));
        match app.store.commit(&movement, recorded, app.random()).await? {
            Committed::Done => return Ok(Settled { answer, replayed: false }),
            Committed::Stale { in_doubt } => {
                if in_doubt {
                    request.doubted = Some(movement.entry.seq);
                    doubted_answer = Some(answer);
                }
            }
        }
        if !backoff.wait().await {
            let cause = "other movements of the flyer's miles were in the way until the time was up".into();
            return Err(if request.doubted.is_some() {
                StoreError::OutcomeUnknown(cause).into()
            } else {
                FlyersError::PleaseRetry(cause)
            });
        }
    }
}
