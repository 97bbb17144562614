//! Unknown and malformed flight ids in paths.

use crate::scene::{FLYER, boarding, with_airline};
use http::{Method, StatusCode};
use serde_json::json;

/// The routes, with `{id}` for a flight's id, and the DynamoDB requests that each makes for an unknown flight.
const ROUTES: [(Method, &str, &[&str]); 5] = [
    (Method::POST, "/flight/{id}/serverStart", &["UpdateItem"]),
    (Method::POST, "/flight/{id}/tick", &["UpdateItem"]),
    (Method::POST, "/flight/{id}/serverEnd", &["UpdateItem"]),
    (Method::POST, "/flight/{id}/passengers", &["BatchGetItem"]),
    (Method::GET, "/flight/{id}/passengers", &["GetItem", "Query"]),
];

#[tokio::test]
async fn get_a_404_when_unknown() {
    let (app, key) = with_airline().await;
    for (method, route, cost) in ROUTES {
        let path = route.replace("{id}", "00000000-0000-4000-8000-000000000000");
        let refused = app.call(method, &path).key(&key).json(&boarding(FLYER)).send().await;

        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{route}");
        assert_eq!(refused.json(), json!({ "error": "Flight not found" }), "{route}");
        assert_eq!(app.wire.take_operations(), cost, "{route}");
    }
}

#[tokio::test]
async fn get_a_404_when_malformed() {
    let (app, key) = with_airline().await;
    let overlong = "0".repeat(10_000);
    let ids = [
        "",
        "nope",
        "1",
        "-1",
        "null",
        "undefined",
        "00000000-0000-4000-8000-00000000000",
        "00000000-0000-4000-8000-0000000000000",
        "00000000-0000-4000-8000-00000000000g",
        "%20",
        "%00",
        "%zz",
        "%25",
        "a%2Fb",
        "..%2F..%2Fairline",
        "FLIGHT%2300000000-0000-4000-8000-000000000000",
        "%F0%9F%9B%AB",
        &overlong,
    ];
    for (method, route, _) in ROUTES {
        for id in ids {
            let path = route.replace("{id}", id);
            let refused = app.call(method.clone(), &path).key(&key).json(&boarding(FLYER)).send().await;

            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{method} {path}");
            assert_eq!(refused.json(), json!({ "error": "Flight not found" }), "{method} {path}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn are_rejected_unless_they_are_utf8() {
    let (app, key) = with_airline().await;
    for (method, route, _) in ROUTES {
        for id in ["%FF", "%C3%28", "00000000-0000-4000-8000-0000000000%80"] {
            let path = route.replace("{id}", id);
            let refused = app.call(method.clone(), &path).key(&key).json(&boarding(FLYER)).send().await;

            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{method} {path}");
            assert_eq!(refused.json(), json!({ "error": "Path must be percent-encoded UTF-8" }), "{method} {path}");
        }
    }
    assert!(app.wire.take_operations().is_empty());
}
