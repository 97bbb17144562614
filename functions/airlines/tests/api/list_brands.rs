//! `GET /airline/brands`

use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn returns_an_empty_array_when_there_are_no_brands() {
    let app = crate::start().await;
    let session = crate::superusers::session(&app).await;
    let draft = json!({ "airlineId": "skyteam", "name": "SkyTeam" });
    let created = app.post("/airlines").bearer(&session).json(&draft).send().await.expect(201).json();

    let brands = app.get("/airline/brands").key(created["apiKey"].as_str().unwrap()).send().await;

    assert_snapshot!(brands.shown(), @"200 []");
}

#[tokio::test]
async fn lists_the_airlines_own_brands_by_id() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let _other = app.airline("oneworld").await;
    let drafts = [
        json!({ "brandId": "skyteam-regional", "name": "Regional", "iata": "R1", "icao": "REG", "callsign": "LITTLE" }),
        json!({
            "brandId": "skyteam-cargo", "name": "Cargo", "iata": "C1", "icao": "CRG", "callsign": "HEAVY",
            "logoUrl": "https://skyteam.example/cargo.png", "accentColor": "#FF0000", "secondaryColor": "#00ff00",
            "elementColor": "#0000Ff",
        }),
    ];
    for draft in &drafts {
        let _brand = app.post("/airline/brands").key(&key).json(draft).send().await.expect(201);
    }
    app.wire.reset();

    let brands = app.get("/airline/brands").key(&key).send().await;

    assert_snapshot!(brands.shown(), @r##"
    200 [
      {
        "brandId": "skyteam-cargo",
        "airlineId": "skyteam",
        "name": "Cargo",
        "iata": "C1",
        "icao": "CRG",
        "callsign": "HEAVY",
        "isPrimary": false,
        "logoUrl": "https://skyteam.example/cargo.png",
        "accentColor": "#FF0000",
        "secondaryColor": "#00ff00",
        "elementColor": "#0000Ff"
      },
      {
        "brandId": "skyteam-main",
        "airlineId": "skyteam",
        "name": "Brand of skyteam",
        "iata": "SK",
        "icao": "SKY",
        "callsign": "SKYTEAM",
        "isPrimary": true,
        "logoUrl": null,
        "accentColor": "#2ea5f7",
        "secondaryColor": "#242429",
        "elementColor": "#fbfbfb"
      },
      {
        "brandId": "skyteam-regional",
        "airlineId": "skyteam",
        "name": "Regional",
        "iata": "R1",
        "icao": "REG",
        "callsign": "LITTLE",
        "isPrimary": false,
        "logoUrl": null,
        "accentColor": "#2ea5f7",
        "secondaryColor": "#242429",
        "elementColor": "#fbfbfb"
      }
    ]
    "##);
    assert_eq!(app.wire.take_operations(), ["Query"]);
}
