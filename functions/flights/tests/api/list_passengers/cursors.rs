//! Cursors that the listing did not issue.

use crate::scene::with_flight;
use http::StatusCode;
use serde_json::json;
use std::time::Duration;
use testing::TestApp;

async fn assert_rejected(app: &TestApp, key: &str, flight: &str, cursor: &str) {
    let refused = app.get(&format!("/flight/{flight}/passengers?next={cursor}")).key(key).send().await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{cursor}");
    assert_eq!(refused.json(), json!({ "error": "\"next\": not a cursor of this listing" }), "{cursor}");
}

/// Boards two flyers and returns the cursor between them.
async fn cursor(app: &TestApp, key: &str, flight: &str) -> String {
    for flyer in ["1", "2"] {
        app.board(key, flight, flyer, 500).await;
        app.clock.advance(Duration::from_millis(1));
    }
    let page = app.get(&format!("/flight/{flight}/passengers?limit=1")).key(key).send().await.expect(200).json();
    page["next"].as_str().expect("there should be another page").to_owned()
}

#[tokio::test]
async fn need_no_encoding_in_a_query() {
    let (app, key, flight) = with_flight().await;
    let cursor = cursor(&app, &key, &flight).await;

    assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{cursor}");
}

#[tokio::test]
async fn are_rejected_if_any_character_changes() {
    let (app, key, flight) = with_flight().await;
    let cursor = cursor(&app, &key, &flight).await;

    for position in 0..cursor.len() {
        let other = if cursor.as_bytes()[position] == b'A' { "B" } else { "A" };
        let mut changed = cursor.clone();
        changed.replace_range(position..=position, other);
        assert_rejected(&app, &key, &flight, &changed).await;
    }
}

#[tokio::test]
async fn are_rejected_if_truncated_or_extended() {
    let (app, key, flight) = with_flight().await;
    let cursor = cursor(&app, &key, &flight).await;

    for end in 0..cursor.len() {
        assert_rejected(&app, &key, &flight, &cursor[..end]).await;
    }
    for more in ["A", "AAAA", "=", "%00", "%20"] {
        assert_rejected(&app, &key, &flight, &format!("{cursor}{more}")).await;
    }
}

#[tokio::test]
async fn are_rejected_if_never_issued() {
    let (app, key, flight) = with_flight().await;
    let _there_is_one = cursor(&app, &key, &flight).await;
    let overlong = "A".repeat(8_000);

    let never = ["", "null", "1", "AAAAAAAAAAA", "%FF", "%F0%9F%9B%AB", "..%2F", "{}", "2024-03-15", &overlong];
    for text in never {
        assert_rejected(&app, &key, &flight, text).await;
    }
}

#[tokio::test]
async fn are_rejected_on_another_flight() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;
    let cursor_of_it = cursor(&app, &key, &flight).await;
    let cursor_of_other = cursor(&app, &key, &other).await;

    assert_rejected(&app, &key, &flight, &cursor_of_other).await;
    assert_rejected(&app, &key, &other, &cursor_of_it).await;
}

#[tokio::test]
async fn are_not_interchangeable_with_ledger_cursors() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;
    let cursor = cursor(&app, &key, &flight).await;
    app.board(&key, &other, "1", 500).await;
    let ledger = app.get("/user/1/transactions?limit=1").key(&key).send().await.expect(200).json();

    assert_rejected(&app, &key, &flight, ledger["next"].as_str().expect("there should be another page")).await;
    let refused = app.get(&format!("/user/1/transactions?next={cursor}")).key(&key).send().await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "\"next\": not a cursor of this listing" }));
}
