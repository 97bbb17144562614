//! Boardings whose transaction was sent and whose answer got lost.

use super::write::{Stage, Write};
use crate::scene::{FLYER, boarding, with_flight};
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use testing::Fault::{Conflict, CutAfter, CutBefore, Error, Late, None as Through};
use testing::{Answer, Fault, TestApp};

const TIME: Duration = Duration::from_secs(10);

/// Boards with an Idempotency-Key, by an instance that may take that long.
async fn board_within(app: &TestApp, time: Duration, key: &str, flight: &str) -> Answer {
    let app = app.another_instance(time);
    let call = app.post(&format!("/flight/{flight}/passengers")).key(key).header("idempotency-key", "k1");
    call.json(&boarding(FLYER)).send().await
}

/// After the key look-up, the state is read and the transaction written. Where another transaction is in the way of
/// its repetition, the state is read again, then the ledger asked about the first attempt, and if that has not
/// happened, another transaction written.
#[tokio::test]
async fn settles_to_one_boarding() {
    let undisturbed = Stage::of(Write::BoardPassenger).await.call(TIME).await.expect(201);
    let lost = || Error(500, "InternalServerError");
    let throttled = || Error(400, "ThrottlingException");
    let late = || Late(Duration::from_millis(100));
    let sequences: [&[Fault]; 11] = [
        &[Through, Through, CutAfter, CutAfter, CutAfter],
        &[Through, Through, CutAfter, Conflict],
        &[Through, Through, CutAfter, Conflict, CutAfter, throttled()],
        &[Through, Through, CutAfter, throttled(), Conflict],
        &[Through, Through, lost(), Conflict],
        &[Through, Through, lost(), Conflict, Through, throttled(), Through, CutAfter],
        &[Through, Through, CutBefore, Conflict, Through, Through, Conflict, Through, Through, CutAfter],
        &[Through, Through, lost(), Conflict, Through, Through, CutAfter, Conflict],
        &[Through, Through, Conflict, Through, CutAfter, Conflict, lost(), Through, lost()],
        &[Through, Through, late()],
        &[Through, Through, late(), Conflict, Through, Through, late(), Conflict],
    ];
    join_all(sequences.into_iter().map(async |faults| {
        let stage = Stage::of(Write::BoardPassenger).await;
        stage.app.wire.disturb(faults.iter().cloned());

        let answer = stage.call(TIME).await;

        assert_eq!(answer.shown(), undisturbed.shown(), "{faults:?}");
        stage.app.wire.all_arrived().await;
        stage.app.wire.reset();
        assert_eq!(stage.effects().await, 1, "{faults:?}");
    }))
    .await;
}

/// The time is up before the ledger could be asked: the attempt may have taken effect, or take effect yet, and a 503
/// would say that nothing happened.
#[tokio::test]
async fn answers_500_where_the_outcome_stays_unknown() {
    let late = Late(Duration::from_millis(1200));
    let sequences: [&[Fault]; 3] = [
        &[Through, Through, CutAfter, Conflict],
        &[Through, Through, late.clone(), Conflict],
        &[Through, Through, late, Conflict, Through, Through],
    ];
    join_all(sequences.into_iter().map(async |faults| {
        let stage = Stage::of(Write::BoardPassenger).await;
        stage.app.wire.disturb(faults.iter().cloned());
        stage.app.wire.disturb_all(Error(400, "ThrottlingException"));

        let answer = stage.call(Duration::from_secs(1)).await;

        assert_eq!(answer.status.as_u16(), 500, "{faults:?}");
        stage.app.wire.all_arrived().await;
        stage.app.wire.reset();
        assert_eq!(stage.effects().await, 1, "{faults:?}");
    }))
    .await;
}

#[tokio::test]
async fn tells_the_outcome_to_who_asks_again_with_the_same_key() {
    let (app, key, flight) = with_flight().await;
    app.wire.disturb([Through, Through]);
    app.wire.disturb_all(CutAfter);
    let unknown = board_within(&app, Duration::from_secs(1), &key, &flight).await;
    assert_eq!(unknown.status.as_u16(), 500);
    app.wire.reset();

    let answer = board_within(&app, TIME, &key, &flight).await.expect(201);

    assert_eq!(answer.header("idempotency-replayed"), Some("true"));
    assert_eq!(answer.json()["user"]["miles"], json!(500));
    assert_eq!(app.balance(FLYER).await, 500);
}
