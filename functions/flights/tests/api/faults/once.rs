//! One request disturbed, each in turn.

use super::write::{Stage, Write};
use serde_json::json;
use std::time::Duration;
use testing::Fault;

const TIME: Duration = Duration::from_secs(10);

/// What passes, by the operation that it can happen to.
fn passing(operation: &str) -> Vec<Fault> {
    let mut faults = vec![
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(500, "InternalServerError"),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Delay(Duration::from_millis(30)),
    ];
    match operation {
        "TransactWriteItems" => faults.extend([Fault::Conflict, Fault::Error(400, "TransactionInProgressException")]),
        "UpdateItem" => faults.push(Fault::Error(400, "TransactionConflictException")),
        "BatchGetItem" => faults.push(Fault::LeaveUnprocessed),
        _ => {}
    }
    faults
}

#[tokio::test]
async fn gets_over_what_passes() {
    for write in Write::ALL {
        let stage = Stage::of(write).await;
        let undisturbed = stage.call(TIME).await;
        assert!(undisturbed.status.is_success());
        assert_eq!(stage.app.wire.take_operations(), write.operations());
        assert_eq!(stage.effects().await, 1);

        for (position, operation) in write.operations().iter().enumerate() {
            for fault in passing(operation) {
                let stage = Stage::of(write).await;
                let faults = vec![Fault::None; position].into_iter().chain([fault.clone()]);
                stage.app.wire.disturb(faults);

                let answer = stage.call(TIME).await;

                assert_eq!(answer.shown(), undisturbed.shown(), "{write:?}: {fault:?} of the {operation}");
                stage.app.wire.reset();
                assert_eq!(stage.effects().await, 1, "{write:?}: {fault:?} of the {operation}");
            }
        }
    }
}

/// DynamoDB has many words for "later".
#[tokio::test]
async fn gets_over_each_error_that_passes() {
    let errors = [
        (400, "ThrottlingException"),
        (400, "ProvisionedThroughputExceededException"),
        (400, "RequestLimitExceeded"),
        (400, "TransactionConflictException"),
        (400, "TransactionInProgressException"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
    ];
    for (status, code) in errors {
        let stage = Stage::of(Write::Tick).await;
        stage.app.wire.disturb([Fault::None, Fault::Error(status, code)]);

        let answer = stage.call(TIME).await;

        assert_eq!(answer.status.as_u16(), 200, "{code}");
        assert_eq!(stage.app.wire.take_operations(), ["GetItem", "UpdateItem", "UpdateItem"], "{code}");
        assert_eq!(stage.effects().await, 1, "{code}");
    }
}

#[tokio::test]
async fn answers_500_to_what_repeating_would_not_help() {
    let codes = ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"].iter().cycle();
    let places = Write::ALL.into_iter().flat_map(|write| (0..write.operations().len()).map(move |at| (write, at)));
    for ((write, position), code) in places.zip(codes) {
        let operations = &write.operations()[..=position];
        let stage = Stage::of(write).await;
        stage.app.wire.disturb(vec![Fault::None; position].into_iter().chain([Fault::Error(400, code)]));

        let answer = stage.call(TIME).await;

        assert_eq!(answer.status.as_u16(), 500, "{write:?}: {code} after {operations:?}");
        assert_eq!(answer.json(), json!({ "error": "Internal Server Error" }));
        assert_eq!(stage.app.wire.take_operations(), operations);
        assert_eq!(stage.effects().await, 0, "{write:?}: {code} after {operations:?}");
    }
}
