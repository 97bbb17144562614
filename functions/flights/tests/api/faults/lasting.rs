//! All requests disturbed from one on, until the time is up and for as long as that lasts.

use super::write::{Stage, Write};
use futures_util::future::join_all;
use serde_json::json;
use std::iter;
use std::time::Duration;
use testing::Fault;

/// Long enough for the requests that are let through, also on a busy machine.
const TIME: Duration = Duration::from_secs(1);

/// What lasts.
#[derive(Debug, Clone)]
struct Case {
    fault: Fault,
    /// Whether a write that it happens to may have had an effect, for all that the API can tell.
    leaves_doubt: bool,
    /// The effects that a disturbed write has all the same.
    effects: usize,
}

fn cases() -> [Case; 6] {
    let case = |fault, leaves_doubt, effects| Case { fault, leaves_doubt, effects };
    [
        case(Fault::Error(400, "ThrottlingException"), false, 0),
        case(Fault::Error(400, "ProvisionedThroughputExceededException"), false, 0),
        case(Fault::Error(500, "InternalServerError"), true, 0),
        case(Fault::CutBefore, true, 0),
        case(Fault::CutAfter, true, 1),
        case(Fault::Delay(Duration::from_millis(1200)), true, 1),
    ]
}

async fn assert_survived(stage: Stage, write: Write, position: usize, case: &Case) {
    let of = format!("{write:?}: {:?} from the {} on", case.fault, write.operations()[position]);
    let is_write = position == write.operations().len() - 1;
    stage.app.wire.disturb(vec![Fault::None; position]);
    stage.app.wire.disturb_all(case.fault.clone());

    let answer = stage.call(TIME).await;

    if is_write && case.leaves_doubt {
        assert_eq!(answer.status.as_u16(), 500, "{of}");
        assert_eq!(answer.json(), json!({ "error": "Internal Server Error" }), "{of}");
    } else {
        assert_eq!(answer.status.as_u16(), 503, "{of}");
        assert_eq!(answer.json(), json!({ "error": "Please retry" }), "{of}");
        assert_eq!(answer.header("retry-after"), Some("1"), "{of}");
    }
    // What is under way arrives, and then nothing is disturbed any more.
    stage.app.wire.all_arrived().await;
    stage.app.wire.reset();
    let expected = if is_write { case.effects } else { 0 };
    assert_eq!(stage.effects().await, expected, "{of}");
}

/// All cases of a route side by side: they do little but wait.
async fn assert_survives_all(write: Write) {
    let cases = cases();
    let mut prepared = Vec::new();
    for position in 0..write.operations().len() {
        for case in &cases {
            prepared.push(assert_survived(Stage::of(write).await, write, position, case));
        }
    }
    join_all(prepared).await;
}

#[tokio::test]
async fn survives_them_under_create_flight() {
    assert_survives_all(Write::CreateFlight).await;
}

#[tokio::test]
async fn survives_them_under_server_start() {
    assert_survives_all(Write::ServerStart).await;
}

#[tokio::test]
async fn survives_them_under_tick() {
    assert_survives_all(Write::Tick).await;
}

#[tokio::test]
async fn survives_them_under_server_end() {
    assert_survives_all(Write::ServerEnd).await;
}

#[tokio::test]
async fn survives_them_under_board_passenger() {
    assert_survives_all(Write::BoardPassenger).await;
}

/// Calls it, and asserts that it gives up without having done anything, and works once the disturbance is over.
async fn assert_gives_up(stage: Stage, write: Write) {
    let answer = stage.call(TIME).await;

    assert_eq!(answer.status.as_u16(), 503, "{write:?}");
    assert_eq!(answer.json(), json!({ "error": "Please retry" }), "{write:?}");
    assert_eq!(answer.header("retry-after"), Some("1"), "{write:?}");
    stage.app.wire.reset();
    let again = stage.call(TIME).await;
    assert!(again.status.is_success(), "{write:?}");
    assert_eq!(stage.effects().await, 1, "{write:?}");
}

#[tokio::test]
async fn answers_503_where_other_transactions_stay_in_the_way() {
    let tried = [(Write::CreateFlight, 0), (Write::BoardPassenger, 1)].map(async |(write, before)| {
        let stage = Stage::of(write).await;
        // A boarding is judged anew, by one request, before each transaction.
        let round = iter::repeat_n(Fault::None, before).chain([Fault::Conflict]);
        stage.app.wire.disturb(iter::once(Fault::None).chain(iter::repeat_n(round, 200).flatten()));
        assert_gives_up(stage, write).await;
    });
    join_all(tried).await;
}

#[tokio::test]
async fn answers_503_where_an_item_stays_in_a_transaction() {
    let tried = [Write::ServerStart, Write::Tick, Write::ServerEnd].map(async |write| {
        let stage = Stage::of(write).await;
        stage.app.wire.disturb([Fault::None]);
        stage.app.wire.disturb_all(Fault::Error(400, "TransactionConflictException"));
        assert_gives_up(stage, write).await;
    });
    join_all(tried).await;
}

#[tokio::test]
async fn answers_503_where_a_read_stays_incomplete() {
    let stage = Stage::of(Write::BoardPassenger).await;
    stage.app.wire.disturb([Fault::None]);
    stage.app.wire.disturb_all(Fault::LeaveTable("flights"));
    assert_gives_up(stage, Write::BoardPassenger).await;
}
