//! Flights that never start.

use crate::scene::{report, upcoming, with_airline};
use end_stale_flights::handle;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testing::{Fault, TestApp};

/// 24 hours after the planned start of every flight here.
const A_DAY_LATER: &str = "2024-03-16T14:00:00.000Z";

/// Runs the job and returns how many flights that never started it ended.
async fn run(app: &TestApp) -> usize {
    handle(&app.app, Duration::from_secs(10)).await.expect("the job should run").unstarted
}

/// Returns an ended flight.
async fn ended(app: &TestApp, key: &str, flight: &str) -> Value {
    report(app, key, flight, "serverEnd").await.expect(200).json()
}

fn boarding() -> Value {
    json!({ "userId": "1", "miles": 500, "username": "pilot123", "displayName": "Captain John" })
}

#[tokio::test]
async fn are_cancelled_a_day_after_their_planned_start() {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    let ticked = app.flight(&key, "skyteam").await;
    let _ticked = report(&app, &key, &ticked, "tick").await.expect(200);
    app.clock.set("2024-03-16T13:59:59.999Z");
    assert_eq!(run(&app).await, 0);

    app.clock.set(A_DAY_LATER);
    assert_eq!(run(&app).await, 2);

    assert!(upcoming(&app, &key).await.is_empty());
    for flight in [flight, ticked] {
        let flight = ended(&app, &key, &flight).await;
        assert_eq!(flight["cancelledAt"], A_DAY_LATER);
        assert_eq!(flight["endTime"], A_DAY_LATER);
        let id = flight["id"].as_str().unwrap();
        let _stays = report(&app, &key, id, "tick").await.expect(409);
    }
    assert_eq!(run(&app).await, 0);
}

#[tokio::test]
async fn are_ended_but_not_cancelled_if_somebody_boarded() {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    app.board(&key, &flight, "1", 500).await;
    app.clock.set(A_DAY_LATER);

    assert_eq!(run(&app).await, 1);

    let flight = ended(&app, &key, &flight).await;
    assert_eq!(flight["endTime"], A_DAY_LATER);
    assert_eq!(flight["cancelledAt"], Value::Null);
}

#[tokio::test]
async fn are_not_those_that_started_or_were_put_off() {
    let (app, key) = with_airline().await;
    let started = app.flight(&key, "skyteam").await;
    let put_off = app.flight(&key, "skyteam").await;
    let change = json!({ "startTime": "2024-03-16T15:00:00Z" });
    let _changed = app.patch(&format!("/flight/{put_off}")).key(&key).json(&change).send().await.expect(200);
    app.clock.set(A_DAY_LATER);
    let _started = report(&app, &key, &started, "serverStart").await.expect(200);

    assert_eq!(run(&app).await, 0);
    assert_eq!(upcoming(&app, &key).await.len(), 2);
}

/// A passenger boards after the job has seen none.
#[tokio::test(flavor = "multi_thread")]
async fn are_not_cancelled_if_somebody_boards_meanwhile() {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    app.clock.set(A_DAY_LATER);
    let app = Arc::new(app);
    app.wire.reset();
    // The reads, the question who has boarded, and the cancellation.
    let through = vec![Fault::None; 11];
    app.wire.disturb(through.into_iter().chain([Fault::Delay(Duration::from_secs(1))]));
    let job = tokio::spawn({
        let app = app.clone();
        async move { run(&app).await }
    });
    while !app.wire.take_operations().contains(&"UpdateItem".to_owned()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let boarded = app.post(&format!("/flight/{flight}/passengers")).key(&key).json(&boarding()).send().await;
    let _boarded = boarded.expect(201);

    assert_eq!(job.await.unwrap(), 1);
    assert_eq!(ended(&app, &key, &flight).await["cancelledAt"], Value::Null);
}
