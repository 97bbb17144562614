//! What becomes of a movement of miles when DynamoDB fails or does not answer: it happens once or not at all, and the
//! answer says which, wherever that can be known.

use crate::movements::{OPERATIONS, Operation, Trial};
use crate::shop::Shop;
use std::iter::repeat_n;
use std::time::Duration;
use testing::Fault;
use tokio::task::JoinSet;

const THROTTLED: [Fault; 3] = [
    Fault::Error(400, "ThrottlingException"),
    Fault::Error(400, "ProvisionedThroughputExceededException"),
    Fault::Error(400, "RequestLimitExceeded"),
];

/// What leaves it open whether a write took effect.
const DOUBTFUL: [Fault; 5] = [
    Fault::Error(500, "InternalServerError"),
    Fault::Error(503, "ServiceUnavailable"),
    Fault::Error(400, "TransactionInProgressException"),
    Fault::CutBefore,
    Fault::CutAfter,
];

/// What no repeat changes.
const LASTING: [Fault; 3] = [
    Fault::Error(400, "ValidationException"),
    Fault::Error(400, "AccessDeniedException"),
    Fault::Error(400, "ResourceNotFoundException"),
];

/// The requests of an operation with a key not seen yet: for the key, for the state, for the change.
const REQUESTS: [&str; 3] = ["GetItem", "BatchGetItem", "TransactWriteItems"];

/// Those of which a repeat is known to be one.
const REPEATABLE: [Operation; 2] = [Operation::RepeatablePurchase, Operation::Refund];

fn passing() -> impl Iterator<Item = Fault> {
    THROTTLED.into_iter().chain(DOUBTFUL)
}

/// That fault, after so many requests that go through.
fn after(undisturbed: usize, fault: &Fault) -> impl Iterator<Item = Fault> {
    repeat_n(Fault::None, undisturbed).chain([fault.clone()])
}

#[tokio::test]
async fn a_passing_fault_of_any_request_is_survived() {
    let mut trials = JoinSet::new();
    for operation in REPEATABLE {
        for (position, request) in REQUESTS.into_iter().enumerate() {
            trials.spawn(async move {
                let shop = Shop::open(500, 1_000_000).await;
                let conflict = (request == "TransactWriteItems").then_some(Fault::Conflict);
                for fault in passing().chain(conflict) {
                    let trial = Trial::prepare(operation, &shop).await.elsewhere();
                    shop.app.wire.disturb(after(position, &fault));
                    let answer = trial.call().send().await;
                    trial.expect_once(&answer, &format!("with {fault:?} of {request}")).await;
                }
            });
        }
    }
    trials.join_all().await;
}

/// A fault of the transaction, and one of what is sent next: the same again, or after a conflict the reading of the state.
#[tokio::test]
async fn two_passing_faults_in_a_row_are_survived() {
    let passing = || {
        let [error, _, in_progress, cut_before, cut_after] = DOUBTFUL;
        [THROTTLED[0].clone(), error, in_progress, cut_before, cut_after]
    };
    let mut trials = JoinSet::new();
    for operation in [Operation::Purchase, Operation::Refund] {
        for first in passing().into_iter().chain([Fault::Conflict]) {
            trials.spawn(async move {
                let shop = Shop::open(500, 1_000_000).await;
                let conflict = (!matches!(first, Fault::Conflict)).then_some(Fault::Conflict);
                for second in passing().into_iter().chain(conflict) {
                    let trial = Trial::prepare(operation, &shop).await;
                    shop.app.wire.disturb([Fault::None, first.clone(), second.clone()]);
                    let answer = trial.call().send().await;
                    trial.expect_once(&answer, &format!("with {first:?} and {second:?}")).await;
                }
            });
        }
    }
    trials.join_all().await;
}

#[tokio::test]
async fn keys_left_unprocessed_are_asked_for_again() {
    for operation in OPERATIONS {
        let shop = Shop::open(500, 5000).await;
        let trial = Trial::prepare(operation, &shop).await;
        shop.app.wire.disturb([Fault::LeaveUnprocessed]);
        let answer = trial.call().send().await;
        trial.expect_once(&answer, "with keys left unprocessed").await;
    }
}

#[tokio::test]
async fn a_lasting_fault_is_an_internal_error_and_changes_nothing() {
    for operation in REPEATABLE {
        let shop = Shop::open(500, 1_000_000).await;
        for (position, request) in REQUESTS.iter().enumerate() {
            for fault in LASTING {
                let trial = Trial::prepare(operation, &shop).await.elsewhere();
                shop.app.wire.disturb(after(position, &fault));
                let failed = trial.call().send().await;
                let case = format!("{operation:?} with {fault:?} of {request}");
                assert_eq!(failed.shown(), "500 {\n  \"error\": \"Internal Server Error\"\n}", "{case}");
                assert_eq!(trial.written().await.len(), 0, "{case}");
            }
        }
    }
}

/// How it ends when a fault does not pass: the status, and how often the operation took effect.
#[derive(Debug, PartialEq)]
struct End(u16, usize);

/// Lets so many requests through and none after them.
async fn end(trial: &Trial, undisturbed: usize, fault: Fault) -> End {
    trial.wire().disturb(repeat_n(Fault::None, undisturbed));
    trial.wire().disturb_all(fault);
    let answer = trial.call().send().await;
    let error = if answer.status == 503 { "Please retry" } else { "Internal Server Error" };
    assert_eq!(answer.json()["error"], error);
    assert_eq!(answer.header("retry-after").is_some(), answer.status == 503);
    End(answer.status.as_u16(), trial.written().await.len())
}

#[tokio::test]
async fn a_fault_that_does_not_pass_is_told_by_what_is_known() {
    let mut cases = Vec::new();
    for operation in REPEATABLE {
        // The state cannot be read: nothing was tried.
        let faults = [THROTTLED[0].clone(), DOUBTFUL[0].clone(), Fault::CutAfter];
        cases.extend(faults.map(|fault| (operation, 0, fault, End(503, 0))));
        // The transaction is refused each time.
        cases.push((operation, 1, THROTTLED[0].clone(), End(503, 0)));
        // Nobody can tell.
        cases.extend(DOUBTFUL.map(|fault| {
            let effects = usize::from(matches!(fault, Fault::CutAfter));
            (operation, 1, fault, End(500, effects))
        }));
    }
    let mut trials = JoinSet::new();
    for (operation, undisturbed, fault, expected) in cases {
        let shop = Shop::open(500, 5000).await;
        let trial = Trial::prepare(operation, &shop).await.giving_up_after(Duration::from_millis(800)).await;
        trials.spawn(async move {
            let case = format!("{operation:?} with {fault:?} after {undisturbed}");
            assert_eq!(end(&trial, undisturbed, fault).await, expected, "{case}");
            let repeat = trial.call().send().await;
            (case, operation, expected, trial.written().await.len(), repeat)
        });
    }
    // When all is well again, whoever repeats it has it done once in all.
    for (case, operation, End(_, before), in_all, repeat) in trials.join_all().await {
        let expected = match (operation, before) {
            (Operation::Refund, 0) => (201, false),
            (Operation::Refund, _) => (409, false),
            (_, before) => (200, before == 1),
        };
        let is_replay = repeat.header("idempotency-replayed").is_some();
        assert_eq!((repeat.status.as_u16(), is_replay), expected, "{case}");
        assert_eq!(in_all, 1, "{case}");
    }
}
