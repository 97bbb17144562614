//! `POST /user/{id}/transactions/{transactionId}/refund`

use crate::invariants::sound_ledger;
use crate::shop::{FLYER, Shop};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use shared::ledger::open_account;
use std::time::Duration;
use testing::START;

/// The transaction id of [`FLYER`]'s first purchase in any shop. It is the second entry, after the flight's.
const PURCHASE: &str = "123456789-2";

/// Opens a shop with one purchase, for 500 of 5,000 miles.
async fn shop_with_a_purchase() -> Shop {
    let shop = Shop::open(500, 5000).await;
    let _bought = shop.buy().send().await.expect(200);
    shop.app.wire.reset();
    shop
}

#[tokio::test]
async fn returns_the_price() {
    let shop = shop_with_a_purchase().await;
    shop.app.clock.advance(Duration::from_millis(1500));

    let refunded = shop.refund(PURCHASE).send().await;

    assert_snapshot!(refunded.shown(), @r#"
    201 {
      "transaction": {
        "id": "123456789-3",
        "userId": "123456789",
        "seq": 3,
        "amount": 500,
        "type": "earn",
        "source": "refund",
        "airlineId": "skyteam",
        "flightId": null,
        "productId": "9pxo5k",
        "note": "Refund: Priority Boarding",
        "balanceAfter": 5000,
        "createdAt": "2024-03-15T10:30:01.500Z",
        "reverses": "123456789-2"
      },
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 5000,
        "avatarUrl": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:01.500Z"
      }
    }
    "#);
    assert_eq!(refunded.header("cache-control"), Some("no-store"));
    let ledger = shop.sound_ledger().await;
    assert_eq!(ledger[2], refunded.json()["transaction"], "the response should be what is stored");
    assert_eq!(ledger.len(), 3);
}

#[tokio::test]
async fn does_not_change_the_purchase() {
    let shop = shop_with_a_purchase().await;
    let before = shop.sound_ledger().await;

    let _refunded = shop.refund(PURCHASE).send().await.expect(201);

    assert_eq!(shop.sound_ledger().await[..2], before);
}

#[tokio::test]
async fn happens_only_once() {
    let shop = shop_with_a_purchase().await;
    let _refunded = shop.refund(PURCHASE).send().await.expect(201);

    let again = shop.refund(PURCHASE).send().await;

    assert_snapshot!(again.shown(), @r#"
    409 {
      "error": "Already refunded"
    }
    "#);
    assert_eq!(shop.entries().await, 3);
}

#[tokio::test]
async fn takes_two_requests_and_one_to_reject() {
    let shop = shop_with_a_purchase().await;

    let _refunded = shop.refund(PURCHASE).send().await.expect(201);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    let _refused = shop.refund(PURCHASE).send().await.expect(409);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"]);
}

#[tokio::test]
async fn reverses_only_purchases() {
    let shop = shop_with_a_purchase().await;
    let _refunded = shop.refund(PURCHASE).send().await.expect(201);

    for flight_or_refund in ["123456789-1", "123456789-3"] {
        let refused = shop.refund(flight_or_refund).send().await;
        allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
        400 {
          "error": "Only purchases can be refunded"
        }
        "#));
    }
    assert_eq!(shop.entries().await, 3);
}

/// Only the airline that created an entry can learn whether it is a purchase or has been refunded.
#[tokio::test]
async fn cannot_find_other_airlines_entries() {
    let shop = shop_with_a_purchase().await;
    let _refunded = shop.refund(PURCHASE).send().await.expect(201);
    let _bought = shop.buy().send().await.expect(200);
    let rival = Shop { key: shop.app.airline("rival").await, ..shop.clone() };

    for entry in 1..=4 {
        let refused = rival.refund(&format!("{FLYER}-{entry}")).send().await;
        allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
        404 {
          "error": "Transaction not found"
        }
        "#));
    }
    assert_eq!(shop.entries().await, 4);
}

#[tokio::test]
async fn cannot_find_unknown_entries() {
    let shop = shop_with_a_purchase().await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "7", 1000).await;
    let order = json!({ "productId": shop.product });
    let _bought = shop.app.post("/user/7/buyProduct").key(&shop.key).json(&order).send().await.expect(200);

    let long = "1".repeat(5000);
    let of_no_entry = [
        "",
        "123456789-0",
        "123456789-3",
        "123456789-999999999999",
        "123456789-18446744073709551615",
        "123456789-18446744073709551616",
        "123456789-02",
        "123456789-+2",
        "123456789--2",
        "123456789-2.0",
        "123456789-2-2",
        "123456789-2%20",
        "123456789-2%00",
        "123456789-2%2Frefund",
        "0123456789-2",
        "-2",
        "2",
        "-",
        "7-2",
        "5-2",
        "%20",
        "550e8400-e29b-41d4-a716-446655440000",
        &long,
    ];
    for id in of_no_entry {
        let refused = shop.refund(id).send().await;
        assert_eq!(refused.shown(), "404 {\n  \"error\": \"Transaction not found\"\n}", "{id:?}");
    }
    for flyer in ["5", "7", "0123456789", "abc", "%20", "123456789%2F", &long] {
        let path = format!("/user/{flyer}/transactions/{PURCHASE}/refund");
        let refused = shop.app.post(&path).key(&shop.key).send().await;
        assert_eq!(refused.shown(), "404 {\n  \"error\": \"Transaction not found\"\n}", "{flyer:?}");
    }
    assert_eq!(shop.entries().await, 2);
}

/// The refund uses the price and name at the time of the purchase, even if the product has changed since.
#[tokio::test]
async fn uses_the_price_and_name_of_the_purchase() {
    let shop = shop_with_a_purchase().await;
    let change = json!({ "name": "Lounge", "priceMiles": 9999, "active": false });
    let _changed = shop.change_product(&change).send().await.expect(200);

    let refunded = shop.refund(PURCHASE).send().await.expect(201).json();

    let entry = &refunded["transaction"];
    assert_eq!((&entry["amount"], &entry["note"]), (&json!(500), &json!("Refund: Priority Boarding")));
    assert_eq!(refunded["user"]["miles"], 5000);
}

#[tokio::test]
async fn names_the_product_whatever_its_name() {
    let shop = Shop::open(500, 5000).await;

    for (seq, name) in [(2, "Purchase: Purchase: Ä\u{1f6eb}"), (4, "Refund: x"), (6, "\""), (8, &"n".repeat(100))] {
        let _changed = shop.change_product(&json!({ "name": name })).send().await.expect(200);
        let _bought = shop.buy().send().await.expect(200);
        let refunded = shop.refund(&format!("{FLYER}-{seq}")).send().await.expect(201).json();
        assert_eq!(refunded["transaction"]["note"], format!("Refund: {name}"));
    }
    assert_eq!(shop.entries().await, 9);
}

#[tokio::test]
async fn reverses_each_of_several_purchases() {
    let shop = Shop::open(500, 2000).await;
    for _ in 0..4 {
        let _bought = shop.buy().send().await.expect(200);
    }

    for seq in [5, 2, 4, 3] {
        let refunded = shop.refund(&format!("{FLYER}-{seq}")).send().await.expect(201).json();
        assert_eq!(refunded["transaction"]["reverses"], format!("{FLYER}-{seq}"));
    }

    let balances: Vec<Value> = shop.sound_ledger().await.iter().map(|entry| entry["balanceAfter"].clone()).collect();
    assert_eq!(balances, [2000, 1500, 1000, 500, 0, 500, 1000, 1500, 2000]);
}

#[tokio::test]
async fn makes_the_miles_available_again() {
    let shop = Shop::open(500, 500).await;

    let _bought = shop.buy().send().await.expect(200);
    let _too_few = shop.buy().send().await.expect(400);
    let _refunded = shop.refund(PURCHASE).send().await.expect(201);
    let _bought = shop.buy().send().await.expect(200);

    let _new_purchase = shop.refund("123456789-4").send().await.expect(201);
    let _old_purchase = shop.refund(PURCHASE).send().await.expect(409);
}

/// The maximum balance is 2^53 - 1, the largest integer that every JSON client reads exactly.
#[tokio::test]
async fn does_not_exceed_the_maximum_balance() {
    let shop = shop_with_a_purchase().await;
    let rich = json!({
        "userId": "7", "username": "rich", "displayName": "Rich", "miles": (1_u64 << 53) - 1, "avatarUrl": null,
        "createdAt": START, "updatedAt": START,
    });
    let rich = serde_json::from_value(rich).expect("the flyer should be valid");
    assert!(open_account(shop.app.context(), rich).await.expect("the account should be opened"));
    let order = json!({ "productId": shop.product });
    let _bought = shop.app.post("/user/7/buyProduct").key(&shop.key).json(&order).send().await.expect(200);
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "7", 1).await;

    let refused = shop.app.post("/user/7/transactions/7-2/refund").key(&shop.key).send().await;

    assert_snapshot!(refused.shown(), @r#"
    400 {
      "error": "the refund would take the balance past its range"
    }
    "#);
    assert_eq!(sound_ledger(&shop.app, &shop.key, "7").await.len(), 3);
}

#[tokio::test]
async fn accepts_only_post_requests() {
    let shop = shop_with_a_purchase().await;

    let path = format!("/user/{FLYER}/transactions/{PURCHASE}/refund");
    let answer = shop.app.get(&path).key(&shop.key).send().await;

    assert_snapshot!(answer.shown(), @r#"
    404 {
      "error": "Not Found",
      "path": "/user/123456789/transactions/123456789-2/refund"
    }
    "#);
}
