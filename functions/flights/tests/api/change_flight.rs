//! `PATCH /flight/{id}`

use crate::scene::{report, upcoming, with_airline, with_codeshare, with_flight};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::sync::Arc;
use testing::{Answer, TestApp};
use tokio::task::JoinSet;

async fn change(app: &TestApp, key: &str, flight: &str, change: &Value) -> Answer {
    app.patch(&format!("/flight/{flight}")).key(key).json(change).send().await
}

#[tokio::test]
async fn changes_the_fields_that_are_sent() {
    let (app, key, flight) = with_flight().await;
    let _partner = app.airline("bluebird").await;
    app.wire.reset();
    let all = json!({
        "code": "ST9", "gameId": "42", "aircraft": "Airbus A320", "brandId": "skyteam-main", "departure": "egll",
        "arrival": "eham", "startTime": "2024-03-16T14:00:00Z", "codeshareAirlineId": "bluebird",
        "discordEventLink": "https://discord.gg/other",
    });

    let changed = change(&app, &key, &flight, &all).await;

    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    assert_snapshot!(changed.shown(), @r#"
    200 {
      "id": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
      "code": "ST9",
      "gameId": "42",
      "aircraft": "Airbus A320",
      "airlineId": "skyteam",
      "brandId": "skyteam-main",
      "departure": "EGLL",
      "arrival": "EHAM",
      "startTime": "2024-03-16T14:00:00.000Z",
      "startedAt": null,
      "endTime": null,
      "codeshareAirlineId": "bluebird",
      "discordEventLink": "https://discord.gg/other"
    }
    "#);
    let again = change(&app, &key, &flight, &json!({ "code": null, "aircraft": "A1" })).await.expect(200).json();
    assert_eq!((&again["code"], &again["aircraft"]), (&json!("ST9"), &json!("A1")));
    let alone = change(&app, &key, &flight, &json!({ "codeshareAirlineId": null })).await.expect(200).json();
    assert_eq!(alone["codeshareAirlineId"], Value::Null);
    app.wire.reset();
    let _same = change(&app, &key, &flight, &json!({ "aircraft": "A1" })).await.expect(200);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

/// The listing is in the order of the planned starts.
#[tokio::test]
async fn moves_the_flight_in_the_listing() {
    let (app, key, first) = with_flight().await;
    let second = app.flight(&key, "skyteam").await;
    let _later = change(&app, &key, &first, &json!({ "startTime": "2024-03-17T00:00:00Z" })).await.expect(200);
    assert_eq!(upcoming(&app, &key).await, [&*second, &*first]);
    let _sooner = change(&app, &key, &first, &json!({ "startTime": "2024-03-14T00:00:00Z" })).await.expect(200);
    assert_eq!(upcoming(&app, &key).await, [&*first, &*second]);
}

#[tokio::test]
async fn rejects_what_does_not_fit() {
    let (app, key, flight) = with_flight().await;
    for (body, status, error) in [
        (json!({}), 400, "Body must have at least one of the fields of a flight"),
        (json!({ "code": null }), 400, "Body must have at least one of the fields of a flight"),
        (json!({ "brandId": "unknown" }), 404, "Brand not found"),
        (json!({ "codeshareAirlineId": "unknown" }), 400, "\"codeshareAirlineId\": no airline has this id"),
        (
            json!({ "codeshareAirlineId": "skyteam" }),
            400,
            "\"codeshareAirlineId\": the airline operates the flight itself",
        ),
    ] {
        let refused = change(&app, &key, &flight, &body).await;
        assert_eq!((refused.status.as_u16(), refused.json()), (status, json!({ "error": error })), "{body}");
    }
    for body in [
        json!({ "departure": "JFK" }),
        json!({ "startTime": "soon" }),
        json!({ "codeshareAirlineId": 1 }),
        json!({ "discordEventLink": "javascript:alert(1)" }),
        json!({ "endTime": "2024-03-16T14:00:00Z" }),
    ] {
        let name = body.as_object().unwrap().keys().next().unwrap().clone();
        let refused = change(&app, &key, &flight, &body).await.expect(400).json();
        assert!(refused["error"].as_str().unwrap().contains(&name), "{body}: {refused}");
    }
}

#[tokio::test]
async fn depends_on_where_the_flight_is() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let refused = change(&app, &key, &flight, &json!({ "startTime": "2024-03-16T14:00:00Z" })).await.expect(400);
    assert_eq!(refused.json()["error"], "\"startTime\" cannot be changed: the flight has started");
    let _changed = change(&app, &key, &flight, &json!({ "arrival": "KSFO" })).await.expect(200);
    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
    let refused = change(&app, &key, &flight, &json!({ "arrival": "KLAX" })).await.expect(409);
    assert_eq!(refused.json()["error"], "Flight has ended");
}

#[tokio::test]
async fn belongs_to_the_operating_airline() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;
    let refused = change(&app, &bluebird, &flight, &json!({ "code": "X" })).await.expect(404);
    assert_eq!(refused.json()["error"], "Flight not found");
    let _changed = change(&app, &skyteam, &flight, &json!({ "code": "X" })).await.expect(200);
}

/// Changes of different fields are all kept.
#[tokio::test(flavor = "multi_thread")]
async fn keeps_all_of_many_changes_at_once() {
    let (app, key) = with_airline().await;
    let flight: Arc<str> = app.flight(&key, "skyteam").await.into();
    let (app, key): (_, Arc<str>) = (Arc::new(app), key.into());
    let changes = [
        json!({ "code": "ST9" }),
        json!({ "gameId": "42" }),
        json!({ "aircraft": "A1" }),
        json!({ "departure": "EGLL" }),
        json!({ "arrival": "EHAM" }),
    ];
    let mut calls = JoinSet::new();
    for body in changes.clone() {
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        calls.spawn(async move { change(&app, &key, &flight, &body).await.status.as_u16() });
    }
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    assert_eq!(calls.join_all().await, [200; 5]);

    let after = report(&app, &key, &flight, "serverStart").await.expect(200).json();
    for body in &changes {
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(after[name], *value);
        }
    }
    assert_ne!(after["startedAt"], Value::Null);
}
