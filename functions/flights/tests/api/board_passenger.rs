//! `POST /flight/{id}/passengers`

mod bad_input;
mod idempotency;

use crate::scene::{FLYER, audited, board, boarding, passengers, report, with_flight};
use http::StatusCode;
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;
use shared::ledger::open_account;
use shared::models::MAX_MILES;
use std::time::Duration;

#[tokio::test]
async fn creates_and_credits_a_new_flyer() {
    let (app, key, flight) = with_flight().await;
    let mut boarding = boarding(FLYER);
    boarding["avatarUrl"] = json!("https://example.com/pilot123.png");

    let boarded = board(&app, &key, &flight, &boarding).await;

    assert_snapshot!(boarded.shown(), @r#"
    201 {
      "passenger": {
        "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
        "userId": "123456789",
        "miles": 500,
        "joinedAt": "2024-03-15T10:30:00.000Z"
      },
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 500,
        "avatarUrl": "https://example.com/pilot123.png",
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    assert_eq!(boarded.header("idempotency-replayed"), None);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    assert_json_snapshot!(app.ledger(FLYER).await, @r#"
    [
      {
        "airlineId": "skyteam",
        "amount": 500,
        "balanceAfter": 500,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
        "id": "123456789-1",
        "note": "Miles earned from flight",
        "productId": null,
        "seq": 1,
        "source": "flight",
        "type": "earn",
        "userId": "123456789"
      }
    ]
    "#);
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn credits_a_known_flyer_and_takes_over_names_and_picture() {
    let (app, key, flight) = with_flight().await;
    app.board(&key, &flight, FLYER, 4500).await;
    let other = app.flight(&key, "skyteam").await;
    app.clock.advance(Duration::from_secs(40));
    let renamed = json!({
        "userId": FLYER, "miles": 500, "username": "renamed", "displayName": "Renamed",
        "avatarUrl": "https://example.com/renamed.png",
    });

    let boarded = board(&app, &key, &other, &renamed).await;

    assert_snapshot!(boarded.shown(), @r#"
    201 {
      "passenger": {
        "flightId": "644f9183-a0e9-4634-ac85-445a2b8d1ad8",
        "userId": "123456789",
        "miles": 500,
        "joinedAt": "2024-03-15T10:30:40.000Z"
      },
      "user": {
        "userId": "123456789",
        "username": "renamed",
        "displayName": "Renamed",
        "miles": 5000,
        "avatarUrl": "https://example.com/renamed.png",
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:40.000Z"
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    assert_json_snapshot!(app.ledger(FLYER).await[1], @r#"
    {
      "airlineId": "skyteam",
      "amount": 500,
      "balanceAfter": 5000,
      "createdAt": "2024-03-15T10:30:40.000Z",
      "flightId": "644f9183-a0e9-4634-ac85-445a2b8d1ad8",
      "id": "123456789-2",
      "note": "Miles earned from flight",
      "productId": null,
      "seq": 2,
      "source": "flight",
      "type": "earn",
      "userId": "123456789"
    }
    "#);
    let read = app.post("/users/fetchUsersData").key(&key).json(&json!([FLYER])).send().await.expect(200).json();
    assert_eq!(read["data"][0]["user"], boarded.json()["user"], "the response should be what is stored");
    assert_eq!(audited(&app).await, (1, 2, 2));
}

#[tokio::test]
async fn needs_no_names_for_a_known_flyer() {
    let (app, key, flight) = with_flight().await;
    app.board(&key, &flight, FLYER, 500).await;
    for names in [json!({}), json!({ "username": null, "displayName": null, "avatarUrl": null })] {
        let other = app.flight(&key, "skyteam").await;
        let mut boarding = names;
        boarding["userId"] = json!(FLYER);
        boarding["miles"] = json!(1);

        let boarded = board(&app, &key, &other, &boarding).await.expect(201).json();

        assert_eq!(boarded["user"]["username"], "pilot123");
    }
}

#[tokio::test]
async fn requires_names_for_a_new_flyer() {
    let (app, key, flight) = with_flight().await;
    for (missing, error) in [
        (["username", "displayName"], "\"username\" is required for a flyer not seen before"),
        (["username", "username"], "\"username\" is required for a flyer not seen before"),
        (["displayName", "displayName"], "\"displayName\" is required for a flyer not seen before"),
    ] {
        let mut without = boarding(FLYER);
        let mut with_null = boarding(FLYER);
        for field in missing {
            let _removed = without.as_object_mut().unwrap().remove(field);
            with_null[field] = json!(null);
        }
        for boarding in [without, with_null] {
            let refused = board(&app, &key, &flight, &boarding).await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{boarding}");
            assert_eq!(refused.json(), json!({ "error": error }), "{boarding}");
            assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
        }
    }
    assert_eq!(audited(&app).await, (0, 0, 0));
}

#[tokio::test]
async fn records_a_boarding_with_zero_miles_in_the_ledger() {
    let (app, key, flight) = with_flight().await;
    let mut boarding = boarding(FLYER);
    boarding["miles"] = json!(0);

    let boarded = board(&app, &key, &flight, &boarding).await.expect(201).json();

    assert_eq!((&boarded["passenger"]["miles"], &boarded["user"]["miles"]), (&json!(0), &json!(0)));
    let ledger = app.ledger(FLYER).await;
    assert_eq!(ledger.len(), 1);
    assert_eq!((&ledger[0]["amount"], &ledger[0]["type"]), (&json!(0), &json!("earn")));
    assert_eq!(ledger[0]["flightId"], json!(flight));
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn accepts_values_at_the_limits() {
    let (app, key, flight) = with_flight().await;
    let bounds = [
        ("1", 1_000_000, "a", "🛫"),
        ("9223372036854775807", 1, "a", "🛫"),
        ("2", 1, &"a".repeat(100), &"🛫".repeat(100)),
    ];
    for (flyer, miles, username, display_name) in bounds {
        let boarding = json!({ "userId": flyer, "miles": miles, "username": username, "displayName": display_name });
        let boarded = board(&app, &key, &flight, &boarding).await.expect(201).json();

        assert_eq!(boarded["user"]["miles"], json!(miles));
        assert_eq!(boarded["user"]["displayName"], json!(display_name));
    }
    assert_eq!(audited(&app).await, (3, 3, 3));
}

#[tokio::test]
async fn fills_a_balance_up_to_the_maximum_but_not_beyond() {
    let (app, key, flight) = with_flight().await;
    let now = app.now().to_string();
    let rich = serde_json::from_value(json!({
        "userId": FLYER, "username": "rich", "displayName": "Rich", "miles": MAX_MILES - 500, "avatarUrl": null,
        "createdAt": now, "updatedAt": now,
    }));
    assert!(
        open_account(app.context(), rich.expect("the flyer should be valid"))
            .await
            .expect("the account should be opened")
    );
    let mut boarding = boarding(FLYER);
    boarding["miles"] = json!(501);

    let refused = board(&app, &key, &flight, &boarding).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "\"miles\" would take the balance past its range" }));
    assert!(passengers(&app, &key, &flight).await.is_empty());

    boarding["miles"] = json!(500);
    let boarded = board(&app, &key, &flight, &boarding).await.expect(201).json();
    assert_eq!(boarded["user"]["miles"], json!(9_007_199_254_740_991_u64));
    assert_eq!(audited(&app).await, (1, 2, 1));
}

#[tokio::test]
async fn boards_no_flyer_twice() {
    let (app, key, flight) = with_flight().await;
    app.board(&key, &flight, FLYER, 500).await;
    app.clock.advance(Duration::from_secs(40));
    let mut again = boarding(FLYER);
    for miles in [500, 700] {
        again["miles"] = json!(miles);
        let refused = board(&app, &key, &flight, &again).await;

        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.json(), json!({ "error": "Passenger already boarded" }));
        assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
    }
    assert_eq!(app.balance(FLYER).await, 500);
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn rejects_an_ended_flight() {
    let (app, key, flight) = with_flight().await;
    app.board(&key, &flight, FLYER, 500).await;
    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
    app.wire.reset();

    let refused = board(&app, &key, &flight, &boarding("2")).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
    assert_eq!(passengers(&app, &key, &flight).await, [FLYER]);
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn works_before_and_after_the_flight_starts() {
    let (app, key, flight) = with_flight().await;
    let _boarded = board(&app, &key, &flight, &boarding("1")).await.expect(201);
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let _boarded = board(&app, &key, &flight, &boarding("2")).await.expect(201);
}
