//! `POST /airline/brands`

use crate::bad_input::answers;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::{Stored, TestApp};

const PATH: &str = "/airline/brands";

/// Returns a brand that conflicts with none of the brands of [`TestApp::airline`], with the given fields replaced.
fn draft(given: &Value) -> Value {
    let mut draft =
        json!({ "brandId": "skyteam-cargo", "name": "Cargo", "iata": "C1", "icao": "CRG", "callsign": "HEAVY" });
    for (field, value) in given.as_object().unwrap() {
        draft[field] = value.clone();
    }
    draft
}

#[tokio::test]
async fn creates_a_brand() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let created = app.post(PATH).key(&key).json(&draft(&json!({}))).send().await;

    assert_snapshot!(created.shown(), @r##"
    201 {
      "brandId": "skyteam-cargo",
      "airlineId": "skyteam",
      "name": "Cargo",
      "iata": "C1",
      "icao": "CRG",
      "callsign": "HEAVY",
      "isPrimary": false,
      "logoUrl": null,
      "accentColor": "#2ea5f7",
      "secondaryColor": "#242429",
      "elementColor": "#fbfbfb"
    }
    "##);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    let listed = app.get(PATH).key(&key).send().await.json();
    assert_eq!(listed[0], created.json());
}

#[tokio::test]
async fn accepts_every_field() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let draft = draft(&json!({
        "isPrimary": true, "logoUrl": "https://skyteam.example/cargo.png?v=2", "accentColor": "#FF0000",
        "secondaryColor": "#00ff00", "elementColor": "#0000Ff",
    }));

    let created = app.post(PATH).key(&key).json(&draft).send().await;

    assert_snapshot!(created.shown(), @r##"
    201 {
      "brandId": "skyteam-cargo",
      "airlineId": "skyteam",
      "name": "Cargo",
      "iata": "C1",
      "icao": "CRG",
      "callsign": "HEAVY",
      "isPrimary": true,
      "logoUrl": "https://skyteam.example/cargo.png?v=2",
      "accentColor": "#FF0000",
      "secondaryColor": "#00ff00",
      "elementColor": "#0000Ff"
    }
    "##);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let listed = app.get(PATH).key(&key).send().await.json();
    assert_eq!(listed[0], created.json());
}

#[tokio::test]
async fn replaces_the_primary_brand() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let other = app.airline("oneworld").await;

    let _created = app.post(PATH).key(&key).json(&draft(&json!({ "isPrimary": true }))).send().await.expect(201);

    assert_eq!(primary_brands(&app, &key).await, ["skyteam-cargo"]);
    assert_eq!(primary_brands(&app, &other).await, ["oneworld-main"]);
}

#[tokio::test]
async fn keeps_the_current_primary_brand_unless_asked_to_replace_it() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let _created = app.post(PATH).key(&key).json(&draft(&json!({ "isPrimary": false }))).send().await.expect(201);

    assert_eq!(primary_brands(&app, &key).await, ["skyteam-main"]);
}

async fn primary_brands(app: &TestApp, key: &str) -> Vec<String> {
    let brands = app.get(PATH).key(key).send().await.expect(200).json();
    let primary = brands.as_array().unwrap().iter().filter(|brand| brand["isPrimary"] == true);
    primary.map(|brand| brand["brandId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rejects_designators_taken_by_any_airlines_brand() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let other = app.airline("oneworld").await;
    let taken = draft(&json!({ "callsign": "Éclair" }));
    let _brand = app.post(PATH).key(&key).json(&taken).send().await.expect(201);
    let before = Stored::of(&app).items().await.len();
    let free = json!({ "brandId": "free", "iata": "F1", "icao": "FRE", "callsign": "FREE", "isPrimary": true });
    let conflicts = [
        ("brandId", "skyteam-cargo"),
        ("iata", "C1"),
        ("icao", "CRG"),
        ("callsign", "Éclair"),
        ("callsign", "ÉCLAIR"),
        ("callsign", "éclair"),
    ];

    for caller in [&key, &other] {
        for (field, value) in conflicts {
            let mut conflict = draft(&free);
            conflict[field] = json!(value);
            app.wire.reset();

            let refused = app.post(PATH).key(caller).json(&conflict).send().await;

            allow_duplicates! {
                assert_snapshot!(refused.shown(), @r#"
                409 {
                  "error": "Brand already exists"
                }
                "#);
            }
            assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
            assert_eq!(Stored::of(&app).items().await.len(), before, "{field} {value}");
        }
        assert_eq!(primary_brands(&app, caller).await.len(), 1);
    }
    // The rejected requests claimed none of their free designators.
    let _brand = app.post(PATH).key(&other).json(&draft(&free)).send().await.expect(201);
}

#[tokio::test]
async fn rejects_the_same_brand_twice() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let _created = app.post(PATH).key(&key).json(&draft(&json!({}))).send().await.expect(201);

    let again = app.post(PATH).key(&key).json(&draft(&json!({}))).send().await;

    assert_snapshot!(again.shown(), @r#"
    409 {
      "error": "Brand already exists"
    }
    "#);
}

#[tokio::test]
async fn keeps_claims_on_different_designators_separate() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    // Each value below is already taken, but as a different kind of designator.
    let draft = json!({ "brandId": "c1", "name": "Cargo", "iata": "ZZ", "icao": "ZZZ", "callsign": "SKY" });
    let _brand = app.post(PATH).key(&key).json(&draft).send().await.expect(201);
    let draft = json!({ "brandId": "sky", "name": "Cargo", "iata": "C1", "icao": "CZZ", "callsign": "ZZ" });

    let created = app.post(PATH).key(&key).json(&draft).send().await;

    assert_eq!(created.status, 201);
}

#[tokio::test]
async fn lets_only_one_of_many_concurrent_requests_take_a_designator() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let other = app.airline("oneworld").await;
    let before = Stored::of(&app).items().await.len();

    let created = join_all((0..20).map(|n| {
        let letter = char::from(b'A' + n);
        let draft = draft(&json!({
            "brandId": format!("brand-{n}"), "icao": format!("Q{letter}{letter}"), "callsign": format!("CALL {n}"),
        }));
        let caller = if n % 2 == 0 { &key } else { &other };
        app.post(PATH).key(caller).json(&draft).send()
    }));
    let created = created.await;

    let statuses: Vec<_> = created.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
    // The brand and its four claims.
    assert_eq!(Stored::of(&app).items().await.len(), before + 5);
}

#[tokio::test]
async fn leaves_exactly_one_of_many_concurrent_brands_primary() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let created = join_all((0..10).map(|n| {
        let letter = char::from(b'A' + n);
        let draft = draft(&json!({
            "brandId": format!("brand-{n}"), "iata": format!("Q{letter}"), "icao": format!("Q{letter}{letter}"),
            "callsign": format!("CALL {n}"), "isPrimary": true,
        }));
        app.post(PATH).key(&key).json(&draft).send()
    }));

    assert!(created.await.iter().all(|answer| answer.status == 201));
    let primary = primary_brands(&app, &key).await;
    assert!(matches!(&primary[..], [one] if one.starts_with("brand-")), "{primary:?}");
}

#[tokio::test]
async fn rejects_invalid_fields_without_writing() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let refusals = answers(
        || app.post(PATH).key(&key),
        &draft(&json!({})),
        &[
            ("brandId", ""),
            ("brandId", "null"),
            ("brandId", "5"),
            ("brandId", r#""""#),
            ("brandId", r#""SkyTeam""#),
            ("brandId", r#""sky team""#),
            ("brandId", r#""sky#team""#),
            ("brandId", &format!("\"{}\"", "x".repeat(65))),
            ("name", ""),
            ("name", "null"),
            ("name", r#""  ""#),
            ("name", &format!("\"{}\"", "x".repeat(101))),
            ("iata", ""),
            ("iata", "12"),
            ("iata", r#""S""#),
            ("iata", r#""st""#),
            ("iata", r#""STX""#),
            ("iata", r#""S✈""#),
            ("icao", ""),
            ("icao", "[\"SKT\"]"),
            ("icao", r#""skt""#),
            ("icao", r#""SK1""#),
            ("icao", r#""SKTM""#),
            ("callsign", ""),
            ("callsign", "{}"),
            ("callsign", r#""""#),
            ("callsign", r#"" ""#),
            ("callsign", &format!("\"{}\"", "x".repeat(33))),
            ("isPrimary", "1"),
            ("isPrimary", "\"true\""),
            ("logoUrl", "7"),
            ("logoUrl", r#""javascript:alert(1)""#),
            ("logoUrl", r#""https://""#),
            ("logoUrl", r#""https://skyteam.example/a logo""#),
            ("logoUrl", &format!("\"https://skyteam.example/{}\"", "x".repeat(2048))),
            ("accentColor", "0"),
            ("accentColor", r#""red""#),
            ("secondaryColor", r##""#fff""##),
            ("elementColor", r##""#2ea5f7ff""##),
            ("elementColor", r#""2ea5f7""#),
            ("airlineId", "\"oneworld\""),
        ],
    )
    .await;

    assert_snapshot!(refusals, @r##"
    brandId:  → 400 {"error":"\"brandId\" is required"}
    brandId: null → 400 {"error":"\"brandId\" is required"}
    brandId: 5 → 400 {"error":"\"brandId\" must be a string"}
    brandId: "" → 400 {"error":"\"brandId\" is not allowed to be empty"}
    brandId: "SkyTeam" → 400 {"error":"\"brandId\" must be 1 to 64 of a-z, 0-9 and -"}
    brandId: "sky team" → 400 {"error":"\"brandId\" must be 1 to 64 of a-z, 0-9 and -"}
    brandId: "sky#team" → 400 {"error":"\"brandId\" must be 1 to 64 of a-z, 0-9 and -"}
    brandId: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → 400 {"error":"\"brandId\" must be 1 to 64 of a-z, 0-9 and -"}
    name:  → 400 {"error":"\"name\" is required"}
    name: null → 400 {"error":"\"name\" is required"}
    name: "  " → 400 {"error":"\"name\" is not allowed to be empty"}
    name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → 400 {"error":"\"name\" must be 1 to 100 characters"}
    iata:  → 400 {"error":"\"iata\" is required"}
    iata: 12 → 400 {"error":"\"iata\" must be a string"}
    iata: "S" → 400 {"error":"\"iata\" must be 2 of A-Z and 0-9"}
    iata: "st" → 400 {"error":"\"iata\" must be 2 of A-Z and 0-9"}
    iata: "STX" → 400 {"error":"\"iata\" must be 2 of A-Z and 0-9"}
    iata: "S✈" → 400 {"error":"\"iata\" must be 2 of A-Z and 0-9"}
    icao:  → 400 {"error":"\"icao\" is required"}
    icao: ["SKT"] → 400 {"error":"\"icao\" must be a string"}
    icao: "skt" → 400 {"error":"\"icao\" must be 3 upper-case letters"}
    icao: "SK1" → 400 {"error":"\"icao\" must be 3 upper-case letters"}
    icao: "SKTM" → 400 {"error":"\"icao\" must be 3 upper-case letters"}
    callsign:  → 400 {"error":"\"callsign\" is required"}
    callsign: {} → 400 {"error":"\"callsign\" must be a string"}
    callsign: "" → 400 {"error":"\"callsign\" is not allowed to be empty"}
    callsign: " " → 400 {"error":"\"callsign\" is not allowed to be empty"}
    callsign: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" → 400 {"error":"\"callsign\" must be 1 to 32 characters"}
    isPrimary: 1 → 400 {"error":"\"isPrimary\" must be a boolean"}
    isPrimary: "true" → 400 {"error":"\"isPrimary\" must be a boolean"}
    logoUrl: 7 → 400 {"error":"\"logoUrl\" must be a string"}
    logoUrl: "javascript:alert(1)" → 400 {"error":"\"logoUrl\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    logoUrl: "https://" → 400 {"error":"\"logoUrl\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    logoUrl: "https://skyteam.example/a logo" → 400 {"error":"\"logoUrl\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    logoUrl: "https://skyteam.example/xxxxxxxxxxxxxxx… → 400 {"error":"\"logoUrl\" must be an http or https URL, or a host such as example.com/x, of up to 2048 characters"}
    accentColor: 0 → 400 {"error":"\"accentColor\" must be a string"}
    accentColor: "red" → 400 {"error":"\"accentColor\" must be a colour as #rrggbb"}
    secondaryColor: "#fff" → 400 {"error":"\"secondaryColor\" must be a colour as #rrggbb"}
    elementColor: "#2ea5f7ff" → 400 {"error":"\"elementColor\" must be a colour as #rrggbb"}
    elementColor: "2ea5f7" → 400 {"error":"\"elementColor\" must be a colour as #rrggbb"}
    airlineId: "oneworld" → 400 {"error":"\"airlineId\" is not allowed"}
    "##);
    assert!(app.wire.take_operations().is_empty());
}
