//! Boardings with an `Idempotency-Key`.

use crate::scene::{FLYER, audited, board, boarding, report, with_codeshare, with_flight};
use http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, TestApp};

async fn board_with(app: &TestApp, key: &str, flight: &str, idempotency_key: &str, boarding: &Value) -> Answer {
    let call = app.post(&format!("/flight/{flight}/passengers")).key(key);
    call.header("idempotency-key", idempotency_key).json(boarding).send().await
}

fn assert_replay(answer: &Answer, of: &Answer) {
    assert_eq!(answer.shown(), of.shown());
    assert_eq!(answer.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn replays_the_first_response() {
    let (app, key, flight) = with_flight().await;

    let first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);

    // The flyer, the flight and the clock change, but the response does not.
    let other = app.flight(&key, "skyteam").await;
    app.board(&key, &other, FLYER, 700).await;
    app.clock.advance(Duration::from_secs(40));
    assert_replay(&board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await, &first);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);

    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
    assert_replay(&board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await, &first);
    assert_eq!(app.balance(FLYER).await, 1200);
    assert_eq!(audited(&app).await, (1, 2, 2));
}

#[tokio::test]
async fn recognizes_the_same_body_written_differently() {
    let (app, key, flight) = with_flight().await;
    let first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);
    let reordered = r#"{
        "displayName": "Captain\u0020John", "username": "pilot123", "miles": 500, "userId": "\u0031\u00323456789"
    }"#;

    let call = app.post(&format!("/flight/{flight}/passengers")).key(&key).header("Idempotency-Key", "k1");
    assert_replay(&call.body(reordered).send().await, &first);
}

#[tokio::test]
async fn rejects_the_key_with_a_different_body() {
    let (app, key, flight) = with_flight().await;
    let _first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);
    app.wire.reset();
    let others = [
        ("miles", json!(501)),
        ("username", json!("pilot124")),
        ("displayName", json!(null)),
        ("avatarUrl", json!("https://example.com/pilot123.png")),
    ];
    for (field, value) in others {
        let mut other = boarding(FLYER);
        other[field] = value;
        let refused = board_with(&app, &key, &flight, "k1", &other).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{other}");
        assert_eq!(refused.json(), json!({ "error": "Idempotency-Key was used with another body" }), "{other}");
        assert_eq!(refused.header("idempotency-replayed"), None);
        assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
    }
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn rejects_the_key_on_another_flight() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;
    let _first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);

    // The second flight does not even exist.
    for flight in [other.as_str(), "00000000-0000-4000-8000-000000000000"] {
        let refused = board_with(&app, &key, flight, "k1", &boarding(FLYER)).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json(), json!({ "error": "Idempotency-Key was used with another body" }));
    }
    assert_eq!(audited(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn scopes_keys_to_flyer_airline_and_operation() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;
    let first = board_with(&app, &skyteam, &flight, "k1", &boarding("1")).await.expect(201);

    let another_flyers = board_with(&app, &skyteam, &flight, "k1", &boarding("2")).await.expect(201);
    assert_eq!(another_flyers.header("idempotency-replayed"), None);
    // Keys are case-sensitive.
    let another_key = board_with(&app, &skyteam, &flight, "K1", &boarding("1")).await;
    assert_eq!(another_key.json(), json!({ "error": "Passenger already boarded" }));
    let another_airlines = board_with(&app, &bluebird, &flight, "k1", &boarding("1")).await;
    assert_eq!(another_airlines.json(), json!({ "error": "Passenger already boarded" }));
    // A purchase by the same flyer counts as a different body.
    let product = app.product(&skyteam, 100).await;
    let call = app.post("/user/1/buyProduct").key(&skyteam).header("idempotency-key", "k1");
    let purchase = call.json(&json!({ "productId": product })).send().await;
    assert_eq!(purchase.status, StatusCode::UNPROCESSABLE_ENTITY);

    assert_replay(&board_with(&app, &skyteam, &flight, "k1", &boarding("1")).await, &first);
    assert_eq!(audited(&app).await, (2, 2, 2));
}

#[tokio::test]
async fn does_not_record_rejections() {
    let (app, key, flight) = with_flight().await;
    let nameless = json!({ "userId": FLYER, "miles": 500 });
    let refused = board_with(&app, &key, &flight, "k1", &nameless).await;
    assert_eq!(refused.json(), json!({ "error": "\"username\" is required for a flyer not seen before" }));

    let other = app.flight(&key, "skyteam").await;
    app.board(&key, &other, FLYER, 700).await;
    let boarded = board_with(&app, &key, &flight, "k1", &nameless).await.expect(201);

    assert_eq!(boarded.header("idempotency-replayed"), None);
    assert_eq!(boarded.json()["user"]["miles"], 1200);
}

#[tokio::test]
async fn forgets_the_key_after_a_day() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;
    let first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);

    app.clock.advance(Duration::from_secs(24 * 60 * 60 - 1));
    assert_replay(&board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await, &first);

    app.clock.advance(Duration::from_secs(1));
    let repeated = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await;
    assert_eq!(repeated.json(), json!({ "error": "Passenger already boarded" }));
    // The key can be reused, although the record may still exist.
    let second = board_with(&app, &key, &other, "k1", &boarding(FLYER)).await.expect(201);
    assert_eq!(second.header("idempotency-replayed"), None);
    assert_replay(&board_with(&app, &key, &other, "k1", &boarding(FLYER)).await, &second);
    assert_eq!(audited(&app).await, (1, 2, 2));
}

#[tokio::test]
async fn accepts_any_visible_ascii_as_a_key() {
    let (app, key, flight) = with_flight().await;
    let visible: String = ('!'..='~').filter(|c| *c != ',').collect();
    let longest = "k".repeat(255);
    for (flyer, idempotency_key) in [("1", "0"), ("2", "#"), ("3", &visible), ("4", &longest)] {
        let first = board_with(&app, &key, &flight, idempotency_key, &boarding(flyer)).await.expect(201);
        assert_replay(&board_with(&app, &key, &flight, idempotency_key, &boarding(flyer)).await, &first);
    }
}

#[tokio::test]
async fn rejects_an_invalid_key() {
    let (app, key, flight) = with_flight().await;
    let path = format!("/flight/{flight}/passengers");
    let overlong = "k".repeat(256);
    let bad: [&[u8]; 8] = [b"", b" ", b"a b", b"a\tb", b" k1", "clé".as_bytes(), b"\xff\xfe", overlong.as_bytes()];
    for idempotency_key in bad {
        let call = app.post(&path).key(&key).header_bytes("idempotency-key", idempotency_key);
        let refused = call.json(&boarding(FLYER)).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let expected = "Idempotency-Key: expected 1 to 255 visible ASCII characters other than a comma";
        assert_eq!(refused.json(), json!({ "error": expected }));
    }
    let call = app.post(&path).key(&key).header("idempotency-key", "k1").header("idempotency-key", "k1");
    let refused = call.json(&boarding(FLYER)).send().await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "Idempotency-Key: given more than once" }));

    assert!(app.wire.take_operations().is_empty());
}

/// Without a key, a repeated request is a new request.
#[tokio::test]
async fn replays_nothing_without_a_key() {
    let (app, key, flight) = with_flight().await;
    let _first = board_with(&app, &key, &flight, "k1", &boarding(FLYER)).await.expect(201);

    let repeated = board(&app, &key, &flight, &boarding(FLYER)).await;

    assert_eq!(repeated.json(), json!({ "error": "Passenger already boarded" }));
}
