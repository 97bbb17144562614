//! `GET` and `PATCH /users/status/self`, and `/users/status/{userId}`

use crate::bad_input::answers;
use crate::people::{named, with_superuser};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault, Stored, TestApp};

/// Start time of each test, in milliseconds since 1970.
const NOW: i64 = 1_710_498_600_000;

/// Starts the API with a superuser and the member `grace`, and returns it with their sessions.
async fn with_grace() -> (TestApp, String, String) {
    let (app, root) = with_superuser().await;
    let grace = named(&app, &root, "grace", "Hopper").await;
    (app, root, grace)
}

async fn set_own(app: &TestApp, session: &str, status: &Value) -> Answer {
    app.patch("/users/status/self").bearer(session).json(status).send().await
}

#[tokio::test]
async fn is_set_by_the_member() {
    let (app, _, grace) = with_grace().await;
    app.clock.advance(Duration::from_secs(1));
    let away = json!({ "state": "OOO", "from": NOW, "until": NOW + 86_400_000, "message": "At sea" });

    let set = set_own(&app, &grace, &away).await;

    assert_snapshot!(set.shown(), @r#"
    200 {
      "message": "User status updated successfully!",
      "userStatus": {
        "userId": "grace",
        "currentStatus": {
          "state": "OOO",
          "message": "At sea",
          "from": 1710498600000,
          "until": 1710585000000,
          "updatedAt": 1710498601000
        }
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn requires_only_a_state() {
    let (app, _, grace) = with_grace().await;

    for state in ["ACTIVE", "IDLE", "ONBOARDING"] {
        let set = set_own(&app, &grace, &json!({ "state": state })).await.expect(200).json();
        let expected = json!({ "state": state, "message": "", "from": NOW, "until": null, "updatedAt": NOW });
        assert_eq!(set["userStatus"], json!({ "userId": "grace", "currentStatus": expected }));
    }
}

#[tokio::test]
async fn is_shown_to_the_member() {
    let (app, _, grace) = with_grace().await;
    let _set = set_own(&app, &grace, &json!({ "state": "IDLE", "message": "Reading" })).await.expect(200);
    app.wire.reset();

    let own = app.get("/users/status/self").bearer(&grace).send().await;

    assert_snapshot!(own.shown(), @r#"
    200 {
      "message": "User status found successfully!",
      "userStatus": {
        "userId": "grace",
        "currentStatus": {
          "state": "IDLE",
          "message": "Reading",
          "from": 1710498600000,
          "until": null,
          "updatedAt": 1710498600000
        }
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
    assert_eq!(app.get("/users/status/grace").send().await.shown(), own.shown(), "the status should be public");
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn is_set_by_superusers_for_others() {
    let (app, root, grace) = with_grace().await;

    let set = app.patch("/users/status/grace").bearer(&root).json(&json!({ "state": "IDLE" })).send().await;

    assert_snapshot!(set.shown(), @r#"
    200 {
      "message": "User status updated successfully!",
      "userStatus": {
        "userId": "grace",
        "currentStatus": {
          "state": "IDLE",
          "message": "",
          "from": 1710498600000,
          "until": null,
          "updatedAt": 1710498600000
        }
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    let set = app.patch("/users/status/root").bearer(&grace).json(&json!({ "state": "IDLE" })).send().await;
    assert_snapshot!(set.shown(), @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
}

/// The index has only one state per member.
#[tokio::test]
async fn replaces_the_previous_one() {
    let (app, _, grace) = with_grace().await;
    let _set = set_own(&app, &grace, &json!({ "state": "IDLE", "message": "Reading" })).await.expect(200);
    app.clock.advance(Duration::from_secs(1));

    let _set = set_own(&app, &grace, &json!({ "state": "ACTIVE" })).await.expect(200);

    let status = app.get("/users/status/grace").send().await.expect(200).json();
    let expected =
        json!({ "state": "ACTIVE", "message": "", "from": NOW + 1000, "until": null, "updatedAt": NOW + 1000 });
    assert_eq!(status["userStatus"]["currentStatus"], expected);
    let keys = Stored::of(&app).keys().await;
    let indexed: Vec<_> = keys.lines().filter(|key| key.contains("state#")).collect();
    assert_eq!(indexed, ["FACET#state#ACTIVE hopper#grace"]);
}

#[tokio::test]
async fn is_not_found_at_first() {
    let (app, _, grace) = with_grace().await;
    let stranger = app.session("nobody");
    let answers = [
        app.get("/users/status/self").bearer(&grace).send().await,
        app.get("/users/status/self").bearer(&stranger).send().await,
        app.get("/users/status/grace").send().await,
        app.get("/users/status/nobody").send().await,
        app.get("/users/status/%00").send().await,
        app.get(&format!("/users/status/{}", "a".repeat(65))).send().await,
    ];

    for answer in answers {
        allow_duplicates! {
            assert_snapshot!(answer.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "User status not found"
            }
            "#);
        }
    }
}

#[tokio::test]
async fn cannot_be_set_for_unknown_members() {
    let (app, root, _) = with_grace().await;
    let status = json!({ "state": "IDLE" });
    let mut answers = vec![set_own(&app, &app.session("nobody"), &status).await];
    for id in ["nobody", "GRACE", "%00", "ä", &"a".repeat(65)] {
        answers.push(app.patch(&format!("/users/status/{id}")).bearer(&root).json(&status).send().await);
    }

    for answer in answers {
        allow_duplicates! {
            assert_snapshot!(answer.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "User not found"
            }
            "#);
        }
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn rejects_invalid_fields() {
    let (app, root, grace) = with_grace().await;
    let long = format!("\"{}\"", "ä".repeat(501));
    let invalid = [
        ("state", ""),
        ("state", "null"),
        ("state", "\"\""),
        ("state", "\"active\""),
        ("state", "\"ONBOARDING31DAYS\""),
        ("state", "1"),
        ("state", "{\"ACTIVE\":null}"),
        ("state", "\"OOO\""),
        ("from", "\"1710498600000\""),
        ("from", "\"2024-03-15T10:30:00.000Z\""),
        ("from", "1.5"),
        ("from", "-1"),
        ("from", "99999999999999999"),
        ("from", "99999999999999999999"),
        ("until", "true"),
        ("until", "1710498599999"),
        ("until", "-1"),
        ("message", "7"),
        ("message", &long),
        ("updatedAt", "1710498600000"),
        ("userId", "\"root\""),
    ];
    let valid = json!({ "state": "IDLE" });

    let refused = answers(|| app.patch("/users/status/self").bearer(&grace), &valid, &invalid).await;

    assert_snapshot!(refused, @r#"
    state:  → 400 "state" is required
    state: null → 400 "state" is required
    state: "" → 400 "state" must be ACTIVE, OOO, IDLE or ONBOARDING
    state: "active" → 400 "state" must be ACTIVE, OOO, IDLE or ONBOARDING
    state: "ONBOARDING31DAYS" → 400 "state" must be ACTIVE, OOO, IDLE or ONBOARDING
    state: 1 → 400 "state" must be a string
    state: {"ACTIVE":null} → 400 "state" must be a string
    state: "OOO" → 400 "until" is required when the state is OOO
    from: "1710498600000" → 400 "from" must be a number
    from: "2024-03-15T10:30:00.000Z" → 400 "from" must be a number
    from: 1.5 → 400 "from" must be a number
    from: -1 → 400 "from" must be milliseconds since 1970, up to the year 9999
    from: 99999999999999999 → 400 "from" must be milliseconds since 1970, up to the year 9999
    from: 99999999999999999999 → 400 "from" must be a number
    until: true → 400 "until" must be a number
    until: 1710498599999 → 400 "until" must not be before "from"
    until: -1 → 400 "until" must be milliseconds since 1970, up to the year 9999
    message: 7 → 400 "message" must be a string
    message: "äääääääääääääääääääääääääääääääääääääää… → 400 "message" must be 0 to 500 characters
    updatedAt: 1710498600000 → 400 "updatedAt" is not allowed
    userId: "root" → 400 "userId" is not allowed
    "#);
    let by_superuser = answers(|| app.patch("/users/status/grace").bearer(&root), &valid, &invalid).await;
    assert_eq!(by_superuser, refused);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn can_end_when_it_begins() {
    let (app, _, grace) = with_grace().await;

    let status = json!({ "state": "OOO", "from": 0, "until": 0, "message": "ä".repeat(500) });
    let _set = set_own(&app, &grace, &status).await.expect(200);
}

#[tokio::test]
async fn reports_that_it_could_not_be_fetched() {
    let (app, _, grace) = with_grace().await;
    for call in [app.get("/users/status/grace"), app.get("/users/status/self").bearer(&grace)] {
        app.wire.disturb([Fault::Error(400, "AccessDeniedException")]);
        let failed = call.send().await;
        allow_duplicates! {
            assert_snapshot!(failed.shown(), @r#"
            503 {
              "statusCode": 503,
              "error": "Service Unavailable",
              "message": "Something went wrong please contact admin"
            }
            "#);
        }
    }
}
