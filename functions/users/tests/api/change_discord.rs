//! `PATCH /users/{userId}/discord`

use crate::bad_input::answers;
use crate::people::{named, seen, with_superuser};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Stored, TestApp};

async fn change(app: &TestApp, session: &str, id: &str, change: &Value) -> Answer {
    app.patch(&format!("/users/{id}/discord")).bearer(session).json(change).send().await
}

/// Starts the API with a superuser and the member `grace`, and returns it with the superuser's session.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

#[tokio::test]
async fn links_an_account_and_records_the_join() {
    let (app, root) = with_grace().await;
    app.clock.advance(Duration::from_secs(1));
    let joined = json!({
        "discordId": "799600467218923521", "in_discord": true, "discordJoinedAt": "2024-03-01T12:00:00+01:00",
    });

    let changed = change(&app, &root, "grace", &joined).await;

    assert_snapshot!(changed.shown(), @r#"
    200 {
      "id": "grace",
      "username": "Hopper",
      "first_name": "Grace",
      "last_name": "Hopper",
      "isMember": false,
      "discordId": "799600467218923521",
      "tokens": {},
      "badges": [],
      "roles": {
        "archived": false,
        "in_discord": true
      },
      "incompleteUserDetails": false,
      "discordJoinedAt": "2024-03-01T11:00:00.000Z",
      "created_at": 1710498600000,
      "updated_at": 1710498601000
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    assert_eq!(changed.json(), seen(&app, "grace").await);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    DISCORD#799600467218923521 CLAIM
    FACET#all hopper#grace
    FACET#discord#linked hopper#grace
    FACET#in-discord grace
    FACET#linked grace
    FACET#not-in-discord 001710498600000#root
    FACET#role#in_discord hopper#grace
    FACET#unverified root
    MEMBER#grace MEMBER
    MEMBER#root MEMBER
    USERNAME#hopper CLAIM
    ");
}

#[tokio::test]
async fn changes_only_what_is_sent() {
    let (app, root) = with_grace().await;
    let steps = [
        (json!({ "discordId": "799600467218900001" }), json!(["799600467218900001", false, null])),
        (json!({ "in_discord": true }), json!(["799600467218900001", true, null])),
        (
            json!({ "discordJoinedAt": "2024-03-01T12:00:00Z" }),
            json!(["799600467218900001", true, "2024-03-01T12:00:00.000Z"]),
        ),
        (json!({ "in_discord": false }), json!(["799600467218900001", false, "2024-03-01T12:00:00.000Z"])),
        (
            json!({ "discordId": "799600467218900002" }),
            json!(["799600467218900002", false, "2024-03-01T12:00:00.000Z"]),
        ),
        (json!({ "discordId": null }), json!([null, false, "2024-03-01T12:00:00.000Z"])),
    ];

    for (body, expected) in steps {
        let changed = change(&app, &root, "grace", &body).await.expect(200).json();
        let known = json!([changed["discordId"], changed["roles"]["in_discord"], changed["discordJoinedAt"]]);
        assert_eq!(known, expected, "{body}");
        assert_eq!(changed, seen(&app, "grace").await);
    }
}

/// Repeating a change has no effect and makes no write.
#[tokio::test]
async fn is_idempotent() {
    let (app, root) = with_grace().await;
    let joined = json!({ "discordId": "799600467218900001", "in_discord": true });
    let first = change(&app, &root, "grace", &joined).await;
    app.clock.advance(Duration::from_secs(1));
    app.wire.reset();

    let second = change(&app, &root, "grace", &joined).await;

    assert_eq!(first.shown(), second.shown());
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem"]);
}

#[tokio::test]
async fn frees_the_previously_linked_account() {
    let (app, root) = with_grace().await;
    let _joan = named(&app, &root, "joan", "Clarke").await;
    let _linked = change(&app, &root, "grace", &json!({ "discordId": "799600467218900001" })).await.expect(200);

    let refused = change(&app, &root, "joan", &json!({ "discordId": "799600467218900001", "in_discord": true })).await;
    assert_snapshot!(refused.shown(), @r#"
    409 {
      "statusCode": 409,
      "error": "Conflict",
      "message": "User already exists"
    }
    "#);
    assert_eq!(seen(&app, "joan").await["roles"]["in_discord"], false);

    let _relinked = change(&app, &root, "grace", &json!({ "discordId": "799600467218900002" })).await.expect(200);
    let _linked = change(&app, &root, "joan", &json!({ "discordId": "799600467218900001" })).await.expect(200);
    let _unlinked = change(&app, &root, "grace", &json!({ "discordId": null })).await.expect(200);
    assert_snapshot!(Stored::of(&app).claims().await, @"
    DISCORD#799600467218900001: joan
    USERNAME#clarke: joan
    USERNAME#hopper: grace
    ");
}

#[tokio::test]
async fn unarchives_members_who_join() {
    let (app, root) = with_grace().await;
    let archive = json!({ "archived": true });
    let archived = app.patch("/users/grace/temporary/data").bearer(&root).json(&archive).send().await;
    let _archived = archived.expect(200);
    app.clock.advance(Duration::from_mins(1));

    let _linked = change(&app, &root, "grace", &json!({ "discordId": "799600467218900001", "in_discord": false }))
        .await
        .expect(200);
    assert_eq!(seen(&app, "grace").await["roles"]["archived"], true, "linking an account alone should not unarchive");

    let joined = change(&app, &root, "grace", &json!({ "in_discord": true })).await.expect(200).json();
    assert_eq!(joined["roles"], json!({ "archived": false, "in_discord": true }));
    assert_snapshot!(Stored::of(&app).audits().await, @"
    2024-03-15T10:30:00.000Z MEMBER#grace archived: true by root (-)
    2024-03-15T10:31:00.000Z MEMBER#grace archived: false by root (joined Discord)
    ");
}

#[tokio::test]
async fn cannot_find_unknown_members() {
    let (app, root) = with_grace().await;

    for id in ["nobody", "GRACE", "%20", "%00", "ä", &"a".repeat(65)] {
        let refused = change(&app, &root, id, &json!({ "in_discord": true })).await;
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
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn rejects_invalid_fields() {
    let (app, root) = with_grace().await;
    let bad = [
        ("discordId", "799600467218923521"),
        ("discordId", "\"\""),
        ("discordId", "\"a\""),
        ("discordId", "\"123456789012345678901\""),
        ("discordId", "\"١\""),
        ("discordId", "[]"),
        ("discordId", "{}"),
        ("in_discord", "null"),
        ("in_discord", "\"true\""),
        ("in_discord", "1"),
        ("discordJoinedAt", "null"),
        ("discordJoinedAt", "1710498600000"),
        ("discordJoinedAt", "\"\""),
        ("discordJoinedAt", "\"2024-03-01\""),
        ("discordJoinedAt", "\"2024-03-01T12:00:00\""),
        ("discordJoinedAt", "\"2024-02-30T12:00:00Z\""),
        ("discordJoinedAt", "\"1969-12-31T23:59:59Z\""),
        ("discordJoinedAt", "\"12024-03-01T12:00:00Z\""),
        ("archived", "true"),
        ("roles", "{}"),
        ("id", "\"grace\""),
    ];

    let refused = answers(|| app.patch("/users/grace/discord").bearer(&root), &json!({}), &bad).await;

    assert_snapshot!(refused, @r#"
    discordId: 799600467218923521 → 400 "discordId" must be a string
    discordId: "" → 400 "discordId" is not allowed to be empty
    discordId: "a" → 400 "discordId" must be a string of 17 to 20 digits without leading zeros
    discordId: "123456789012345678901" → 400 "discordId" must be a string of 17 to 20 digits without leading zeros
    discordId: "١" → 400 "discordId" must be a string of 17 to 20 digits without leading zeros
    discordId: [] → 400 "discordId" must be a string
    discordId: {} → 400 "discordId" must be a string
    in_discord: null → 400 Body must have at least one field to change
    in_discord: "true" → 400 "in_discord" must be a boolean
    in_discord: 1 → 400 "in_discord" must be a boolean
    discordJoinedAt: null → 400 Body must have at least one field to change
    discordJoinedAt: 1710498600000 → 400 "discordJoinedAt" must be a string
    discordJoinedAt: "" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    discordJoinedAt: "2024-03-01" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    discordJoinedAt: "2024-03-01T12:00:00" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    discordJoinedAt: "2024-02-30T12:00:00Z" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    discordJoinedAt: "1969-12-31T23:59:59Z" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    discordJoinedAt: "12024-03-01T12:00:00Z" → 400 "discordJoinedAt" must be an ISO 8601 time with offset, in the years 1970 to 9999
    archived: true → 400 "archived" is not allowed
    roles: {} → 400 "roles" is not allowed
    id: "grace" → 400 "id" is not allowed
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn rejects_an_empty_change() {
    let (app, root) = with_grace().await;

    assert_snapshot!(change(&app, &root, "grace", &json!({})).await.shown(), @r#"
    400 {
      "statusCode": 400,
      "error": "Bad Request",
      "message": "Body must have at least one field to change"
    }
    "#);
}
