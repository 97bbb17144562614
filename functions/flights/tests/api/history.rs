//! A flyer's history with more boardings than the 100 that one of its pages holds.

use crate::scene::{FLYER, audited, board, with_airline};
use serde_json::{Value, json};
use std::time::Duration;
use testing::TestApp;

/// Boards the flyer on new flights, one second apart and for n miles on the nth, until `flown` has `until` flights.
async fn fly(app: &TestApp, key: &str, flown: &mut Vec<String>, until: usize) {
    for miles in flown.len() + 1..=until {
        app.clock.advance(Duration::from_secs(1));
        let flight = app.flight(key, "skyteam").await;
        let boarding =
            json!({ "userId": FLYER, "miles": miles, "username": "pilot123", "displayName": "Captain John" });
        let _boarded = board(app, key, &flight, &boarding).await.expect(201);
        flown.push(flight);
    }
    app.wire.reset();
}

async fn history(app: &TestApp, key: &str) -> Value {
    let mut read = app.post("/users/fetchUsersData").key(key).json(&json!([FLYER])).send().await.expect(200).json();
    read["data"][0].take()
}

#[tokio::test]
async fn keeps_every_flight_newest_first() {
    let (app, key) = with_airline().await;
    let mut flown = Vec::new();
    for (flights, cost) in [(100, 2), (101, 4), (205, 5)] {
        fly(&app, &key, &mut flown, flights).await;

        let history = history(&app, &key).await;

        // The flyer with the first page, then its flights and the other pages, 100 at a time, then those flights.
        assert_eq!(app.wire.take_operations(), vec!["BatchGetItem"; cost], "{flights} flights");
        let listed = history["flights"].as_array().expect("`flights` should be an array");
        assert!(listed.iter().map(|flight| flight["id"].as_str().unwrap()).eq(flown.iter().rev()), "{flights} flights");
        let miles = listed.iter().map(|flight| usize::try_from(flight["miles"].as_u64().unwrap()).unwrap());
        assert!(miles.eq((1..=flights).rev()), "{flights} flights");
        assert_eq!(history["user"]["miles"], json!(flights * (flights + 1) / 2));
    }
    assert_eq!(audited(&app).await, (1, 205, 205));
}
