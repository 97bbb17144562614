//! Every flight route requires an API key.

use crate::scene::with_flight;
use http::{Method, StatusCode};
use serde_json::json;

/// The routes, with `{id}` for a flight's id.
const ROUTES: [(Method, &str); 7] = [
    (Method::POST, "/flight"),
    (Method::GET, "/flight/fetchUpcomingFlights"),
    (Method::POST, "/flight/{id}/serverStart"),
    (Method::POST, "/flight/{id}/tick"),
    (Method::POST, "/flight/{id}/serverEnd"),
    (Method::POST, "/flight/{id}/passengers"),
    (Method::GET, "/flight/{id}/passengers"),
];

#[tokio::test]
async fn rejects_a_request_without_a_key() {
    let (app, _, flight) = with_flight().await;
    for (method, route) in ROUTES {
        let path = route.replace("{id}", &flight);
        for call in [app.call(method.clone(), &path), app.call(method.clone(), &path).key("")] {
            let refused = call.send().await;

            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{method} {route}");
            assert_eq!(refused.json(), json!({ "error": "Missing x-api-key header" }), "{method} {route}");
            assert!(app.wire.take_operations().is_empty(), "{method} {route}");
        }
    }
}

#[tokio::test]
async fn rejects_an_unknown_key() {
    let (app, key, flight) = with_flight().await;
    let overlong = "k".repeat(513);
    let unknown: [(&[u8], &[&str]); 4] = [
        (b"nobodys", &["GetItem"]),
        (&key.as_bytes()[..key.len() - 1], &["GetItem"]),
        (b"\xff\xfe", &[]),
        (overlong.as_bytes(), &[]),
    ];
    for (method, route) in ROUTES {
        let path = route.replace("{id}", &flight);
        for (key, cost) in unknown {
            let refused = app.call(method.clone(), &path).header_bytes("x-api-key", key).send().await;

            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{method} {route}");
            assert_eq!(refused.json(), json!({ "error": "Invalid API key" }), "{method} {route}");
            assert_eq!(app.wire.take_operations(), cost, "{method} {route}");
        }
    }
}

#[tokio::test]
async fn is_checked_before_the_request_itself() {
    let (app, _, _) = with_flight().await;

    let refused = app.post("/flight/%FF/passengers").header("idempotency-key", "").body("{").send().await;

    assert_eq!(refused.json(), json!({ "error": "Missing x-api-key header" }));
}

#[tokio::test]
async fn does_not_apply_to_unknown_routes() {
    let (app, key, flight) = with_flight().await;
    let others = [
        (Method::GET, "/flight"),
        (Method::PUT, "/flight"),
        (Method::POST, "/flight/"),
        (Method::POST, "/flight/fetchUpcomingFlights"),
        (Method::GET, "/flight/{id}"),
        (Method::GET, "/flight/{id}/serverStart"),
        (Method::GET, "/flight/{id}/tick"),
        (Method::DELETE, "/flight/{id}/passengers"),
        (Method::POST, "/flight/{id}/tick/"),
        (Method::POST, "/flight/{id}/TICK"),
        (Method::POST, "/flight/{id}%2Ftick"),
    ];
    for (method, route) in others {
        let path = route.replace("{id}", &flight);
        let refused = app.call(method.clone(), &path).key(&key).send().await;

        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{method} {route}");
        assert_eq!(
            refused.json(),
            json!({ "error": "Not Found", "path": path.replace("%2F", "/") }),
            "{method} {route}"
        );
    }
    assert!(app.wire.take_operations().is_empty());
}
