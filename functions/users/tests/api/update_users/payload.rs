//! Access to `PATCH /users` and validation of its payload.

use super::{act, with_people};
use crate::people::seen;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn is_rejected_unless_it_is_a_known_action() {
    let (app, root) = with_people().await;
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "\"archiveUsers\"",
        "{}",
        r#"{"action":null}"#,
        r#"{"action":""}"#,
        r#"{"action":"archiveusers"}"#,
        r#"{"action":"archiveUsers "}"#,
        r#"{"action":["archiveUsers"]}"#,
        r#"{"action":true}"#,
        r#"{"action":"archiveUsers","debug":true}"#,
        r#"{"action":"archiveUsers","action":"archiveUsers"}"#,
        r#"{"Action":"archiveUsers"}"#,
    ];
    for body in bodies {
        let call = app.patch("/users").bearer(&root).header("content-type", "application/json").body(body);

        let refused = call.send().await.expect(400);

        let invalid = json!({ "statusCode": 400, "error": "Bad Request", "message": "Invalid payload" });
        assert_eq!(refused.json(), invalid, "{body}");
    }
    assert_eq!(seen(&app, "bob").await["roles"]["archived"], false);
}

#[tokio::test]
async fn is_rejected_if_not_json_or_too_large() {
    let (app, root) = with_people().await;
    let body = r#"{"action":"archiveUsers"}"#;

    let untyped = app.patch("/users").bearer(&root).header("content-type", "text/plain").body(body).send().await;
    assert_snapshot!(untyped.shown(), @r#"
    415 {
      "statusCode": 415,
      "error": "Unsupported Media Type",
      "message": "Content-Type must be application/json"
    }
    "#);
    let long = format!(r#"{{"action":"{}"}}"#, "a".repeat(100 * 1024));
    let typed = app.patch("/users").bearer(&root).header("content-type", "application/json").body(long);
    assert_snapshot!(typed.send().await.shown(), @r#"
    413 {
      "statusCode": 413,
      "error": "Payload Too Large",
      "message": "Request body is larger than 102400 bytes"
    }
    "#);
    assert_eq!(seen(&app, "bob").await["roles"]["archived"], false);
}

#[tokio::test]
async fn is_rejected_with_an_invalid_debug_parameter() {
    let (app, root) = with_people().await;
    let queries = [
        ("?debug=yes", r#""debug" must be true or false"#),
        ("?debug=", r#""debug" must be true or false"#),
        ("?debug=TRUE", r#""debug" must be true or false"#),
        ("?debug=true&debug=false", r#""debug" must be given once"#),
    ];
    for (query, message) in queries {
        let refused = act(&app, &root, query, &json!({ "action": "archiveUsers" })).await.expect(400);

        assert_eq!(refused.json()["message"], message, "{query}");
    }
    assert_eq!(seen(&app, "bob").await["roles"]["archived"], false);
}

#[tokio::test]
async fn is_accepted_only_from_superusers() {
    let (app, _root) = with_people().await;
    app.member("restricted", &["super_user", "restricted", "in_discord"]).await;
    let body = json!({ "action": "archiveUsers" });

    let no_session = app.patch("/users").json(&body).send().await;
    assert_snapshot!(no_session.shown(), @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "Unauthenticated User"
    }
    "#);
    let eve = act(&app, &app.session("eve"), "", &body).await;
    assert_snapshot!(eve.shown(), @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
    let unknown = act(&app, &app.session("unknown"), "", &body).await.expect(401);
    assert_eq!(unknown.bytes, eve.bytes);
    assert_snapshot!(act(&app, &app.session("restricted"), "", &body).await.shown(), @r#"
    403 {
      "statusCode": 403,
      "error": "Forbidden",
      "message": "You are restricted from performing this action"
    }
    "#);

    // Authorization is checked before the body.
    let invalid = act(&app, &app.session("eve"), "?debug=no", &json!({})).await.expect(401);
    assert_eq!(invalid.bytes, eve.bytes);
    assert_eq!(seen(&app, "bob").await["roles"]["archived"], false);
}
