//! Invalid boardings. None of these requests may write anything.

use crate::scene::{FLYER, board, boarding, with_flight};
use http::StatusCode;
use serde_json::{Value, json};
use testing::TestApp;

/// Asserts that a boarding is rejected for `reason` with each of these values in `field`.
async fn assert_rejected(
    (app, key, flight): &(TestApp, String, String),
    field: &str,
    values: impl IntoIterator<Item = Value>,
    reason: &str,
) {
    for value in values {
        let mut boarding = boarding(FLYER);
        boarding[field] = value;
        let refused = board(app, key, flight, &boarding).await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{boarding}");
        assert_eq!(refused.json(), json!({ "error": format!("\"{field}\" {reason}") }), "{boarding}");
        let is_written = app.wire.take_operations().iter().any(|operation| operation == "TransactWriteItems");
        assert!(!is_written, "{boarding}");
    }
}

#[tokio::test]
async fn rejects_an_invalid_flyer_id() {
    let scene = with_flight().await;
    let bad = [
        " ",
        "0",
        "01",
        "0x1",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "abc",
        " 1",
        "1 ",
        "1\n",
        "1#2",
        "１２３",
        "9223372036854775808",
    ];
    let reason = "must be a ROBLOX id, a number from 1 to 9223372036854775807 without leading zeros";
    assert_rejected(&scene, "userId", bad.map(|id| json!(id)), reason).await;
    assert_rejected(&scene, "userId", [json!("1".repeat(90_000)), json!(0), json!(-1), json!(u64::MAX)], reason).await;
    assert_rejected(&scene, "userId", [json!("")], "is not allowed to be empty").await;
}

#[tokio::test]
async fn rejects_miles_out_of_range() {
    let scene = with_flight().await;
    let bad = [
        json!(-1),
        json!(1_000_001),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        json!(1e30),
        json!("500"),
        json!(""),
        json!(true),
        json!([500]),
        json!({ "amount": 500 }),
    ];
    assert_rejected(&scene, "miles", bad, "must be an integer from 0 to 1000000").await;
}

/// Numbers that `serde_json::Value` cannot hold, so the bodies are written as text.
#[tokio::test]
async fn rejects_numbers_too_large_for_a_json_value() {
    let (app, key, flight) = with_flight().await;
    let bad = [
        ("18446744073709551616", "\"miles\" must be an integer from 0 to 1000000"),
        ("5e-1", "\"miles\" must be an integer from 0 to 1000000"),
        ("1e999", "Body must be valid JSON: number out of range at line 1 column 35"),
        ("0500", "Body must be valid JSON: invalid number at line 1 column 32"),
        ("+500", "Body must be valid JSON: expected value at line 1 column 31"),
        ("NaN", "Body must be valid JSON: expected value at line 1 column 31"),
        ("Infinity", "Body must be valid JSON: expected value at line 1 column 31"),
        ("0x1F4", "Body must be valid JSON: expected `,` or `}` at line 1 column 32"),
        ("500,000", "Body must be valid JSON: key must be a string at line 1 column 35"),
    ];
    for (miles, error) in bad {
        let body = format!(r#"{{"userId":"{FLYER}","miles":{miles},"username":"a","displayName":"b"}}"#);
        let refused = app.post(&format!("/flight/{flight}/passengers")).key(&key).body(body).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{miles}");
        assert_eq!(refused.json(), json!({ "error": error }), "{miles}");
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_names_of_the_wrong_length() {
    let scene = with_flight().await;
    for field in ["username", "displayName"] {
        let bad = [&"a".repeat(101), &"🛫".repeat(101), &"a".repeat(90_000)];
        assert_rejected(&scene, field, bad.map(|name| json!(name)), "is required for a flyer not seen before").await;
    }
}

#[tokio::test]
async fn leaves_out_an_avatar_that_cannot_be_shown() {
    let (app, key, flight) = with_flight().await;
    let overlong = format!("https://example.com/{}", "a".repeat(2049 - 20));
    let bad = [json!("/pilot123.png"), json!("data:image/png;base64,AA"), json!(overlong), json!(1.5), json!(["x"])];
    for (number, avatar) in bad.into_iter().enumerate() {
        let mut boarding = boarding(&(1000 + number).to_string());
        boarding["avatarUrl"] = avatar;
        let boarded = board(&app, &key, &flight, &boarding).await.expect(201);
        assert_eq!(boarded.json()["user"]["avatarUrl"], json!(null), "{boarding}");
    }
}

#[tokio::test]
async fn rejects_values_of_the_wrong_type() {
    let scene = with_flight().await;
    let types = [json!(1.5), json!(false), json!(["1"]), json!({ "id": "1" })];
    for field in ["username", "displayName"] {
        let reason = "is required for a flyer not seen before";
        assert_rejected(&scene, field, types.clone(), reason).await;
        assert_rejected(&scene, field, [json!(123_456_789)], reason).await;
    }
    assert_rejected(&scene, "userId", types, "must be an integer or a string of digits").await;
    assert_rejected(&scene, "userId", [json!(null)], "is required").await;
}

#[tokio::test]
async fn rejects_a_missing_required_field() {
    let (app, key, flight) = with_flight().await;
    for field in ["userId", "miles"] {
        let mut without = boarding(FLYER);
        let _removed = without.as_object_mut().unwrap().remove(field);
        let refused = board(&app, &key, &flight, &without).await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json(), json!({ "error": format!("\"{field}\" is required") }));
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_unknown_fields() {
    let scene = with_flight().await;
    for field in ["flightId", "joinedAt", "airlineId", "amount", "userid"] {
        assert_rejected(&scene, field, [json!(1)], "is not allowed").await;
    }
}

#[tokio::test]
async fn rejects_a_duplicate_field() {
    let (app, key, flight) = with_flight().await;
    let twice = boarding(FLYER).to_string().replacen('{', r#"{"miles":1,"#, 1);

    let refused = app.post(&format!("/flight/{flight}/passengers")).key(&key).body(twice).send().await;

    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "\"miles\" must be given once" }));
    assert!(app.wire.take_operations().is_empty());
}
