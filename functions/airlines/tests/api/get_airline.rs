//! `GET /airline`

use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn returns_the_calling_airline() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let _other = app.airline("oneworld").await;

    let airline = app.get("/airline").key(&key).send().await;

    assert_snapshot!(airline.shown(), @r#"
    200 {
      "airlineId": "skyteam",
      "name": "Airline skyteam",
      "inviteLink": "https://discord.gg/skyteam",
      "serverId": null,
      "createdAt": "2024-03-15T10:30:00.000Z",
      "updatedAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn returns_every_field_that_was_set() {
    let app = crate::start().await;
    let session = crate::superusers::session(&app).await;
    let draft = json!({
        "airlineId": "nordic-air", "name": "Nordic Air ✈", "inviteLink": "https://nordic.example/join?from=api",
        "serverId": "1034567890123456789",
    });
    let created = app.post("/airlines").bearer(&session).json(&draft).send().await.expect(201).json();

    let airline = app.get("/airline").key(created["apiKey"].as_str().unwrap()).send().await;

    assert_snapshot!(airline.shown(), @r#"
    200 {
      "airlineId": "nordic-air",
      "name": "Nordic Air ✈",
      "inviteLink": "https://nordic.example/join?from=api",
      "serverId": "1034567890123456789",
      "createdAt": "2024-03-15T10:30:00.000Z",
      "updatedAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
}
