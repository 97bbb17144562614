//! Requests for routes that do not exist.

use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

#[tokio::test]
async fn is_reported_with_its_path() {
    let app = crate::start().await;

    let answer = app.get("/the/path").send().await;

    assert_snapshot!(answer.shown(), @r#"
    404 {
      "error": "Not Found",
      "path": "/the/path"
    }
    "#);
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn is_reported_for_any_unknown_path() {
    let app = crate::start().await;
    let paths = [
        "//",
        "/health/",
        "/Health",
        "/health/more",
        "//health",
        "/airline/",
        "/airline/products/",
        "/airline/products/a1b2c3/more",
        "/airlines/skyteam",
        "/airlines//keys",
        "/airlines/skyteam/keys/",
        "/flight/fetchUpcomingFlights/more",
        "/user",
        "/user/123456789",
        "/usersx",
        "/favicon.ico",
        "/..",
        "/%2e%2e/health",
        "/%68ealth",
        "/a%2Fb%20c",
        "/%FF",
    ];

    for path in paths {
        let answer = app.get(&format!("{path}?not=shown")).send().await.expect(404).json();
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        assert_eq!(answer, not_found(&path), "{path}");
    }
}

/// Returns the response for an unknown path. The first segment of the path decides the error format.
fn not_found(path: &str) -> Value {
    let first = path.split('/').nth(1);
    if first.is_some_and(|first| ["users", "badges", "airlines", "auth"].contains(&first)) {
        json!({ "statusCode": 404, "error": "Not Found", "message": "Not Found" })
    } else {
        json!({ "error": "Not Found", "path": path })
    }
}

#[tokio::test]
async fn is_reported_for_any_unknown_method() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let calls = [
        (Method::POST, "/health"),
        (Method::OPTIONS, "/health"),
        (Method::PUT, "/airline/products/a1b2c3"),
        (Method::GET, "/airline/products"),
        (Method::DELETE, "/airline/brands"),
        (Method::GET, "/airlines"),
        (Method::GET, "/airlines/skyteam/keys"),
        (Method::POST, "/airlines/skyteam/keys/k3v9x2m7q4w8"),
        (Method::GET, "/user/123456789/buyProduct"),
        (Method::PATCH, "/flight"),
        (Method::TRACE, "/status"),
        (Method::from_bytes(b"BREW").unwrap(), "/airline"),
    ];

    for (method, path) in calls {
        for key in ["", &key] {
            let answer = app.call(method.clone(), path).key(key).send().await.expect(404);
            assert_eq!(answer.json(), not_found(path), "{path}");
        }
    }
}

#[tokio::test]
async fn is_reported_under_users_in_the_web_clients_format() {
    let app = crate::start().await;
    let calls = [
        (Method::GET, "/users/fetchUsersData"),
        (Method::PUT, "/users/fetchUsersData"),
        (Method::POST, "/users/"),
        (Method::POST, "/users/self/more/still"),
        (Method::DELETE, "/users"),
        (Method::PUT, "/users/%FF/%00"),
    ];

    for (method, path) in calls {
        let answer = app.call(method, path).send().await;
        allow_duplicates! {
            assert_snapshot!(answer.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "Not Found"
            }
            "#);
        }
    }
}
