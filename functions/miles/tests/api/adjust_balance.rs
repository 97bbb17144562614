//! `POST /user/{id}/adjustments`

use crate::shop::{FLYER, Shop};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn adjustment(amount: i64) -> Value {
    json!({ "amount": amount, "note": "Compensation for a delay" })
}

#[tokio::test]
async fn credits_and_takes_miles() {
    let shop = Shop::open(500, 5000).await;
    shop.app.wire.reset();

    let credited = shop.adjust("one", &adjustment(250)).send().await;

    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    assert_snapshot!(credited.shown(), @r#"
    201 {
      "transaction": {
        "id": "123456789-2",
        "userId": "123456789",
        "seq": 2,
        "amount": 250,
        "type": "earn",
        "source": "adjustment",
        "airlineId": "skyteam",
        "flightId": null,
        "productId": null,
        "note": "Compensation for a delay",
        "balanceAfter": 5250,
        "createdAt": "2024-03-15T10:30:00.000Z"
      },
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 5250,
        "avatarUrl": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    let taken = shop.adjust("two", &adjustment(-1_000_000)).send().await.expect(400);
    assert_eq!(taken.json()["error"], "Insufficient miles");
    let taken = shop.adjust("two", &adjustment(-5250)).send().await.expect(201).json();
    assert_eq!(taken["user"]["miles"], 0);
    assert_eq!(taken["transaction"]["type"], "spend");
    assert_eq!(shop.entries().await, 3);
    assert_eq!(shop.audited().await, 3);
}

#[tokio::test]
async fn requires_an_idempotency_key() {
    let shop = Shop::open(500, 5000).await;
    let call = shop.app.post(&format!("/user/{FLYER}/adjustments")).key(&shop.key).json(&adjustment(1));
    assert_eq!(call.send().await.expect(400).json()["error"], "Idempotency-Key is required");

    let first = shop.adjust("one", &adjustment(1)).send().await.expect(201);
    let repeat = shop.adjust("one", &adjustment(1)).send().await.expect(201);
    assert_eq!(first.bytes, repeat.bytes);
    assert_eq!(repeat.header("idempotency-replayed"), Some("true"));
    let _other = shop.adjust("one", &adjustment(2)).send().await.expect(422);
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test]
async fn rejects_bad_fields_and_unknown_flyers() {
    let shop = Shop::open(500, 5000).await;
    for (field, value) in [
        ("amount", json!(0)),
        ("amount", json!(1_000_001)),
        ("amount", json!(-1_000_001)),
        ("amount", json!(1.5)),
        ("amount", json!("1")),
        ("amount", json!(null)),
        ("note", json!("")),
        ("note", json!(" ")),
        ("note", json!("n".repeat(201))),
        ("note", json!(null)),
        ("extra", json!(1)),
    ] {
        let mut body = adjustment(1);
        body[field] = value;
        let refused = shop.adjust("one", &body).send().await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.json());
        assert!(refused.json()["error"].as_str().unwrap().contains(field), "{}", refused.json());
    }
    for unknown in ["987654321", "x"] {
        let call = shop.app.post(&format!("/user/{unknown}/adjustments")).key(&shop.key).json(&adjustment(1));
        let refused = call.header("idempotency-key", "one").send().await.expect(404);
        assert_eq!(refused.json()["error"], "User not found");
    }
    assert_eq!(shop.entries().await, 1);
}
