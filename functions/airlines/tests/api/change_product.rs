//! `PATCH /airline/products/{productId}`

use crate::bad_input::{answers, in_one_line};
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Fault, TestApp};

/// Creates a product that has every field set and returns it with its path.
async fn product(app: &TestApp, key: &str) -> (Value, String) {
    let draft = json!({ "name": "Lounge", "priceMiles": 500, "description": "Quiet" });
    let created = app.post("/airline/products").key(key).json(&draft).send().await.expect(201).json();
    let path = format!("/airline/products/{}", created["productId"].as_str().unwrap());
    app.clock.advance(Duration::from_secs(1));
    app.wire.reset();
    (created, path)
}

#[tokio::test]
async fn changes_every_editable_field() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (_, path) = product(&app, &key).await;
    let change = json!({ "name": "Big Lounge", "priceMiles": 450, "description": "Loud", "active": false });

    let changed = app.patch(&path).key(&key).json(&change).send().await;

    assert_snapshot!(changed.shown(), @r#"
    200 {
      "productId": "9pxo5k",
      "airlineId": "skyteam",
      "name": "Big Lounge",
      "description": "Loud",
      "priceMiles": 450,
      "active": false,
      "createdAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "UpdateItem"]);
    let listed = app.get("/airline/fetchProductsData").key(&key).send().await;
    assert_eq!(listed.json(), Value::Array(vec![changed.json()]));
}

#[tokio::test]
async fn leaves_other_fields_unchanged() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (mut expected, path) = product(&app, &key).await;
    let changes = [
        ("name", json!("Big Lounge")),
        ("priceMiles", json!(1)),
        ("priceMiles", json!(1_000_000_000)),
        ("description", json!("Loud")),
        ("description", Value::Null),
        ("description", Value::Null),
        ("active", json!(false)),
        ("active", json!(false)),
        ("active", json!(true)),
    ];

    for (field, value) in changes {
        let product = app.patch(&path).key(&key).json(&json!({ field: value })).send().await.expect(200);

        let is_change = expected[field] != value;
        expected[field] = value;
        assert_eq!(product.json(), expected);
        let operations: &[_] = if is_change { &["GetItem", "UpdateItem"] } else { &["GetItem"] };
        assert_eq!(app.wire.take_operations(), operations, "{field}");
    }
    let listed = app.get("/airline/fetchProductsData").key(&key).send().await;
    assert_eq!(listed.json(), json!([expected]));
}

#[tokio::test]
async fn keeps_concurrent_changes_to_different_fields() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (mut expected, path) = product(&app, &key).await;
    let changes = [
        json!({ "name": "Big Lounge" }),
        json!({ "priceMiles": 450 }),
        json!({ "description": null }),
        json!({ "active": false }),
    ];

    let answers = join_all(changes.iter().map(|change| app.patch(&path).key(&key).json(change).send())).await;

    assert!(answers.iter().all(|answer| answer.status == 200));
    for change in &changes {
        for (field, value) in change.as_object().unwrap() {
            expected[field] = value.clone();
        }
    }
    let listed = app.get("/airline/fetchProductsData").key(&key).send().await;
    assert_eq!(listed.json(), json!([expected]));
}

#[tokio::test]
async fn rejects_an_empty_change() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (_, path) = product(&app, &key).await;

    for body in ["", "{}", " \n"] {
        let refused = app.patch(&path).key(&key).body(body).send().await;
        allow_duplicates! {
            assert_snapshot!(refused.shown(), @r#"
            400 {
              "error": "Body must have at least one of name, priceMiles, description, active"
            }
            "#);
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_invalid_fields_without_writing() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let (_, path) = product(&app, &key).await;

    let refusals = answers(
        || app.patch(&path).key(&key),
        &json!({ "priceMiles": 450 }),
        &[
            ("name", "7"),
            ("name", &format!("\"{}\"", "x".repeat(101))),
            ("priceMiles", "null"),
            ("priceMiles", "\"450\""),
            ("priceMiles", "0"),
            ("priceMiles", "-450"),
            ("priceMiles", "4.5"),
            ("priceMiles", "1000000001"),
            ("priceMiles", "99999999999999999999"),
            ("description", "false"),
            ("description", &format!("\"{}\"", "✈".repeat(1001))),
            ("active", "0"),
            ("productId", "\"a1b2c3\""),
            ("createdAt", "\"2024-03-15T10:30:00.000Z\""),
        ],
    )
    .await;

    assert_snapshot!(refusals, @r#"
    name: 7 → 400 {"error":"\"name\" must be a string"}
    name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → 400 {"error":"\"name\" must be 1 to 100 characters"}
    priceMiles: null → 400 {"error":"Body must have at least one of name, priceMiles, description, active"}
    priceMiles: "450" → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 0 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: -450 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 4.5 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 1000000001 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    priceMiles: 99999999999999999999 → 400 {"error":"\"priceMiles\" must be an integer from 1 to 1000000000"}
    description: false → 400 {"error":"\"description\" must be a string"}
    description: "✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈✈… → 400 {"error":"\"description\" must be 1 to 1000 characters"}
    active: 0 → 400 {"error":"\"active\" must be a boolean"}
    productId: "a1b2c3" → 400 {"error":"\"productId\" is not allowed"}
    createdAt: "2024-03-15T10:30:00.000Z" → 400 {"error":"\"createdAt\" is not allowed"}
    "#);
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn cannot_find_another_airlines_product() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let other = app.airline("oneworld").await;
    let (product, path) = product(&app, &key).await;

    let refused = app.patch(&path).key(&other).json(&json!({ "priceMiles": 1 })).send().await;

    assert_snapshot!(refused.shown(), @r#"
    404 {
      "error": "Product not found"
    }
    "#);
    assert_eq!(app.get("/airline/fetchProductsData").key(&key).send().await.json(), json!([product]));
    assert_eq!(app.get("/airline/fetchProductsData").key(&other).send().await.json(), json!([]));
}

#[tokio::test]
async fn cannot_find_a_nonexistent_product() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let change = json!({ "priceMiles": 1 });

    let unknown = app.patch("/airline/products/zzzzzz").key(&key).json(&change).send().await;
    assert_snapshot!(unknown.shown(), @r#"
    404 {
      "error": "Product not found"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);

    for id in ["zzzzz", "zzzzzzz", "ZZZZZZ", "zz%2Fzz", "zzz%2Fzz", "zzzzz%20", "%00zzzzz", "-", "zzzzz%E2%9C%88"] {
        let ill_formed = app.patch(&format!("/airline/products/{id}")).key(&key).json(&change).send().await;
        assert_eq!(ill_formed.shown(), unknown.shown(), "{id}");
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_a_path_that_is_not_valid_utf_8() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let refused = app.patch("/airline/products/%FF%FE").key(&key).json(&json!({ "priceMiles": 1 })).send().await;

    assert_snapshot!(in_one_line(&refused), @r#"400 {"error":"Path must be percent-encoded UTF-8"}"#);
    assert!(app.wire.take_operations().is_empty());
}

/// The first attempt at the first change arrives after the second change.
#[tokio::test]
async fn is_not_undone_by_an_attempt_that_arrives_late() {
    for (first, second) in [("priceMiles", json!(900)), ("active", json!(false)), ("name", json!("Second"))]
        .map(|(field, later)| (json!({ "priceMiles": 100, "active": true, "name": "First" }), json!({ field: later })))
    {
        let app = crate::start().await;
        let key = app.airline("skyteam").await;
        let (_, path) = product(&app, &key).await;
        app.wire.disturb([Fault::None, Fault::Late(Duration::from_millis(100))]);

        let _first = app.patch(&path).key(&key).json(&first).send().await.expect(200);
        let acknowledged = app.patch(&path).key(&key).json(&second).send().await.expect(200).json();
        app.wire.all_arrived().await;

        let listed = app.get("/airline/fetchProductsData").key(&key).send().await.json();
        assert_eq!(listed, json!([acknowledged]), "{second}");
    }
}
