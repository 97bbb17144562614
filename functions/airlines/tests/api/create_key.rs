//! `POST /airlines/{airlineId}/keys`

use crate::bad_input::answers;
use crate::superusers::session;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

const PATH: &str = "/airlines/skyteam/keys";

#[tokio::test]
async fn creates_a_key_alongside_the_existing_ones() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;

    let created = app.post(PATH).bearer(&session).json(&json!({})).send().await;

    assert_snapshot!(created.shown(), @r#"
    201 {
      "apiKey": "sky_GU3MABYPTrWrgB2Xlz-7hFUSUnVcgil9hn9_KxAXz8M",
      "keyId": "f378rgxqbpm8"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "TransactWriteItems"]);
    for key in [first.as_str(), created.json()["apiKey"].as_str().unwrap()] {
        assert_eq!(app.get("/airline").key(key).send().await.json()["airlineId"], "skyteam");
    }
}

#[tokio::test]
async fn reads_and_writes_once_no_matter_how_many_keys_it_expires() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;
    for _ in 0..5 {
        let _key = app.post(PATH).bearer(&session).json(&json!({})).send().await.expect(201);
    }
    app.wire.reset();

    let created = app.post(PATH).bearer(&session).json(&json!({ "overlapSeconds": 3600 })).send().await;

    assert_eq!(created.status, 201);
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "TransactWriteItems"]);
}

#[tokio::test]
async fn treats_a_null_overlap_as_omitted() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;

    let _created = app.post(PATH).bearer(&session).json(&json!({ "overlapSeconds": null })).send().await.expect(201);

    let cold = app.another_instance(app.app.request_timeout);
    assert_eq!(cold.get("/airline").key(&first).send().await.status, 200);
}

#[tokio::test]
async fn cannot_find_a_nonexistent_airline() {
    let app = crate::start().await;
    let session = session(&app).await;

    for body in [json!({}), json!({ "overlapSeconds": 60 })] {
        let refused = app.post("/airlines/nobody/keys").bearer(&session).json(&body).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            404 {
              "statusCode": 404,
              "error": "Not Found",
              "message": "Airline not found"
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "TransactWriteItems"]);
    }
}

#[tokio::test]
async fn creates_at_most_forty_keys() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;
    for _ in 1..40 {
        let _key = app.post(PATH).bearer(&session).json(&json!({})).send().await.expect(201);
    }
    app.wire.reset();

    for body in [json!({}), json!({ "overlapSeconds": 60 })] {
        let refused = app.post(PATH).bearer(&session).json(&body).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            409 {
              "statusCode": 409,
              "error": "Conflict",
              "message": "Too many keys, revoke some first"
            }
            "#);
        }
        assert_eq!(app.wire.take_operations(), ["GetItem", "Query"]);
    }
    assert_eq!(app.get("/airline").key(&first).send().await.status, 200);
}

#[tokio::test]
async fn expires_the_maximum_number_of_keys_and_does_not_count_expired_ones() {
    let app = crate::start().await;
    let session = session(&app).await;
    let first = app.airline("skyteam").await;
    for _ in 2..40 {
        let _key = app.post(PATH).bearer(&session).json(&json!({})).send().await.expect(201);
    }

    let last = app.post(PATH).bearer(&session).json(&json!({ "overlapSeconds": 0 })).send().await.expect(201).json();
    let next = app.post(PATH).bearer(&session).json(&json!({})).send().await;

    assert_eq!(next.status, 201);
    let cold = app.another_instance(app.app.request_timeout);
    assert_eq!(cold.get("/airline").key(&first).send().await.status, 401);
    assert_eq!(cold.get("/airline").key(last["apiKey"].as_str().unwrap()).send().await.status, 200);
}

#[tokio::test]
async fn creates_a_key_for_each_concurrent_request() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _first = app.airline("skyteam").await;

    let created = join_all((0..10).map(|_| app.post(PATH).bearer(&session).json(&json!({})).send())).await;

    let mut keys: Vec<Value> = created.into_iter().map(|answer| answer.expect(201).json()["apiKey"].clone()).collect();
    for key in &keys {
        assert_eq!(app.get("/airline").key(key.as_str().unwrap()).send().await.status, 200);
    }
    keys.sort_by_key(Value::to_string);
    keys.dedup();
    assert_eq!(keys.len(), 10);
}

#[tokio::test]
async fn rejects_invalid_fields_without_writing() {
    let app = crate::start().await;
    let session = session(&app).await;
    let _key = app.airline("skyteam").await;

    let refusals = answers(
        || app.post(PATH).bearer(&session),
        &json!({}),
        &[
            ("overlapSeconds", "-1"),
            ("overlapSeconds", "0.5"),
            ("overlapSeconds", "31536001"),
            ("overlapSeconds", "18446744073709551616"),
            ("overlapSeconds", "\"60\""),
            ("overlapSeconds", "[60]"),
            ("overlapSeconds", "true"),
            ("overlap_seconds", "60"),
            ("keyId", "\"mine\""),
        ],
    )
    .await;

    assert_snapshot!(refusals, @r#"
    overlapSeconds: -1 → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: 0.5 → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: 31536001 → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: 18446744073709551616 → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: "60" → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: [60] → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlapSeconds: true → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlapSeconds\" must be an integer from 0 to 31536000"}
    overlap_seconds: 60 → 400 {"statusCode":400,"error":"Bad Request","message":"\"overlap_seconds\" is not allowed"}
    keyId: "mine" → 400 {"statusCode":400,"error":"Bad Request","message":"\"keyId\" is not allowed"}
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"));
}
