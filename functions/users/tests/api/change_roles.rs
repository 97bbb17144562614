//! `PATCH /users/{id}/temporary/data`

use crate::people::{named, seen, with_superuser};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault, Stored, TestApp};

async fn change(app: &TestApp, session: &str, change: &Value) -> Answer {
    app.patch("/users/grace/temporary/data").bearer(session).json(change).send().await
}

/// Starts the API with a superuser and the member `grace`, and returns it with the superuser's session.
async fn with_grace() -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    let _grace = named(&app, &root, "grace", "Hopper").await;
    (app, root)
}

#[tokio::test]
async fn grants_a_role() {
    let (app, root) = with_grace().await;
    app.clock.advance(Duration::from_secs(1));

    let changed = change(&app, &root, &json!({ "member": true })).await;

    assert_snapshot!(changed.shown(), @r#"
    200 {
      "message": "role updated successfully!"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    let grace = seen(&app, "grace").await;
    assert_eq!(grace["roles"], json!({ "archived": false, "in_discord": false, "member": true }));
    assert_eq!(grace["isMember"], true);
    assert_eq!(grace["updated_at"], 1_710_498_601_000_i64);
    assert_eq!(grace["created_at"], 1_710_498_600_000_i64);
}

#[tokio::test]
async fn revokes_a_role() {
    let (app, root) = with_grace().await;
    let _granted = change(&app, &root, &json!({ "member": true })).await.expect(200);

    let _revoked = change(&app, &root, &json!({ "member": false })).await.expect(200);

    let grace = seen(&app, "grace").await;
    assert_eq!([&grace["roles"]["member"], &grace["isMember"]], [false, false]);
}

#[tokio::test]
async fn changes_several_roles_at_once() {
    let (app, root) = with_grace().await;

    let _changed = change(&app, &root, &json!({ "member": true, "archived": true })).await.expect(200);
    assert_eq!(seen(&app, "grace").await["roles"], json!({ "archived": true, "in_discord": false, "member": true }));
    let _changed = change(&app, &root, &json!({ "member": false, "archived": false })).await.expect(200);
    assert_eq!(seen(&app, "grace").await["roles"], json!({ "archived": false, "in_discord": false, "member": false }));
}

/// Archived members have separate index entries, and the old entries are removed from rosters and listings.
#[tokio::test]
async fn moves_archived_members_in_the_index() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).keys().await;

    let _archived = change(&app, &root, &json!({ "archived": true })).await.expect(200);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#archived/all hopper#grace
    FACET#archived/discord#none hopper#grace
    FACET#not-in-discord 001710498600000#root
    FACET#unverified root
    MEMBER#grace AUDIT#2024-03-15T10:30:00.000Z#9b74a851-6a89-491b-aaa2-7e740c9fcb53
    MEMBER#grace MEMBER
    MEMBER#root MEMBER
    USERNAME#hopper CLAIM
    ");

    let _unarchived = change(&app, &root, &json!({ "archived": false })).await.expect(200);
    let after = Stored::of(&app).keys().await;
    let without_audits: Vec<_> = after.lines().filter(|key| !key.contains("AUDIT#")).collect();
    assert_eq!(without_audits.join("\n"), before);
}

#[tokio::test]
async fn records_who_made_the_change_and_why() {
    let (app, root) = with_grace().await;
    let changes = [
        json!({ "archived": true, "reason": "left the community" }),
        json!({ "archived": false, "member": true, "reason": "" }),
        json!({ "member": false }),
    ];

    for body in changes {
        app.clock.advance(Duration::from_mins(1));
        let _changed = change(&app, &root, &body).await.expect(200);
    }

    assert_snapshot!(Stored::of(&app).audits().await, @r"
    2024-03-15T10:31:00.000Z MEMBER#grace archived: true by root (left the community)
    2024-03-15T10:32:00.000Z MEMBER#grace member: true, archived: false by root (-)
    2024-03-15T10:33:00.000Z MEMBER#grace member: false by root (-)
    ");
}

#[tokio::test]
async fn rejects_roles_that_are_already_set() {
    let (app, root) = with_grace().await;
    let _granted = change(&app, &root, &json!({ "member": true })).await.expect(200);
    let before = Stored::of(&app).items().await;
    app.wire.reset();

    let so_already = [
        json!({ "member": true }),
        json!({ "archived": false }),
        json!({ "member": true, "archived": false }),
        json!({ "member": true, "archived": true }),
        json!({ "member": false, "archived": false, "reason": "why not" }),
    ];
    for body in so_already {
        let refused = change(&app, &root, &body).await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            409 {
              "statusCode": 409,
              "error": "Not Found",
              "message": "role already exist!"
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem"]);
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

/// A role that was never set is false.
#[tokio::test]
async fn cannot_revoke_a_role_that_was_never_granted() {
    let (app, root) = with_grace().await;

    let _refused = change(&app, &root, &json!({ "member": false })).await.expect(409);
}

#[tokio::test]
async fn cannot_find_unknown_members() {
    let (app, root) = with_grace().await;

    for id in ["nobody", "GRACE", "Hopper", "grace%2Fb", "%20", "%00", "ä", &"a".repeat(65), &"a".repeat(3000)] {
        let call = app.patch(&format!("/users/{id}/temporary/data")).bearer(&root);
        let refused = call.json(&json!({ "member": true })).send().await;
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
async fn rejects_an_invalid_body() {
    let (app, root) = with_grace().await;
    let before = Stored::of(&app).items().await;
    let too_long = json!({ "member": true, "reason": "x".repeat(501) }).to_string();
    let bodies: [&[u8]; 23] = [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"[true, false]",
        b"[true, false, \"why\"]",
        b"7",
        b"\"member\"",
        b"{",
        br#"{"member":true"#,
        br#"{"member":true} {}"#,
        br#"{"member":1}"#,
        br#"{"member":"true"}"#,
        br#"{"archived":[]}"#,
        br#"{"member":true,"member":true}"#,
        br#"{"member":true,"super_user":true}"#,
        br#"{"roles":{"member":true}}"#,
        br#"{"super_user":true}"#,
        br#"{"in_discord":true}"#,
        br#"{"reason":"because"}"#,
        br#"{"member":true,"reason":7}"#,
        b"{\"member\":true,\"reason\":\"\xff\"}",
        too_long.as_bytes(),
    ];

    for body in bodies {
        let call = app.patch("/users/grace/temporary/data").bearer(&root).header("content-type", "application/json");
        let refused = call.body(body).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            400 {
              "statusCode": 400,
              "error": "Invalid Request",
              "message": "Invalid role"
            }
            "#);
        }
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn takes_null_as_not_given() {
    let (app, root) = with_grace().await;

    for body in [json!({ "member": null, "archived": true }), json!({ "member": true, "reason": null })] {
        let _changed = change(&app, &root, &body).await.expect(200);
    }
    let refused = change(&app, &root, &json!({ "member": null })).await.expect(400).json();
    assert_eq!(refused["error"], "Invalid Request");
}

#[tokio::test]
async fn reports_a_failure() {
    let (app, root) = with_grace().await;

    for untouched in 0..3 {
        let faults = vec![Fault::None; untouched].into_iter().chain([Fault::Error(400, "AccessDeniedException")]);
        app.wire.disturb(faults);
        let failed = change(&app, &root, &json!({ "member": true })).await;
        allow_duplicates! {
            assert_snapshot!(failed.shown(), @r#"
            500 {
              "statusCode": 500,
              "error": "Internal Server Error",
              "message": "An internal server error occurred"
            }
            "#);
        }
    }
}

/// Each of ten skills has eight index entries that move, and a DynamoDB transaction can have at most 100 writes.
#[tokio::test]
async fn archives_a_member_with_the_most_index_entries() {
    let (app, root) = with_grace().await;
    for n in 0..10 {
        let call = app.call(http::Method::PUT, &format!("/users/grace/skills/tag-{n}")).bearer(&root);
        let skill =
            json!({ "tagName": "T", "levelId": format!("l{n}"), "levelName": format!("L{n}"), "levelValue": n });
        let _skill = call.json(&skill).send().await.expect(200);
    }
    let status = json!({ "state": "ONBOARDING" });
    let _status = app.patch("/users/status/grace").bearer(&root).json(&status).send().await.expect(200);
    let discord =
        json!({ "discordId": "799600467218900001", "in_discord": true, "discordJoinedAt": "2024-03-01T00:00:00.000Z" });
    let _discord = app.patch("/users/grace/discord").bearer(&root).json(&discord).send().await.expect(200);
    let _member = change(&app, &root, &json!({ "member": true })).await.expect(200);
    app.wire.reset();

    let _archived = change(&app, &root, &json!({ "member": false, "archived": true })).await.expect(200);
    let _unarchived = change(&app, &root, &json!({ "member": true, "archived": false })).await.expect(200);
    let _archived = change(&app, &root, &json!({ "archived": true })).await.expect(200);
    let discord = json!({ "discordId": "799600467218900002", "in_discord": true });
    let _unarchived = app.patch("/users/grace/discord").bearer(&root).json(&discord).send().await.expect(200);

    assert_eq!(seen(&app, "grace").await["roles"], json!({ "archived": false, "in_discord": true, "member": true }));
}
