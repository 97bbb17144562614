//! The community shown in the documented examples.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::ledger::open_account;
use testing::TestApp;

/// Creates flyer 123456789 with 5,000 miles, 500 of them from one flight, and product `a1b2c3`. Returns the airline's
/// key.
pub async fn documented_community(app: &TestApp) -> String {
    app.clock.set("2024-01-10T08:00:00.000Z");
    let key = app.airline("skyteam").await;
    let flyer = model(json!({
        "userId": "123456789", "username": "pilot123", "displayName": "Captain John", "miles": 4500,
        "avatarUrl": "https://tr.rbxcdn.com/...",
        "createdAt": "2024-01-10T08:00:00.000Z", "updatedAt": "2024-01-10T08:00:00.000Z",
    }));
    assert!(open_account(app.context(), flyer).await.expect("the account should be opened"));

    let product = model(json!({
        "productId": "a1b2c3", "airlineId": "skyteam", "name": "Priority Boarding",
        "description": "Board the aircraft before other passengers", "priceMiles": 500, "active": true,
        "createdAt": "2024-01-15T10:30:00.000Z",
    }));
    assert!(app.store().create_product(&product, app.context().random()).await.expect("the product should be created"));

    let flight = model(json!({
        "id": "550e8400-e29b-41d4-a716-446655440000", "code": "ST123", "gameId": "1234567890",
        "aircraft": "Boeing 737-800", "airlineId": "skyteam", "brandId": "skyteam-main",
        "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z",
        "startedAt": null, "endTime": null, "codeshareAirlineId": null,
        "discordEventLink": "https://discord.gg/event/123456",
    }));
    let planned =
        app.store().create_flight(&flight, app.context().random()).await.expect("the flight should be created");
    planned.expect("the flight's brand should exist");

    app.clock.set("2024-03-15T10:30:00.000Z");
    app.board(&key, "550e8400-e29b-41d4-a716-446655440000", "123456789", 500).await;
    key
}

fn model<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("the JSON should be valid")
}
