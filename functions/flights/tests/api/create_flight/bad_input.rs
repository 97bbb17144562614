//! Invalid flights. None of these requests may reach DynamoDB.

use crate::scene::{draft, with_airline};
use http::StatusCode;
use serde_json::{Value, json};
use testing::TestApp;

const NAME: &str = "must be 1 to 100 characters";
const SLUG: &str = "must be 1 to 64 of a-z, 0-9 and -";
const AIRPORT: &str = "must be the 4 letters of an ICAO airport code";
const TIME: &str = "must be an ISO 8601 time with offset, in the years 1970 to 9999";
const LINK: &str = "must be an http or https URL, or a host such as example.com/x, of up to 2048 characters";

/// Asserts that a draft is rejected for `reason` with each of these values in `field`.
async fn assert_rejected(
    (app, key): &(TestApp, String),
    field: &str,
    values: impl IntoIterator<Item = Value>,
    reason: &str,
) {
    for value in values {
        let mut draft = draft();
        draft[field] = value;
        let refused = app.post("/flight").key(key).json(&draft).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{draft}");
        assert_eq!(refused.json(), json!({ "error": format!("\"{field}\" {reason}") }), "{draft}");
        assert!(app.wire.take_operations().is_empty(), "{draft}");
    }
}

#[tokio::test]
async fn rejects_names_of_the_wrong_length() {
    let api = with_airline().await;
    for field in ["code", "aircraft"] {
        assert_rejected(
            &api,
            field,
            [json!("a".repeat(101)), json!("🛫".repeat(101)), json!("a".repeat(90_000))],
            NAME,
        )
        .await;
        assert_rejected(
            &api,
            field,
            [json!(""), json!(" "), json!("\t\n"), json!("\u{2003}")],
            "is not allowed to be empty",
        )
        .await;
    }
}

#[tokio::test]
async fn rejects_invalid_brand_and_airline_ids() {
    let api = with_airline().await;
    for field in ["brandId", "codeshareAirlineId"] {
        assert_rejected(&api, field, [json!("")], "is not allowed to be empty").await;
        let bad = [" ", "SkyTeam", "sky_team", "sky team", "skyteam/main", "skyteam#main", "ŝky"];
        assert_rejected(&api, field, bad.map(|id| json!(id)), SLUG).await;
        assert_rejected(&api, field, [json!("a".repeat(65))], SLUG).await;
    }
}

#[tokio::test]
async fn rejects_an_invalid_airport() {
    let api = with_airline().await;
    for field in ["departure", "arrival"] {
        let bad = ["", "JFK", "KJFKX", "K1FK", "K FK", " KJFK", "KJFK ", "ÅJFK", "ÅÅ", "🛫"];
        assert_rejected(&api, field, bad.map(|code| json!(code)), AIRPORT).await;
    }
}

#[tokio::test]
async fn rejects_an_invalid_time() {
    let api = with_airline().await;
    let bad = [
        "",
        "now",
        "tomorrow",
        "1710511200000",
        "2024-03-15",
        "2024-03-15T14:00:00",
        "15.03.2024 14:00Z",
        "03/15/2024 14:00Z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-03-15T25:00:00Z",
        "2024-03-15T14:60:00Z",
        "2024-03-15T14:00:00+99:00",
        "2024-03-15T14:00:00 CET",
        "10000-01-01T00:00:00Z",
        "+010000-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00+00:01",
        "-000001-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "２０２４-03-15T14:00:00Z",
    ];
    assert_rejected(&api, "startTime", bad.map(|time| json!(time)), TIME).await;
    assert_rejected(&api, "startTime", [json!("2".repeat(90_000))], TIME).await;
}

#[tokio::test]
async fn rejects_an_invalid_link() {
    let api = with_airline().await;
    let bad = [
        "discord",
        "//discord.gg/skyteam",
        "/skyteam",
        "https:",
        "https://",
        "https:///skyteam",
        "https://:443/",
        "ftp://example.com",
        "javascript:alert(1)",
        "data:text/html,hi",
        "mailto:pilot@example.com",
        "https://example.com/a b",
        " https://example.com",
        "https://example.com\n",
        "https://exämple.com",
        "https://example.com/ä",
        "https://example.com:port/",
    ];
    assert_rejected(&api, "discordEventLink", bad.map(|link| json!(link)), LINK).await;
    let overlong = format!("https://example.com/{}", "a".repeat(2049 - 20));
    assert_rejected(&api, "discordEventLink", [json!(overlong)], LINK).await;
}

#[tokio::test]
async fn rejects_values_of_the_wrong_type() {
    let api = with_airline().await;
    let types = [json!(1.5), json!(true), json!(["ST123"]), json!({ "id": "ST123" })];
    let fields =
        ["code", "aircraft", "brandId", "departure", "arrival", "startTime", "codeshareAirlineId", "discordEventLink"];
    for field in fields {
        assert_rejected(&api, field, types.clone(), "must be a string").await;
        assert_rejected(&api, field, [json!(123), json!(-1), json!(u64::MAX)], "must be a string").await;
    }
    assert_rejected(&api, "gameId", types, "must be an integer or a string of digits").await;
}

#[tokio::test]
async fn rejects_a_missing_required_field() {
    let api = with_airline().await;
    let (app, key) = &api;
    for field in ["code", "gameId", "aircraft", "brandId", "departure", "arrival"] {
        let mut without = draft();
        let _removed = without.as_object_mut().unwrap().remove(field);
        let refused = app.post("/flight").key(key).json(&without).send().await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.json(), json!({ "error": format!("\"{field}\" is required") }));

        assert_rejected(&api, field, [json!(null)], "is required").await;
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_unknown_fields() {
    let (app, key) = with_airline().await;
    // Fields that only the server sets, and a misspelled field.
    for field in ["id", "airlineId", "startedAt", "endTime", "miles", "Code", "game_id", ""] {
        let mut draft = draft();
        draft[field] = json!("2024-03-15T14:00:00.000Z");
        let refused = app.post("/flight").key(&key).json(&draft).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{field}");
        let error = refused.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(error, format!("\"{field}\" is not allowed"));
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_a_duplicate_field() {
    let (app, key) = with_airline().await;
    let twice = draft().to_string().replacen('{', r#"{"code":"ST1","#, 1);

    let refused = app.post("/flight").key(&key).body(twice).send().await;

    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "\"code\" must be given once" }));
    assert!(app.wire.take_operations().is_empty());
}
