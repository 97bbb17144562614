//! `POST /airlines`

use crate::bad_input::answers;
use crate::superusers::session;
use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::json;
use shared::models::KeyDigest;
use testing::Stored;

const PATH: &str = "/airlines";

#[tokio::test]
async fn creates_an_airline_with_a_key_that_works_immediately() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });

    let created = app.post(PATH).bearer(&session).json(&draft).send().await;

    assert_snapshot!(created.shown(), @r#"
    201 {
      "airline": {
        "airlineId": "skyteam",
        "name": "SkyTeam",
        "inviteLink": "https://discord.gg/skyteam",
        "serverId": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      },
      "apiKey": "sky_m3SoUWqJORvqon50DJ_LU-EyRR--moIsPKsWyToThMU",
      "keyId": "7x9kolg6kl46"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let airline = app.get("/airline").key(created.json()["apiKey"].as_str().unwrap()).send().await.expect(200);
    assert_eq!(airline.json(), created.json()["airline"]);
}

#[tokio::test]
async fn accepts_every_field() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({
        "airlineId": "a".repeat(64), "name": "✈".repeat(100), "inviteLink": "http://sky.example/join", "serverId": "1",
    });

    let created = app.post(PATH).bearer(&session).json(&draft).send().await;

    assert_snapshot!(created.shown(), @r#"
    400 {
      "statusCode": 400,
      "error": "Bad Request",
      "message": "\"serverId\" must be a string of 17 to 20 digits without leading zeros"
    }
    "#);
}

#[tokio::test]
async fn treats_null_as_an_omitted_field() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam", "inviteLink": null, "serverId": null });

    let created = app.post(PATH).bearer(&session).json(&draft).send().await.expect(201).json();

    assert_eq!(created["airline"]["inviteLink"], "https://discord.gg/skyteam");
    assert_eq!(created["airline"]["serverId"], json!(null));
}

#[tokio::test]
async fn rejects_a_taken_id_without_changing_anything() {
    let app = crate::start().await;
    let session = session(&app).await;
    let key = app.airline("skyteam").await;
    let before = Stored::of(&app).items().await.len();

    let draft = json!({ "airlineId": "skyteam", "name": "Another" });
    let refused = app.post(PATH).bearer(&session).json(&draft).send().await;

    assert_snapshot!(refused.shown(), @r#"
    409 {
      "statusCode": 409,
      "error": "Conflict",
      "message": "Airline already exists"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(Stored::of(&app).items().await.len(), before);
    let airline = app.get("/airline").key(&key).send().await.expect(200).json();
    assert_eq!(airline["name"], "Airline skyteam");
}

#[tokio::test]
async fn lets_only_one_of_many_concurrent_requests_take_an_id() {
    let app = crate::start().await;
    let session = session(&app).await;
    let before = Stored::of(&app).items().await.len();
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });

    let created = join_all((0..20).map(|_| app.post(PATH).bearer(&session).json(&draft).send())).await;

    let (created, refused): (Vec<_>, Vec<_>) = created.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((created.len(), refused.len()), (1, 19));
    assert!(refused.iter().all(|answer| answer.status == 409));
    // The airline, its key, and the item that the key's digest points to.
    assert_eq!(Stored::of(&app).items().await.len(), before + 3);
    let key = created[0].json()["apiKey"].as_str().unwrap().to_owned();
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn stores_only_the_digest_of_a_key() {
    let app = crate::start().await;
    let session = session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });
    let created = app.post(PATH).bearer(&session).json(&draft).send().await.expect(201).json();
    let rotated = app.post("/airlines/skyteam/keys").bearer(&session).json(&json!({ "overlapSeconds": 60 }));
    let rotated = rotated.send().await.expect(201).json();

    for key in [&created["apiKey"], &rotated["apiKey"]] {
        let key = key.as_str().unwrap();
        let _used = app.get("/airline").key(key).send().await.expect(200);
        let secret = key.strip_prefix("sky_").unwrap();
        let digest = KeyDigest::of(key);

        let items = format!("{:?}", Stored::of(&app).items().await);

        assert!(items.contains(digest.as_str()));
        assert!(!items.contains(secret));
    }
}

#[tokio::test]
async fn rejects_invalid_fields_without_writing() {
    let app = crate::start().await;
    let session = session(&app).await;
    let valid = json!({ "airlineId": "skyteam", "name": "SkyTeam" });

    let refusals = answers(
        || app.post(PATH).bearer(&session),
        &valid,
        &[
            ("airlineId", ""),
            ("airlineId", "null"),
            ("airlineId", "1"),
            ("airlineId", r#"["skyteam"]"#),
            ("airlineId", r#""""#),
            ("airlineId", r#""SkyTeam""#),
            ("airlineId", r#""sky/team""#),
            ("airlineId", r#""sky_team""#),
            ("airlineId", r#""✈""#),
            ("airlineId", &format!("\"{}\"", "a".repeat(65))),
            ("name", ""),
            ("name", "null"),
            ("name", "true"),
            ("name", r#""""#),
            ("name", r#""\n""#),
            ("name", &format!("\"{}\"", "✈".repeat(101))),
            ("inviteLink", "1"),
            ("inviteLink", r#""ftp://discord.gg/skyteam""#),
            ("inviteLink", &format!("\"https://discord.gg/{}\"", "a".repeat(2048))),
            ("serverId", "1034567890123456789"),
            ("serverId", &format!("\"{}\"", "1".repeat(65))),
            ("apiKey", "\"sky_mine\""),
            ("createdAt", "\"2024-03-15T10:30:00.000Z\""),
        ],
    )
    .await;

    assert_snapshot!(refusals, @r#"
    airlineId:  → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" is required"}
    airlineId: null → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" is required"}
    airlineId: 1 → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be a string"}
    airlineId: ["skyteam"] → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be a string"}
    airlineId: "" → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" is not allowed to be empty"}
    airlineId: "SkyTeam" → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be 1 to 64 of a-z, 0-9 and -"}
    airlineId: "sky/team" → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be 1 to 64 of a-z, 0-9 and -"}
    airlineId: "sky_team" → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be 1 to 64 of a-z, 0-9 and -"}
    airlineId: "✈" → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be 1 to 64 of a-z, 0-9 and -"}
    airlineId: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be 1 to 64 of a-z, 0-9 and -"}
    name:  → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" is required"}
    name: null → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" is required"}
    name: true → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" must be a string"}
    name: "" → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" is not allowed to be empty"}
    name: "\n" → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" is not allowed to be empty"}
    name: "✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈… → 400 {"statusCode":400,"error":"Bad Request","message":"\"name\" must be 1 to 100 characters"}
    inviteLink: 1 → 400 {"statusCode":400,"error":"Bad Request","message":"\"inviteLink\" must be a string"}
    inviteLink: "ftp://discord.gg/skyteam" → 400 {"statusCode":400,"error":"Bad Request","message":"\"inviteLink\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    inviteLink: "https://discord.gg/aaaaaaaaaaaaaaaaaaaa… → 400 {"statusCode":400,"error":"Bad Request","message":"\"inviteLink\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    serverId: 1034567890123456789 → 400 {"statusCode":400,"error":"Bad Request","message":"\"serverId\" must be a string"}
    serverId: "111111111111111111111111111111111111111… → 400 {"statusCode":400,"error":"Bad Request","message":"\"serverId\" must be a string of 17 to 20 digits without leading zeros"}
    apiKey: "sky_mine" → 400 {"statusCode":400,"error":"Bad Request","message":"\"apiKey\" is not allowed"}
    createdAt: "2024-03-15T10:30:00.000Z" → 400 {"statusCode":400,"error":"Bad Request","message":"\"createdAt\" is not allowed"}
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"));
}
