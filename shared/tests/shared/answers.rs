//! What every route has in common: the response size limit, panics and the request deadline.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use insta::assert_snapshot;
use lambda_http::{Context, RequestExt};
use shared::App;
use shared::http::{Contract, FlyersError, MembersError};
use shared::models::MAX_ANSWER_BYTES;
use shared::store::StoreError;
use std::fmt::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use testing::{Fault, TestApp};
use tower::ServiceExt;
use utoipa_axum::router::OpenApiRouter;

/// Maximum size of a function's response (*Lambda quotas*, invocation payload, synchronous).
const LAMBDA_LIMIT: usize = 6 * 1024 * 1024;

/// Returns a service whose only route responds with `answer`.
fn service(app: &TestApp, answer: impl Fn(App) -> Response<Body> + Clone + Send + Sync + 'static) -> Router {
    let handler = get(|State(app): State<App>| async move { answer(app) });
    let routes = Contract::Flyers.applied_to(OpenApiRouter::new().route("/x", handler));
    shared::http::router(routes, app.app.clone())
}

fn request() -> Request<Body> {
    Request::get("/x").body(Body::empty()).unwrap()
}

async fn text(response: Response<Body>) -> (StatusCode, String) {
    let (parts, body) = response.into_parts();
    (parts.status, String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

async fn response_with_body(body: &str) -> (StatusCode, String) {
    let body = body.to_owned();
    let app = crate::start().await;
    let answer = move |_| Response::new(Body::from(body.clone()));
    text(service(&app, answer).oneshot(request()).await.unwrap()).await
}

#[tokio::test]
async fn are_limited_to_lambdas_maximum_size() {
    // Each body is as long as possible, measured by its escaped form in the function's response to Lambda.
    let plain = "x".repeat(MAX_ANSWER_BYTES);
    let quotes = "\"".repeat(MAX_ANSWER_BYTES / 2);
    let backslashes = "\\".repeat(MAX_ANSWER_BYTES / 2);
    let mixed = "\"key\":".repeat(MAX_ANSWER_BYTES / 8);
    let wide = "é".repeat(MAX_ANSWER_BYTES / 2);

    for longest in [plain, quotes, backslashes, mixed, wide] {
        let escaped_size = serde_json::to_string(&longest).unwrap().len();
        assert!(escaped_size < LAMBDA_LIMIT - 15 * 1024, "{escaped_size}");
        assert!(escaped_size > LAMBDA_LIMIT - 17 * 1024, "{escaped_size}");

        let (status, body) = response_with_body(&longest).await;
        assert_eq!(status, 200);
        assert!(body == longest);

        let (status, body) = response_with_body(&format!("{longest}\"")).await;
        assert_eq!(status, 413);
        assert_eq!(body, r#"{"error":"The answer would be larger than 6 MB; ask for less at a time"}"#);
    }
}

/// Web clients expect different error fields than game servers do.
#[tokio::test]
async fn with_errors_have_the_format_of_their_route() {
    let app = crate::start().await;
    let too_large = || Response::new(Body::from("x".repeat(MAX_ANSWER_BYTES + 1)));
    let members = OpenApiRouter::new()
        .route("/users/{id}/large", get(move || async move { too_large() }))
        .route("/badges", get(|State(app): State<App>| async move { panics(&app) }));
    let flyers = OpenApiRouter::new()
        .route("/users/fetchUsersData", get(move || async move { too_large() }))
        .route("/flight", get(|State(app): State<App>| async move { panics(&app) }));
    let failing = Contract::Members.applied_to(members).merge(Contract::Flyers.applied_to(flyers));
    let router = shared::http::router(failing, app.app.clone());

    let mut responses = String::new();
    for path in ["/users/ada/large", "/users/fetchUsersData", "/badges", "/flight"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (status, body) = text(router.clone().oneshot(request).await.unwrap()).await;
        writeln!(responses, "{path}: {status} {body}").unwrap();
    }
    assert_snapshot!(responses, @r#"
    /users/ada/large: 413 Payload Too Large {"statusCode":413,"error":"Payload Too Large","message":"The answer would be larger than 6 MB; ask for less at a time"}
    /users/fetchUsersData: 413 Payload Too Large {"error":"The answer would be larger than 6 MB; ask for less at a time"}
    /badges: 500 Internal Server Error {"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}
    /flight: 500 Internal Server Error {"error":"Internal Server Error"}
    "#);
}

fn panics(app: &App) -> Response<Body> {
    assert!(app.request_timeout.is_zero(), "a secret in a panic message");
    Response::default()
}

#[tokio::test]
async fn below_the_limit_are_not_changed() {
    for body in ["", "x", &"\"".repeat(MAX_ANSWER_BYTES / 4), &"x".repeat(MAX_ANSWER_BYTES / 2 + 1)] {
        let (status, answered) = response_with_body(body).await;
        assert_eq!(status, 200);
        assert!(answered == body);
    }
}

#[tokio::test]
async fn keep_their_status_and_headers_at_any_size() {
    let app = crate::start().await;
    for size in [10, MAX_ANSWER_BYTES] {
        let answer = move |_| {
            let response = Response::builder().status(201).header("x-kept", "yes");
            response.body(Body::from("x".repeat(size))).unwrap()
        };

        let response = service(&app, answer).oneshot(request()).await.unwrap();

        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-kept"], "yes");
    }
}

#[tokio::test]
async fn are_never_cached() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    for path in ["/airline", "/health", "/airline/brands", "/no/such/route", "/flight/x/passengers"] {
        let answer = app.get(path).key(&key).send().await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    }
}

#[tokio::test]
async fn do_not_reveal_why_a_handler_panicked() {
    let app = crate::start().await;
    let router = service(&app, |app| panics(&app));

    for _ in 0..2 {
        let (status, body) = text(router.clone().oneshot(request()).await.unwrap()).await;
        assert_eq!((status.as_u16(), body.as_str()), (500, r#"{"error":"Internal Server Error"}"#));
    }
}

/// DynamoDB is not involved: a handler computes, and pauses now and then.
#[tokio::test]
async fn are_500_if_a_handler_does_not_end_by_the_deadline() {
    let app = crate::start().await.another_instance(Duration::from_millis(100));
    let handler = get(|| async {
        let far_too_late = Instant::now() + Duration::from_secs(10);
        while Instant::now() < far_too_late {
            tokio::task::yield_now().await;
        }
        StatusCode::OK
    });
    let routes = Contract::Flyers.applied_to(OpenApiRouter::new().route("/x", handler));
    let service = shared::http::router(routes, app.app.clone());

    let (status, body) = text(service.oneshot(request()).await.unwrap()).await;

    assert_eq!((status.as_u16(), body.as_str()), (500, r#"{"error":"Internal Server Error"}"#));
}

#[tokio::test]
async fn do_not_reveal_the_cause_of_a_failure() {
    use axum::response::IntoResponse;
    let cause = || "table prod-users, key MEMBER#ada".into();
    let errors = [
        FlyersError::from(StoreError::Busy(cause())).into_response(),
        FlyersError::from(StoreError::OutcomeUnknown(cause())).into_response(),
        FlyersError::from(StoreError::Failed(cause())).into_response(),
        MembersError::from(StoreError::Busy(cause())).into_response(),
        MembersError::from(StoreError::OutcomeUnknown(cause())).into_response(),
        MembersError::from(StoreError::Failed(cause())).into_response(),
    ];

    let mut answers = Vec::new();
    for error in errors {
        let (status, body) = text(error).await;
        answers.push(format!("{} {body}", status.as_u16()));
    }

    assert_snapshot!(answers.join("\n"), @r#"
    503 {"error":"Please retry"}
    500 {"error":"Internal Server Error"}
    500 {"error":"Internal Server Error"}
    503 {"statusCode":503,"error":"Service Unavailable","message":"Something went wrong please contact admin"}
    500 {"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}
    500 {"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}
    "#);
}

/// Returns the context of an invocation that Lambda ends after `time`.
pub fn context(time: Duration) -> Context {
    let mut context = Context::default();
    context.request_id = String::from("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    let deadline = SystemTime::now() + time;
    context.deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap();
    context
}

#[tokio::test]
async fn are_sent_before_lambda_ends_the_function() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let router = shared::http::router(airlines::routes(), app.app.clone());
    app.wire.disturb_all(Fault::CutBefore);

    let time = Duration::from_millis(1500);
    for (time, at_most) in [(time, time), (Duration::ZERO, MOMENT)] {
        let request = Request::builder().method(Method::GET).uri("/airline").header("x-api-key", &key);
        let request = request.body(Body::empty()).unwrap().with_lambda_context(context(time));
        let sent = Instant::now();

        let (status, body) = text(router.clone().oneshot(request).await.unwrap()).await;

        assert!(sent.elapsed() < at_most, "{:?}", sent.elapsed());
        assert_eq!((status.as_u16(), body.as_str()), (503, r#"{"error":"Please retry"}"#));
    }
}

/// Longer than any request that does not wait takes, even on a busy machine, and far shorter than the injected delays.
const MOMENT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn are_abandoned_at_the_deadline() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let app = app.another_instance(Duration::from_secs(1));
    let _warm = app.get("/airline").key(&key).send().await.expect(200);
    app.wire.disturb_all(Fault::Delay(Duration::from_mins(1)));
    let sent = Instant::now();

    let answer = app.get("/airline").key(&key).send().await;

    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(sent.elapsed() < Duration::from_secs(1) + MOMENT, "{:?}", sent.elapsed());
}
