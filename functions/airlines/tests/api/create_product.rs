//! `POST /airline/products`

use crate::bad_input::answers;
use insta::assert_snapshot;
use serde_json::{Value, json};

const PATH: &str = "/airline/products";

#[tokio::test]
async fn creates_a_product_that_can_be_bought() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let created =
        app.post(PATH).key(&key).json(&json!({ "name": "Priority Boarding", "priceMiles": 500 })).send().await;

    assert_snapshot!(created.shown(), @r#"
    201 {
      "productId": "9pxo5k",
      "airlineId": "skyteam",
      "name": "Priority Boarding",
      "description": null,
      "priceMiles": 500,
      "active": true,
      "createdAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    let listed = app.get("/airline/fetchProductsData").key(&key).send().await;
    assert_eq!(listed.json(), Value::Array(vec![created.json()]));
}

#[tokio::test]
async fn accepts_every_field() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let draft = json!({
        "name": "Lounge \"Sky\" ✈", "priceMiles": 1_000_000_000, "description": "Line one\nline two", "active": false,
    });

    let created = app.post(PATH).key(&key).json(&draft).send().await;

    assert_snapshot!(created.shown(), @r#"
    201 {
      "productId": "9pxo5k",
      "airlineId": "skyteam",
      "name": "Lounge \"Sky\" ✈",
      "description": "Line one\nline two",
      "priceMiles": 1000000000,
      "active": false,
      "createdAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
    let listed = app.get("/airline/fetchProductsData").key(&key).send().await;
    assert_eq!(listed.json(), Value::Array(vec![created.json()]));
}

#[tokio::test]
async fn accepts_values_at_the_limits() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let valid = [
        ("name", json!("x")),
        ("name", json!("✈".repeat(100))),
        ("priceMiles", json!(1)),
        ("priceMiles", json!(1_000_000_000)),
        ("description", json!("✈".repeat(1000))),
        ("description", Value::Null),
        ("active", json!(true)),
    ];

    for (field, value) in valid {
        let mut draft = json!({ "name": "Lounge", "priceMiles": 500 });
        draft[field] = value.clone();
        let created = app.post(PATH).key(&key).json(&draft).send().await.expect(201);

        assert_eq!(created.json()[field], value);
    }
}

#[tokio::test]
async fn needs_no_content_type() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let created = app.post(PATH).key(&key).body(r#" {"name":"Lounge","priceMiles":1} "#).send().await;

    assert_eq!(created.status, 201);
}

#[tokio::test]
async fn rejects_invalid_fields_without_writing() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let valid = json!({ "name": "Lounge", "priceMiles": 500, "description": "Quiet", "active": true });

    let refusals = answers(
        || app.post(PATH).key(&key),
        &valid,
        &[
            ("name", ""),
            ("name", "null"),
            ("name", "7"),
            ("name", "[\"Lounge\"]"),
            ("name", "{}"),
            ("name", r#""""#),
            ("name", r#"" \t\u00a0""#),
            ("name", &format!("\"{}\"", "✈".repeat(101))),
            ("name", r#""\ud800""#),
            ("priceMiles", ""),
            ("priceMiles", "null"),
            ("priceMiles", "\"500\""),
            ("priceMiles", "0"),
            ("priceMiles", "-1"),
            ("priceMiles", "-0"),
            ("priceMiles", "1.5"),
            ("priceMiles", "1000000001"),
            ("priceMiles", "18446744073709551616"),
            ("priceMiles", "1e400"),
            ("priceMiles", "NaN"),
            ("priceMiles", "[500]"),
            ("description", "5"),
            ("description", "[]"),
            ("description", &format!("\"{}\"", "x".repeat(1001))),
            ("active", "1"),
            ("active", "\"true\""),
            ("productId", "\"a1b2c3\""),
            ("airlineId", "\"oneworld\""),
            ("Name", "\"Lounge\""),
        ],
    )
    .await;

    assert_snapshot!(refusals, @r#"
    name:  → 400 {"error":"\"name\" is required"}
    name: null → 400 {"error":"\"name\" is required"}
    name: 7 → 400 {"error":"\"name\" must be a string"}
    name: ["Lounge"] → 400 {"error":"\"name\" must be a string"}
    name: {} → 400 {"error":"\"name\" must be a string"}
    name: "" → 400 {"error":"\"name\" is not allowed to be empty"}
    name: " \t\u00a0" → 400 {"error":"\"name\" is not allowed to be empty"}
    name: "✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈… → 400 {"error":"\"name\" must be 1 to 100 characters"}
    name: "\ud800" → 400 {"error":"Body must be valid JSON: unexpected end of hex escape at line 1 column 69"}
    priceMiles:  → 400 {"error":"\"priceMiles\" is required"}
    priceMiles: null → 400 {"error":"\"priceMiles\" is required"}
    priceMiles: "500" → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 0 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: -1 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: -0 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 1.5 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 1000000001 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 18446744073709551616 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 1e400 → 400 {"error":"Body must be valid JSON: number out of range at line 1 column 71"}
    priceMiles: NaN → 400 {"error":"Body must be valid JSON: expected value at line 1 column 67"}
    priceMiles: [500] → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    description: 5 → 400 {"error":"\"description\" must be a string"}
    description: [] → 400 {"error":"\"description\" must be a string"}
    description: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → 400 {"error":"\"description\" must be 1 to 1000 characters"}
    active: 1 → 400 {"error":"\"active\" must be a boolean"}
    active: "true" → 400 {"error":"\"active\" must be a boolean"}
    productId: "a1b2c3" → 400 {"error":"\"productId\" is not allowed"}
    airlineId: "oneworld" → 400 {"error":"\"airlineId\" is not allowed"}
    Name: "Lounge" → 400 {"error":"\"Name\" is not allowed"}
    "#);
    assert!(app.wire.take_operations().is_empty());
}
