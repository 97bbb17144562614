//! Cross-origin requests from web pages.

use axum::http::HeaderValue;
use http::Method;
use testing::{Answer, DEMO_KEY, TestApp};

const ALLOWED: &str = "https://pages.example";

fn allowing(app: &TestApp) -> TestApp {
    app.configured(|app| app.allowed_origins = [HeaderValue::from_static(ALLOWED)].into())
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let call = app.call(Method::OPTIONS, path).header("origin", origin);
    call.header("access-control-request-method", "PATCH").send().await
}

#[tokio::test]
async fn allows_credentials_from_configured_origins() {
    let app = allowing(&crate::start().await);
    for path in ["/users/self", "/flight", "/airline/products/a1b2c3", "/user/1/buyProduct"] {
        let answer = preflight(&app, path, ALLOWED).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ALLOWED), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET,POST,PATCH,PUT,DELETE"), "{path}");
        let headers = "authorization,content-type,idempotency-key,x-api-key";
        assert_eq!(answer.header("access-control-allow-headers"), Some(headers), "{path}");
        assert_eq!(answer.header("access-control-max-age"), Some("7200"), "{path}");
        assert_eq!(answer.bytes, b"", "{path}");
    }
}

#[tokio::test]
async fn exposes_responses_and_errors() {
    let demo = crate::with_demo().await;
    let app = allowing(&demo);
    for (key, status) in [(DEMO_KEY, 200), ("sky_wrong", 401)] {
        let answer = app.get("/airline").key(key).header("origin", ALLOWED).send().await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ALLOWED));
        assert_eq!(answer.header("access-control-expose-headers"), Some("idempotency-replayed,retry-after"));
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")));
    }
}

#[tokio::test]
async fn allows_no_other_origins() {
    let app = allowing(&crate::start().await);
    for origin in ["https://evil.example", "https://pages.example.evil", "http://pages.example", "null"] {
        let answer = preflight(&app, "/users/self", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        let answer = app.get("/health").header("origin", origin).send().await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test]
async fn is_off_unless_configured() {
    let app = crate::start().await;
    let answer = preflight(&app, "/users/self", ALLOWED).await.expect(404);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    let answer = app.get("/health").header("origin", ALLOWED).send().await.expect(200);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}
