//! Every write withstands the faults of DynamoDB and the network.

use crate::scene::{FLYER, boarding, draft, report, silence, with_airline, with_flight};
use serde_json::json;
use std::time::Duration;
use testing::Fault;
use testing::withstand::{Failures, Scene, Write, withstand, withstand_passing};

const BOARDING: Write = Write {
    requests: &["GetItem", "BatchGetItem", "TransactWriteItems"],
    success: "201 {",
    effect: &[
        "+ FLIGHT#… PASSENGER#123456789",
        "+ FLYER#123456789 000000000001",
        "+ FLYER#123456789 FLIGHTS#00000000",
        "+ FLYER#123456789 FLYER",
        "~ FLIGHT#… FLIGHT",
    ],
    failures: Failures::FLYERS,
    repeated: Some("409"),
};

const REPORT: Write = Write {
    requests: &["GetItem", "UpdateItem"],
    success: "200",
    effect: &["~ FLIGHT#… FLIGHT"],
    failures: Failures::FLYERS,
    repeated: Some("200"),
};

async fn boarding_with(idempotency_key: Option<&'static str>) -> Scene {
    let (app, key, flight) = with_flight().await;
    Scene::request(app, move |app| {
        let call = app.post(&format!("/flight/{flight}/passengers")).key(&key).json(&boarding(FLYER));
        idempotency_key.into_iter().fold(call, |call, value| call.header("idempotency-key", value))
    })
}

async fn reporting(what: &'static str) -> Scene {
    let (app, key, flight) = with_flight().await;
    if what == "tick" {
        let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
        app.clock.advance(Duration::from_mins(1));
    }
    Scene::request(app, move |app| app.post(&format!("/flight/{flight}/{what}")).key(&key))
}

#[tokio::test]
async fn create_flight() {
    let write = Write {
        requests: &["GetItem", "TransactWriteItems"],
        success: "201",
        effect: &["+ FLIGHT#… FLIGHT"],
        failures: Failures::FLYERS,
        repeated: None,
    };
    let prepare = async || {
        let (app, key) = with_airline().await;
        Scene::request(app, move |app| app.post("/flight").key(&key).json(&draft()))
    };
    withstand(&write, prepare).await;
}

#[tokio::test]
async fn change_flight() {
    let write = Write { requests: &["GetItem", "GetItem", "TransactWriteItems"], ..REPORT };
    let prepare = async || {
        let (app, key, flight) = with_flight().await;
        let _partner = app.airline("bluebird").await;
        app.wire.reset();
        let change = json!({ "code": "ST9", "startTime": "2024-03-16T14:00:00Z", "codeshareAirlineId": "bluebird" });
        Scene::request(app, move |app| app.patch(&format!("/flight/{flight}")).key(&key).json(&change))
    };
    withstand(&write, prepare).await;
}

#[tokio::test]
async fn cancel_flight() {
    let write = Write { requests: &["GetItem", "GetItem", "Query", "UpdateItem"], ..REPORT };
    withstand(&write, || reporting("cancel")).await;
}

/// A flight that was ended for its silence.
#[tokio::test]
async fn reopen_flight() {
    for what in ["serverStart", "tick"] {
        let write = Write { requests: &["GetItem", "UpdateItem", "UpdateItem"], ..REPORT };
        let prepare = async || {
            let (app, key, flight) = with_flight().await;
            let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
            silence(&app).await;
            Scene::request(app, move |app| app.post(&format!("/flight/{flight}/{what}")).key(&key))
        };
        // Either of the two writes may find that the other has taken effect.
        withstand_passing(&write, prepare).await;
    }
}

#[tokio::test]
async fn server_start() {
    withstand(&REPORT, || reporting("serverStart")).await;
}

#[tokio::test]
async fn tick() {
    withstand(&REPORT, || reporting("tick")).await;
}

#[tokio::test]
async fn server_end() {
    withstand(&REPORT, || reporting("serverEnd")).await;
}

#[tokio::test]
async fn board_passenger() {
    withstand(&BOARDING, || boarding_with(None)).await;
}

#[tokio::test]
async fn board_passenger_with_an_idempotency_key() {
    let write = Write {
        effect: &[
            "+ FLIGHT#… PASSENGER#123456789",
            "+ FLYER#123456789 000000000001",
            "+ FLYER#123456789 FLIGHTS#00000000",
            "+ FLYER#123456789 FLYER",
            "+ FLYER#123456789 OUTCOME#skyteam#k1",
            "~ FLIGHT#… FLIGHT",
        ],
        repeated: Some("201 idempotency-replayed: true"),
        ..BOARDING
    };
    withstand(&write, || boarding_with(Some("k1"))).await;
}

/// The items of one table are never read.
#[tokio::test]
async fn a_read_that_stays_incomplete() {
    let (app, key, flight) = with_flight().await;
    let hurried = app.another_instance(Duration::from_millis(300));
    app.wire.disturb([Fault::None]);
    app.wire.disturb_all(Fault::LeaveTable("flights"));
    let call = || hurried.post(&format!("/flight/{flight}/passengers")).key(&key).json(&boarding(FLYER));

    let answer = call().send().await.expect(503);

    assert_eq!(answer.json()["error"], "Please retry");
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.wire.reset();
    let _boarded = call().send().await.expect(201);
}
