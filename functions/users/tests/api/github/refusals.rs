//! GitHub fails to respond, or responds incorrectly.

use super::{Found, Scene, TOKEN};
use insta::assert_snapshot;
use serde_json::json;
use std::time::{Duration, Instant};
use wiremock::ResponseTemplate;
use wiremock::matchers::query_param;

const QUERY: &str = "filterBy:OPEN_PRS";

#[tokio::test]
async fn report_that_github_is_not_configured() {
    let scene = Scene::with(Found::by(&["bob"])).await;
    let app = scene.app.configured(|app| app.outside.github = None);

    let refused = app.get(&format!("/users?query={QUERY}")).bearer(&app.session("ada")).send().await;

    assert_snapshot!(refused.shown(), @r#"
    503 {
      "statusCode": 503,
      "error": "Service Unavailable",
      "message": "GitHub is not configured"
    }
    "#);
    assert_eq!(refused.header("retry-after"), None);
}

#[tokio::test]
async fn do_not_reach_github_without_a_session() {
    let scene = Scene::with(Found::by(&["bob"])).await;

    let refused = scene.app.get(&format!("/users?query={QUERY}")).send().await.expect(401);

    assert_eq!(refused.json()["message"], "Unauthenticated User");
    assert!(scene.received_requests().await.is_empty());
}

#[tokio::test]
async fn are_503_for_any_unusable_response() {
    let page = json!({ "total_count": 200, "incomplete_results": false, "items": [{ "user": { "login": "bob" } }] });
    let mut partial = page.clone();
    partial["incomplete_results"] = json!(true);
    let answers = [
        ResponseTemplate::new(500),
        ResponseTemplate::new(502).set_body_string("<html>"),
        ResponseTemplate::new(401).set_body_json(json!({ "message": "Bad credentials" })),
        ResponseTemplate::new(403).set_body_json(json!({ "message": "Resource not accessible" })),
        ResponseTemplate::new(422).set_body_json(json!({ "message": "Validation Failed" })),
        ResponseTemplate::new(404),
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_string(&page.to_string()[..50]),
        ResponseTemplate::new(200).set_body_json(json!({ "items": [] })),
        ResponseTemplate::new(200).set_body_json(json!([])),
        // GitHub timed out and returned incomplete results.
        ResponseTemplate::new(200).set_body_json(partial),
    ];
    for (position, answer) in answers.into_iter().enumerate() {
        let scene = Scene::with(answer).await;

        let refused = scene.search(QUERY).await.expect(503);

        let expected =
            json!({ "statusCode": 503, "error": "Service Unavailable", "message": "GitHub is not available" });
        assert_eq!(refused.json(), expected, "response {position}");
        assert_eq!(refused.header("retry-after"), None, "response {position}");
        assert_eq!(scene.received_requests().await.len(), 1, "response {position}");
    }
}

#[tokio::test]
async fn are_503_when_a_later_page_fails() {
    let scene = Scene::start(Duration::from_secs(5)).await;
    let second = wiremock::Mock::given(query_param("page", "2")).respond_with(ResponseTemplate::new(500));
    second.with_priority(1).mount(&scene.github).await;
    scene.respond_with(Found::by(&["bob"; 150])).await;

    let _refused = scene.search(QUERY).await.expect(503);

    assert_eq!(scene.received_requests().await.len(), 2);
}

#[tokio::test]
async fn include_a_timeout() {
    let scene = Scene::start(Duration::from_millis(300)).await;
    scene.respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(20))).await;

    let began = Instant::now();
    let refused = scene.search(QUERY).await;

    assert_snapshot!(refused.shown(), @r#"
    503 {
      "statusCode": 503,
      "error": "Service Unavailable",
      "message": "GitHub is not available"
    }
    "#);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

/// The wait for GitHub must not exceed the request's own deadline.
#[tokio::test]
async fn include_the_requests_own_deadline() {
    let scene = Scene::with(ResponseTemplate::new(200).set_delay(Duration::from_secs(20))).await;
    let app = scene.app.another_instance(Duration::from_millis(300));

    let began = Instant::now();
    let refused = app.get(&format!("/users?query={QUERY}")).bearer(&app.session("ada")).send().await;

    let _refused = refused.expect(503);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn are_503_for_a_refused_connection() {
    let scene = Scene::start(Duration::from_secs(5)).await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port should be free")
        .local_addr()
        .expect("the listener should have an address");
    let app = scene.app.configured(|app| {
        let mut github = app.outside.github.as_deref().expect("GitHub should be configured").clone();
        github.api_url = format!("http://{nowhere}");
        app.outside.github = Some(github.into());
    });

    let refused = app.get(&format!("/users?query={QUERY}")).bearer(&app.session("ada")).send().await.expect(503);

    assert!(!String::from_utf8_lossy(&refused.bytes).contains(TOKEN));
}

#[tokio::test]
async fn pass_on_githubs_retry_delay() {
    let limited = |status: u16, headers: &[(&'static str, &'static str)]| {
        let answer = ResponseTemplate::new(status).set_body_json(json!({ "message": "API rate limit exceeded" }));
        headers.iter().fold(answer, |answer, (name, value)| answer.insert_header(*name, *value))
    };
    let now = ("date", "Fri, 15 Mar 2024 10:30:00 GMT");
    let spent = ("x-ratelimit-remaining", "0");
    // 37 seconds after `now`.
    let reset = ("x-ratelimit-reset", "1710498637");
    let answers = [
        (limited(429, &[("retry-after", "17")]), "17"),
        (limited(429, &[("retry-after", "1.5")]), "2"),
        (limited(429, &[("retry-after", "0")]), "0"),
        (limited(429, &[("retry-after", "9999999")]), "86400"),
        // One minute if GitHub does not say.
        (limited(429, &[]), "60"),
        (limited(429, &[("retry-after", "soon")]), "60"),
        (limited(403, &[("retry-after", "30")]), "30"),
        (limited(403, &[spent]), "60"),
        (limited(403, &[spent, ("retry-after", "9")]), "9"),
        (limited(403, &[spent, reset, now]), "37"),
        (limited(429, &[spent, reset, now]), "37"),
        // The reset time has passed.
        (limited(403, &[spent, ("x-ratelimit-reset", "1710498000"), now]), "0"),
    ];
    for (position, (answer, retry_after)) in answers.into_iter().enumerate() {
        let scene = Scene::with(answer).await;

        let refused = scene.search(QUERY).await.expect(503);

        assert_eq!(refused.header("retry-after"), Some(retry_after), "response {position}");
        assert_eq!(refused.json()["message"], "GitHub is not available", "response {position}");
        assert_eq!(scene.received_requests().await.len(), 1, "the request should not wait and retry");
    }
}

#[tokio::test]
async fn are_503_when_dynamodb_fails() {
    let scene = Scene::with(Found::by(&["bob"])).await;
    for position in 0..2 {
        let through = vec![testing::Fault::None; position];
        scene.app.wire.disturb(through.into_iter().chain([testing::Fault::Error(400, "ValidationException")]));

        let failed = scene.search(QUERY).await.expect(503);

        assert_eq!(failed.json()["message"], "Something went wrong please contact admin");
    }
}

#[tokio::test]
async fn do_not_reveal_the_token() {
    let scene = Scene::start(Duration::from_secs(5)).await;

    let shown = format!("{:?}", scene.app.app.outside.github);

    assert!(shown.contains("GithubConfig") && !shown.contains(TOKEN), "{shown}");
}
