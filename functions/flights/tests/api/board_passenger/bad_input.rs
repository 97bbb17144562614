//! Invalid boardings. None of these requests may reach DynamoDB.

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
        assert_eq!(refused.json(), json!({ "error": format!("\"{field}\": {reason}") }), "{boarding}");
        assert!(app.wire.take_operations().is_empty(), "{boarding}");
    }
}

#[tokio::test]
async fn rejects_an_invalid_flyer_id() {
    let scene = with_flight().await;
    let bad =
        ["", " ", "0x1", "-1", "+1", "1.0", "1e3", "abc", " 1", "1 ", "1\n", "1#2", "１２３", "123456789012345678901"];
    assert_rejected(&scene, "userId", bad.map(|id| json!(id)), "expected 1 to 20 decimal digits").await;
    assert_rejected(&scene, "userId", [json!("1".repeat(90_000))], "expected 1 to 20 decimal digits").await;
}

#[tokio::test]
async fn rejects_miles_out_of_range() {
    let scene = with_flight().await;
    let bad = [
        (json!(-1), "invalid value: integer \"-1\""),
        (json!(1_000_001), "invalid value: integer \"1000001\""),
        (json!(i64::MIN), "invalid value: integer \"-9223372036854775808\""),
        (json!(u64::MAX), "invalid value: integer \"18446744073709551615\""),
        (json!(0.5), "invalid type: floating point \"0.5\""),
        (json!(500.0), "invalid type: floating point \"500.0\""),
        (json!(1e30), "invalid type: floating point \"1e+30\""),
        (json!("500"), "invalid type: string \"500\""),
        (json!(""), "invalid type: string \"\""),
        (json!(true), "invalid type: boolean \"true\""),
        (json!(null), "invalid type: null"),
        (json!([500]), "invalid type: sequence"),
        (json!({ "amount": 500 }), "invalid type: map"),
    ];
    for (value, found) in bad {
        assert_rejected(&scene, "miles", [value], &format!("{found}, expected an integer from 0 to 1000000")).await;
    }
}

/// Numbers that `serde_json::Value` cannot hold, so the bodies are written as text.
#[tokio::test]
async fn rejects_numbers_too_large_for_a_json_value() {
    let (app, key, flight) = with_flight().await;
    let bad = [
        (
            "18446744073709551616",
            "\"miles\": invalid type: floating point \"1.8446744073709552e+19\", expected an integer from 0 to 1000000",
        ),
        ("5e2", "\"miles\": invalid type: floating point \"500.0\", expected an integer from 0 to 1000000"),
        ("-0", "\"miles\": invalid type: floating point \"-0.0\", expected an integer from 0 to 1000000"),
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
        let bad = ["", &"a".repeat(101), &"🛫".repeat(101), &"a".repeat(90_000)];
        assert_rejected(&scene, field, bad.map(|name| json!(name)), "expected 1 to 100 characters").await;
        let blank = [" ", "\t", "\u{2003}\u{a0}"];
        assert_rejected(&scene, field, blank.map(|name| json!(name)), "expected more than white space").await;
    }
}

#[tokio::test]
async fn rejects_an_invalid_avatar_url() {
    let scene = with_flight().await;
    let overlong = format!("https://example.com/{}", "a".repeat(2049 - 20));
    let bad = [
        "",
        "pilot123.png",
        "//example.com/a.png",
        "https://",
        "ftp://example.com/a.png",
        "data:image/png;base64,AA",
        &overlong,
    ];
    let reason = "expected an http or https URL of up to 2048 characters";
    assert_rejected(&scene, "avatarUrl", bad.map(|link| json!(link)), reason).await;
}

#[tokio::test]
async fn rejects_values_of_the_wrong_type() {
    let scene = with_flight().await;
    let types = [
        (json!(123_456_789), "integer \"123456789\""),
        (json!(1.5), "floating point \"1.5\""),
        (json!(false), "boolean \"false\""),
        (json!(["1"]), "sequence"),
        (json!({ "id": "1" }), "map"),
    ];
    for field in ["userId", "username", "displayName", "avatarUrl"] {
        for (value, found) in types.clone() {
            assert_rejected(&scene, field, [value], &format!("invalid type: {found}, expected a string")).await;
        }
    }
    assert_rejected(&scene, "userId", [json!(null)], "invalid type: null, expected a string").await;
}

#[tokio::test]
async fn rejects_a_missing_required_field() {
    let (app, key, flight) = with_flight().await;
    for field in ["userId", "miles"] {
        let mut without = boarding(FLYER);
        let _removed = without.as_object_mut().unwrap().remove(field);
        let refused = board(&app, &key, &flight, &without).await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json(), json!({ "error": format!("missing field \"{field}\"") }));
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_unknown_fields() {
    let scene = with_flight().await;
    let reason = |field: &str| {
        let known = r#""userId", "miles", "username", "displayName", "avatarUrl""#;
        format!("unknown field \"{field}\", expected one of {known}")
    };
    for field in ["flightId", "joinedAt", "airlineId", "amount", "userid"] {
        assert_rejected(&scene, field, [json!(1)], &reason(field)).await;
    }
}

#[tokio::test]
async fn rejects_a_duplicate_field() {
    let (app, key, flight) = with_flight().await;
    let twice = boarding(FLYER).to_string().replacen('{', r#"{"miles":1,"#, 1);

    let refused = app.post(&format!("/flight/{flight}/passengers")).key(&key).body(twice).send().await;

    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "duplicate field \"miles\"" }));
    assert!(app.wire.take_operations().is_empty());
}
