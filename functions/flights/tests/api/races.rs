//! Concurrent requests from several threads.

use crate::scene::{FLYER, audited, board, boarding, passengers, report, with_flight};
use http::StatusCode;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use testing::{Answer, Fault, TestApp};
use tokio::task::JoinSet;

/// Starts an API that several tasks can share, and returns it with the key of `skyteam` and its flight.
async fn shared_scene() -> (Arc<TestApp>, Arc<str>, Arc<str>) {
    let (app, key, flight) = with_flight().await;
    (Arc::new(app), key.into(), flight.into())
}

/// Returns the number of responses with the given status.
fn count(answers: &[Answer], status: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn board_a_flyer_once_for_many_requests() {
    let (app, key, flight) = shared_scene().await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        calls.spawn(async move { board(&app, &key, &flight, &boarding(FLYER)).await });
    }

    let answers = calls.join_all().await;

    assert_eq!(count(&answers, StatusCode::CREATED), 1);
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT).collect();
    assert_eq!(refused.len(), 19);
    assert!(refused.iter().all(|refused| refused.json() == json!({ "error": "Passenger already boarded" })));
    assert_eq!(app.balance(FLYER).await, 500);
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn board_once_for_one_idempotency_key() {
    let (app, key, flight) = shared_scene().await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        calls.spawn(async move {
            let call = app.post(&format!("/flight/{flight}/passengers")).key(&key).header("idempotency-key", "k1");
            call.json(&boarding(FLYER)).send().await
        });
    }

    let answers = calls.join_all().await;

    assert_eq!(count(&answers, StatusCode::CREATED), 20);
    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes));
    let replays = answers.iter().filter(|answer| answer.header("idempotency-replayed") == Some("true"));
    assert_eq!(replays.count(), 19);
    assert_eq!(app.balance(FLYER).await, 500);
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn board_a_flyer_on_many_flights_at_once() {
    let (app, key, _) = shared_scene().await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let flight = app.flight(&key, "skyteam").await;
        let (app, key) = (app.clone(), key.clone());
        calls.spawn(async move { board(&app, &key, &flight, &boarding(FLYER)).await });
    }

    let answers = calls.join_all().await;

    assert_eq!(count(&answers, StatusCode::CREATED), 20);
    let balances: HashSet<_> = answers.iter().map(|answer| answer.json()["user"]["miles"].as_u64().unwrap()).collect();
    assert_eq!(
        balances,
        (1..=20).map(|flights| flights * 500).collect(),
        "each response should have a different balance"
    );
    assert_eq!(audited(&app).await, (1, 20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn board_many_flyers_at_once() {
    let (app, key, flight) = shared_scene().await;
    let mut calls = JoinSet::new();
    for flyer in 1..=30 {
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        calls.spawn(async move { board(&app, &key, &flight, &boarding(&flyer.to_string())).await });
    }

    let answers = calls.join_all().await;

    assert_eq!(count(&answers, StatusCode::CREATED), 30);
    assert_eq!(passengers(&app, &key, &flight).await.len(), 30);
    assert_eq!(audited(&app).await, (30, 30, 30));
}

/// Flyers whose request gets a 201 are on the flight and have the miles. Rejected flyers are not and have none.
#[tokio::test(flavor = "multi_thread")]
async fn end_a_flight_between_boardings() {
    let (app, key, _) = shared_scene().await;
    let mut refused = 0;
    for round in 0..5 {
        let flight: Arc<str> = app.flight(&key, "skyteam").await.into();
        let mut calls = JoinSet::new();
        for flyer in 0..20 {
            let flyer = (1000 + round * 100 + flyer).to_string();
            let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
            calls.spawn(async move { (board(&app, &key, &flight, &boarding(&flyer)).await, flyer) });
        }
        // The end arrives at a different moment in each round.
        tokio::time::sleep(Duration::from_millis(5 * round)).await;
        let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
        let listed_at_the_end = passengers(&app, &key, &flight).await;
        let late = board(&app, &key, &flight, &boarding(&(1000 + round * 100 + 99).to_string())).await;
        assert_eq!(late.json(), json!({ "error": "Flight has ended" }));

        let answers = calls.join_all().await;

        let mut boarded = HashSet::new();
        for (answer, flyer) in answers {
            if answer.status == StatusCode::CREATED {
                assert_eq!(app.balance(&flyer).await, 500);
                boarded.insert(flyer);
            } else {
                assert_eq!(answer.status, StatusCode::CONFLICT);
                assert_eq!(answer.json(), json!({ "error": "Flight has ended" }));
                refused += 1;
            }
        }
        let listed = passengers(&app, &key, &flight).await;
        assert_eq!(listed, listed_at_the_end, "no flyer should board after the end");
        assert_eq!(listed.len(), boarded.len());
        assert_eq!(listed.into_iter().collect::<HashSet<_>>(), boarded);
    }
    let credited = 100 - refused;
    assert_eq!(audited(&app).await, (credited, credited, credited));
}

/// The boarding is checked while the flight is open, but its transaction arrives after the end.
#[tokio::test(flavor = "multi_thread")]
async fn reject_a_boarding_that_arrives_after_the_end() {
    let (app, key, flight) = shared_scene().await;
    app.wire.disturb([Fault::None, Fault::Delay(Duration::from_secs(1))]);
    let boarding = tokio::spawn({
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        async move { board(&app, &key, &flight, &boarding(FLYER)).await }
    });
    while !app.wire.take_operations().contains(&"TransactWriteItems".to_owned()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);

    let refused = boarding.await.expect("the request should complete");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
    assert!(passengers(&app, &key, &flight).await.is_empty());
    assert_eq!(audited(&app).await, (0, 0, 0));
}

/// Sends the same report from 20 tasks, each at a different time, and asserts that all get the same response.
async fn assert_reported_once(what: &'static str) {
    let (app, key, flight) = shared_scene().await;
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        calls.spawn(async move {
            app.clock.advance(Duration::from_secs(1));
            report(&app, &key, &flight, what).await
        });
    }

    let answers = calls.join_all().await;

    assert_eq!(count(&answers, StatusCode::OK), 20);
    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes), "all responses should show the same time");
}

#[tokio::test(flavor = "multi_thread")]
async fn start_a_flight_once() {
    assert_reported_once("serverStart").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn end_a_flight_once() {
    assert_reported_once("serverEnd").await;
}
