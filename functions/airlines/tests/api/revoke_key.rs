//! `DELETE /airlines/{airlineId}/keys/{keyId}`

use crate::superusers::session;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::{Stored, TestApp};

/// Creates a key for the airline and returns the path that revokes it and the key itself.
async fn key(app: &TestApp, session: &str, airline: &str) -> (String, String) {
    let call = app.post(&format!("/airlines/{airline}/keys")).bearer(session).json(&json!({}));
    let created = call.send().await.expect(201).json();
    app.wire.reset();
    let text = |field: &Value| field.as_str().unwrap().to_owned();
    (format!("/airlines/{airline}/keys/{}", text(&created["keyId"])), text(&created["apiKey"]))
}

#[tokio::test]
async fn revokes_only_that_key() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;
    let before = Stored::of(&app).items().await.len();
    let (path, key) = key(&app, &session, "skyteam").await;

    let revoked = app.delete(&path).bearer(&session).send().await;

    assert_snapshot!(revoked.shown(), @"204");
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem", "TransactWriteItems"]);
    let refused = app.get("/airline").key(&key).send().await;
    assert_snapshot!(refused.shown(), @r#"
    401 {
      "error": "Invalid API key"
    }
    "#);
    assert_eq!(app.get("/airline").key(&first).send().await.status, 200);
    assert_eq!(Stored::of(&app).items().await.len(), before);
}

#[tokio::test]
async fn revokes_the_last_key_too() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });
    let created = app.post("/airlines").bearer(&session).json(&draft).send().await.expect(201).json();
    let path = format!("/airlines/skyteam/keys/{}", created["keyId"].as_str().unwrap());

    let revoked = app.delete(&path).bearer(&session).send().await;

    assert_eq!(revoked.status, 204);
    assert_eq!(app.get("/airline").key(created["apiKey"].as_str().unwrap()).send().await.status, 401);
    // The airline is not locked out for good: a superuser can create a new key.
    let (_, key) = key(&app, &session, "skyteam").await;
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn cannot_revoke_a_key_twice() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;
    let (path, _) = key(&app, &session, "skyteam").await;
    let _revoked = app.delete(&path).bearer(&session).send().await.expect(204);
    app.wire.reset();

    let again = app.delete(&path).bearer(&session).send().await;

    assert_snapshot!(again.shown(), @r#"
    404 {
      "statusCode": 404,
      "error": "Not Found",
      "message": "Key not found"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem"]);
}

#[tokio::test]
async fn succeeds_for_exactly_one_of_many_concurrent_requests() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;
    let (path, _) = key(&app, &session, "skyteam").await;

    let revoked = join_all((0..10).map(|_| app.delete(&path).bearer(&session).send())).await;

    let mut statuses: Vec<_> = revoked.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[204].as_slice(), &[404; 9]].concat());
}

#[tokio::test]
async fn cannot_find_another_airlines_key() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _ours = app.airline("skyteam").await;
    let _theirs = app.airline("oneworld").await;
    let (path, key) = key(&app, &session, "oneworld").await;

    for path in [path.replace("oneworld", "skyteam"), path.replace("oneworld", "nobody")] {
        let refused = app.delete(&path).bearer(&session).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "Key not found"
            }
            "#);
        }
    }
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn takes_the_id_of_a_key_rather_than_the_key_itself() {
    let app = crate::start().await;
    let session = session(&app).await;
    let key = app.airline("skyteam").await;

    let refused = app.delete(&format!("/airlines/skyteam/keys/{key}")).bearer(&session).send().await;

    assert_eq!(refused.status, 404);
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}
