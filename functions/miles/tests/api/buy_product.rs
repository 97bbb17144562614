//! `POST /user/{id}/buyProduct`

use insta::assert_snapshot;
use serde_json::json;
use testing::TestApp;

const FLYER: &str = "123456789";

#[tokio::test]
async fn deducts_the_price() {
    let app = TestApp::start().await;
    let key = app.airline("skyteam").await;
    let product = app.product(&key, 500).await;
    let flight = app.flight(&key, "skyteam").await;
    app.board(&key, &flight, FLYER, 5000).await;

    let path = format!("/user/{FLYER}/buyProduct");
    let bought = app.post(&path).key(&key).json(&json!({ "productId": product })).send().await;

    assert_snapshot!(bought.shown(), @"");
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    assert_snapshot!(serde_json::to_string_pretty(&app.ledger(&key, FLYER).await).unwrap(), @"");
}
