//! `GET /airline/fetchProductsData`

use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/airline/fetchProductsData";

#[tokio::test]
async fn returns_an_empty_array_when_there_are_no_products() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let products = app.get(PATH).key(&key).send().await;

    assert_snapshot!(products.shown(), @"200 []");
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

#[tokio::test]
async fn lists_the_airlines_own_products_oldest_first_including_inactive_ones() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let other = app.airline("oneworld").await;
    let drafts = [
        json!({ "name": "Priority Boarding", "priceMiles": 500, "description": "Board first" }),
        json!({ "name": "Lounge", "priceMiles": 1200, "active": false }),
        json!({ "name": "Upgrade", "priceMiles": 9000 }),
    ];
    for draft in &drafts {
        let _product = app.post("/airline/products").key(&key).json(draft).send().await.expect(201);
        app.clock.advance(Duration::from_millis(1));
    }
    let _not_ours = app.product(&other, 100).await;

    let products = app.get(PATH).key(&key).send().await;

    assert_snapshot!(products.shown(), @r#"
    200 [
      {
        "productId": "zebg7o",
        "airlineId": "skyteam",
        "name": "Priority Boarding",
        "description": "Board first",
        "priceMiles": 500,
        "active": true,
        "createdAt": "2024-03-15T10:30:00.000Z"
      },
      {
        "productId": "4rufyy",
        "airlineId": "skyteam",
        "name": "Lounge",
        "description": null,
        "priceMiles": 1200,
        "active": false,
        "createdAt": "2024-03-15T10:30:00.001Z"
      },
      {
        "productId": "0fz28a",
        "airlineId": "skyteam",
        "name": "Upgrade",
        "description": null,
        "priceMiles": 9000,
        "active": true,
        "createdAt": "2024-03-15T10:30:00.002Z"
      }
    ]
    "#);
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

#[tokio::test]
async fn lists_more_products_than_one_query_can_read() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    // DynamoDB limits a page of query results to 1 MB; 350 of these products take 1.1 MB.
    let draft = json!({ "name": "Lounge", "priceMiles": 1, "description": "✈".repeat(1000) });
    let draft = &draft;
    let created = join_all((0..350).map(|_| app.post("/airline/products").key(&key).json(draft).send())).await;
    let mut created: Vec<Value> = created.into_iter().map(|product| product.expect(201).json()).collect();
    app.wire.reset();

    let products = app.get(PATH).key(&key).send().await.expect(200);

    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
    // Products created at the same instant are sorted by id.
    created.sort_by_key(|product| product["productId"].to_string());
    assert!(products.json() == Value::Array(created));
}
