//! `DELETE /airlines/{airlineId}/keys/{keyId}`

use crate::superusers::session;
use crate::tables::items;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::TestApp;

/// Makes a key of the airline, and tells the path at which it is revoked, and the key.
async fn key(app: &TestApp, session: &str, airline: &str) -> (String, String) {
    let made = app.post(&format!("/airlines/{airline}/keys")).bearer(session).send().await.expect(201).json();
    app.wire.reset();
    let text = |field: &Value| field.as_str().unwrap().to_owned();
    (format!("/airlines/{airline}/keys/{}", text(&made["keyId"])), text(&made["apiKey"]))
}

#[tokio::test]
async fn revokes_that_key_and_no_other() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;
    let before = items(&app).await.len();
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
    assert_eq!(items(&app).await.len(), before);
}

#[tokio::test]
async fn revokes_the_last_key_too() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });
    let made = app.post("/airlines").bearer(&session).json(&draft).send().await.expect(201).json();
    let path = format!("/airlines/skyteam/keys/{}", made["keyId"].as_str().unwrap());

    let revoked = app.delete(&path).bearer(&session).send().await;

    assert_eq!(revoked.status, 204);
    assert_eq!(app.get("/airline").key(made["apiKey"].as_str().unwrap()).send().await.status, 401);
    // The airline is not lost: a superuser makes it a new key.
    let (_, key) = key(&app, &session, "skyteam").await;
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn knows_a_key_once() {
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
async fn answers_one_of_many_simultaneous_ones_that_it_was_the_one() {
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
async fn knows_no_key_of_another_airline() {
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
async fn takes_the_id_of_a_key_and_not_the_key() {
    let app = crate::start().await;
    let session = session(&app).await;
    let key = app.airline("skyteam").await;

    let refused = app.delete(&format!("/airlines/skyteam/keys/{key}")).bearer(&session).send().await;

    assert_eq!(refused.status, 404);
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}
