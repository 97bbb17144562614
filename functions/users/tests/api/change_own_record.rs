//! `PATCH /users/self` and `PATCH /users/{userId}?profile=true`

use crate::people::{named, seen, signed_up_ada, with_superuser};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault, Stored, TestApp};

async fn change(app: &TestApp, session: &str, change: &Value) -> Answer {
    app.patch("/users/self").bearer(session).json(change).send().await
}

async fn own(app: &TestApp, session: &str) -> Value {
    let own = app.get("/users/self?private=true").bearer(session).send().await.expect(200).json();
    app.wire.reset();
    own
}

/// Creates the member `ada`, who has no username yet, and returns her session.
async fn unnamed(app: &TestApp) -> String {
    app.member("ada", &[]).await;
    app.session("ada")
}

#[tokio::test]
async fn cannot_find_a_member_who_has_not_signed_up() {
    let app = crate::start().await;
    let stranger = app.session("nobody");

    assert_snapshot!(app.get("/users/self").bearer(&stranger).send().await.shown(), @r#"
    404 {
      "statusCode": 404,
      "error": "Not Found",
      "message": "User doesn't exist"
    }
    "#);
    for body in [json!({ "company": "Engines" }), json!({ "username": "ada-lovelace" })] {
        let refused = change(&app, &stranger, &body).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "User not found"
            }
            "#);
        }
    }
    assert_eq!(Stored::of(&app).keys().await, "");
}

#[tokio::test]
async fn reports_a_failure_to_change_the_record() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    for untouched in 0..2 {
        let faults = vec![Fault::None; untouched].into_iter().chain([Fault::Error(400, "AccessDeniedException")]);
        app.wire.disturb(faults);
        let failed = change(&app, &ada, &json!({ "company": "Engines" })).await;
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

#[tokio::test]
async fn changes_only_the_fields_that_are_sent() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let fields = [
        ("first_name", json!("Augusta")),
        ("last_name", json!("King")),
        ("phone", json!(441_234_567_890_u64)),
        ("email", json!("augusta@example.com")),
        ("yoe", json!(4.5)),
        ("company", json!("Engines & Sons")),
        ("designation", json!("Countess")),
        ("img", json!("https://example.com/augusta.png")),
        ("website", json!("https://augusta.example.com")),
        ("linkedin_id", json!("augusta")),
        ("twitter_id", json!("augusta_k")),
        ("instagram_id", json!("a.k")),
        ("status", json!("idle")),
    ];

    for (field, value) in fields {
        let mut expected = own(&app, &ada).await;
        app.clock.advance(Duration::from_secs(1));
        let changed = change(&app, &ada, &json!({ field: value })).await;

        assert_eq!(changed.shown(), "204", "{field}");
        assert_eq!(app.wire.take_operations(), ["GetItem", "UpdateItem"]);
        expected[field] = value;
        expected["updated_at"] = json!(app.now().as_millisecond());
        assert_eq!(own(&app, &ada).await, expected, "{field}");
    }
}

#[tokio::test]
async fn changes_all_fields_at_once() {
    let app = crate::start().await;
    let ada = unnamed(&app).await;
    let all = json!({
        "username": "ada-lovelace", "first_name": "Augusta", "last_name": "King", "phone": "+441234567890",
        "email": "augusta@example.com", "yoe": 0, "company": "Engines", "designation": "Countess", "img": "i.example",
        "website": "w.example", "linkedin_id": "l", "twitter_id": "t", "instagram_id": "i", "status": "idle",
    });

    let changed = change(&app, &ada, &all).await;

    assert_eq!(changed.shown(), "204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let own = app.get("/users/self?private=true").bearer(&ada).send().await;
    assert_snapshot!(own.shown(), @r#"
    200 {
      "id": "ada",
      "username": "ada-lovelace",
      "first_name": "Augusta",
      "last_name": "King",
      "yoe": 0,
      "company": "Engines",
      "designation": "Countess",
      "img": "i.example",
      "linkedin_id": "l",
      "twitter_id": "t",
      "instagram_id": "i",
      "website": "w.example",
      "isMember": false,
      "tokens": {},
      "badges": [],
      "roles": {
        "archived": false,
        "in_discord": false
      },
      "incompleteUserDetails": false,
      "status": "idle",
      "created_at": 1710498600000,
      "updated_at": 1710498600000,
      "email": "augusta@example.com",
      "phone": 441234567890
    }
    "#);
}

#[tokio::test]
async fn sets_a_username_only_once() {
    let app = crate::start().await;
    let ada = unnamed(&app).await;
    assert_eq!(own(&app, &ada).await["incompleteUserDetails"], true);

    let chosen = change(&app, &ada, &json!({ "username": "Ada-Lovelace" })).await;
    assert_eq!(chosen.shown(), "204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(own(&app, &ada).await["incompleteUserDetails"], false);
    let before = Stored::of(&app).items().await;

    for again in ["countess", "Ada-Lovelace", "ada-lovelace"] {
        let refused = change(&app, &ada, &json!({ "username": again, "company": "Engines" })).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            403 {
              "statusCode": 403,
              "error": "Forbidden",
              "message": "Cannot update username again"
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), ["GetItem"]);
    }
    assert_eq!(Stored::of(&app).items().await, before);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#all ada-lovelace#ada
    FACET#discord#none ada-lovelace#ada
    FACET#not-in-discord 001710498600000#ada
    FACET#unverified ada
    MEMBER#ada MEMBER
    USERNAME#ada-lovelace CLAIM
    ");
}

#[tokio::test]
async fn rejects_a_taken_username() {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    let ada = unnamed(&app).await;
    let before = Stored::of(&app).items().await;

    for username in ["Hopper", "hopper", "HOPPER"] {
        let refused = change(&app, &ada, &json!({ "username": username, "company": "Engines" })).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            409 {
              "statusCode": 409,
              "error": "Conflict",
              "message": "Username already exists"
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn rejects_invalid_names_on_other_sites() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let mut answers = Vec::new();

    for field in ["linkedin_id", "twitter_id", "instagram_id"] {
        for invalid in ["@ada", "ada lovelace", "ada@", "ada\u{a0}l"] {
            let mut body = json!({ "company": "Engines" });
            body[field] = json!(invalid);
            let refused = change(&app, &ada, &body).await.expect(400).json();
            let mut draft = json!({ "first_name": "Grace", "last_name": "Hopper" });
            draft[field] = json!(invalid);
            let at_sign_up = app.post("/users").bearer(&app.session("grace")).json(&draft).send().await;
            assert_eq!(at_sign_up.expect(400).json(), refused);
            answers.push(refused.to_string());
        }
    }

    answers.dedup();
    assert_snapshot!(answers.join("\n"), @r#"
    {"error":"Bad Request","message":"Invalid Linkedin ID. ID should not contain special character @ or spaces","statusCode":400}
    {"error":"Bad Request","message":"Invalid Twitter ID. ID should not contain special character @ or spaces","statusCode":400}
    {"error":"Bad Request","message":"Invalid Instagram ID. ID should not contain special character @ or spaces","statusCode":400}
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn rejects_fields_that_cannot_change() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let others = [
        "id",
        "roles",
        "isMember",
        "userType",
        "discordId",
        "github_id",
        "github_user_id",
        "github_display_name",
        "tokens",
        "badges",
        "picture",
        "incompleteUserDetails",
        "discordJoinedAt",
        "profileURL",
        "created_at",
        "updated_at",
        "skills",
        "currentStatus",
        "chaincode",
        "version",
        "operation",
        "pk",
    ];

    for field in others {
        let refused = change(&app, &ada, &json!({ "company": "Engines", field: {} })).await.expect(400).json();
        let message = format!("\"{field}\" is not allowed");
        assert_eq!(refused, json!({ "statusCode": 400, "error": "Bad Request", "message": message }));
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn accepts_only_known_short_statuses() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    for known in ["ooo", "idle", "active", "onboarding"] {
        let _changed = change(&app, &ada, &json!({ "status": known })).await.expect(204);
        assert_eq!(own(&app, &ada).await["status"], known);
    }
    for unknown in ["blah", "OOO", " idle"] {
        let refused = change(&app, &ada, &json!({ "status": unknown })).await.expect(400).json();
        assert_eq!(refused["message"], "\"status\" must be ooo, idle, active or onboarding", "{unknown}");
    }
    assert_eq!(own(&app, &ada).await["status"], "onboarding");
}

#[tokio::test]
async fn rejects_an_empty_change() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    for body in ["", "{}", " "] {
        let call = app.patch("/users/self").bearer(&ada).header("content-type", "application/json");
        let refused = call.body(body).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            400 {
              "statusCode": 400,
              "error": "Bad Request",
              "message": "Body must have at least one field to change"
            }
            "#);
        }
    }
}

#[tokio::test]
async fn also_changes_the_callers_record_by_id() {
    let app = crate::start().await;
    let ada = unnamed(&app).await;

    let call = app.patch("/users/ada?profile=true").bearer(&ada);
    let changed = call.json(&json!({ "username": "ada-lovelace", "company": "Engines" })).send().await;

    assert_eq!(changed.shown(), "204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let call = app.patch("/users/ada?profile=true").bearer(&ada);
    let changed = call.json(&json!({ "designation": "Countess" })).send().await;
    assert_eq!(changed.shown(), "204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "UpdateItem"]);
    let seen = seen(&app, "ada").await;
    assert_eq!([&seen["username"], &seen["company"], &seen["designation"]], ["ada-lovelace", "Engines", "Countess"]);
}

#[tokio::test]
async fn cannot_change_another_members_record() {
    let (app, root) = with_superuser().await;
    let ada = signed_up_ada(&app).await;

    for (session, path) in [(&ada, "/users/root"), (&root, "/users/ada"), (&ada, "/users/nobody"), (&ada, "/users/ADA")]
    {
        let call = app.patch(&format!("{path}?profile=true")).bearer(session);
        let refused = call.json(&json!({ "company": "Engines" })).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            401 {
              "statusCode": 401,
              "error": "Unauthorized",
              "message": "You are not authorized for this action."
            }
            "#);
        }
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn requires_the_profile_parameter_to_change_a_record_by_id() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let mut answers = Vec::new();

    for query in ["", "?profile=false", "?profile=1", "?profile=true&profile=false", "?id=ada"] {
        let call = app.patch(&format!("/users/ada{query}")).bearer(&ada).json(&json!({ "company": "Engines" }));
        answers.push(format!("{query}: {}", call.send().await.expect(400).json()["message"]));
    }

    assert_snapshot!(answers.join("\n"), @r#"
    : "\"profile\" must be true"
    ?profile=false: "\"profile\" must be true"
    ?profile=1: "\"profile\" must be true or false"
    ?profile=true&profile=false: "\"profile\" must be given once"
    ?id=ada: "\"profile\" must be true"
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}
