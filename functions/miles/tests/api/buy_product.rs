//! `POST /user/{id}/buyProduct`

use crate::example::documented_community;
use crate::shop::{FLYER, Shop};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn returns_the_documented_example() {
    let app = crate::start().await;
    let key = documented_community(&app).await;

    let order = json!({ "productId": "a1b2c3" });
    let bought = app.post("/user/123456789/buyProduct").key(&key).json(&order).send().await;

    assert_snapshot!(bought.shown(), @r#"
    200 {
      "ok": true,
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 4500,
        "avatarUrl": "https://tr.rbxcdn.com/...",
        "createdAt": "2024-01-10T08:00:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      },
      "product": {
        "productId": "a1b2c3",
        "airlineId": "skyteam",
        "name": "Priority Boarding",
        "description": "Board the aircraft before other passengers",
        "priceMiles": 500,
        "active": true,
        "createdAt": "2024-01-15T10:30:00.000Z"
      }
    }
    "#);
}

#[tokio::test]
async fn writes_the_ledger_entry() {
    let shop = Shop::open(500, 5000).await;
    shop.app.clock.advance(Duration::from_secs(5));

    let _bought = shop.buy().send().await.expect(200);

    let ledger = shop.sound_ledger().await;
    assert_snapshot!(serde_json::to_string_pretty(&ledger[1..]).unwrap(), @r#"
    [
      {
        "airlineId": "skyteam",
        "amount": -500,
        "balanceAfter": 4500,
        "createdAt": "2024-03-15T10:30:05.000Z",
        "flightId": null,
        "id": "123456789-2",
        "note": "Purchase: Priority Boarding",
        "productId": "9pxo5k",
        "seq": 2,
        "source": "purchase",
        "type": "spend",
        "userId": "123456789"
      }
    ]
    "#);
}

#[tokio::test]
async fn changes_only_updated_at_of_the_flyers_timestamps() {
    let shop = Shop::open(500, 5000).await;
    shop.app.clock.advance(Duration::from_millis(5001));

    let user = &shop.buy().send().await.expect(200).json()["user"];

    assert_eq!(user["createdAt"], "2024-03-15T10:30:00.000Z");
    assert_eq!(user["updatedAt"], "2024-03-15T10:30:05.001Z");
    let asked = shop.app.post("/users/fetchUsersData").key(&shop.key).json(&json!([FLYER])).send().await.json();
    assert_eq!(asked["data"][0]["user"], *user, "the response should be what is stored");
}

#[tokio::test]
async fn spends_the_last_mile() {
    let shop = Shop::open(500, 1000).await;

    let balances = [shop.buy().send().await, shop.buy().send().await].map(|answer| answer.expect(200).json());

    assert_eq!(balances.map(|answer| answer["user"]["miles"].as_u64()), [Some(500), Some(0)]);
    assert_snapshot!(shop.buy().send().await.shown(), @r#"
    400 {
      "error": "Insufficient miles"
    }
    "#);
    assert_eq!(shop.entries().await, 3);
}

#[tokio::test]
async fn takes_two_requests_and_one_more_for_an_uncached_key() {
    let shop = Shop::open(500, 5000).await;

    let _bought = shop.buy().send().await.expect(200);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);

    let elsewhere = Shop { app: shop.app.another_instance(Duration::from_secs(10)).into(), ..shop.clone() };
    let _bought = elsewhere.buy().send().await.expect(200);
    assert_eq!(elsewhere.app.wire.take_operations(), ["GetItem", "BatchGetItem", "TransactWriteItems"]);

    let _bought = elsewhere.buy().header("idempotency-key", "one").send().await.expect(200);
    assert_eq!(elsewhere.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
}

/// With an Idempotency-Key, a rejection is final only if no outcome was recorded after the balance was read.
#[tokio::test]
async fn takes_one_request_to_reject_and_one_more_with_an_idempotency_key() {
    let shop = Shop::open(5001, 5000).await;

    let _refused = shop.buy().send().await.expect(400);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"]);

    let _refused = shop.buy().header("idempotency-key", "one").send().await.expect(400);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactGetItems"]);
}

/// Each request has one error fewer than the one before.
#[tokio::test]
async fn checks_in_the_documented_order() {
    let shop = Shop::open(500, 499).await;
    let too_dear = json!({ "productId": shop.product });
    let unknown = json!({ "productId": "zzzzzz" });
    let cases = [
        ("", "5", json!({})),
        ("sky_unknown", "5", json!({})),
        (&shop.key, "5", json!({})),
        (&shop.key, "5", unknown.clone()),
        (&shop.key, FLYER, unknown),
        (&shop.key, FLYER, too_dear),
    ];
    let mut answers = Vec::new();
    for (key, flyer, body) in cases {
        let path = format!("/user/{flyer}/buyProduct");
        answers.push(shop.app.post(&path).key(key).json(&body).send().await.shown());
    }
    assert_snapshot!(answers.join("\n"), @r#"
    401 {
      "error": "Missing x-api-key header"
    }
    401 {
      "error": "Invalid API key"
    }
    400 {
      "error": "Missing productId in body"
    }
    404 {
      "error": "User not found"
    }
    404 {
      "error": "Product not found"
    }
    400 {
      "error": "Insufficient miles"
    }
    "#);
    assert_eq!(shop.entries().await, 1);
}

#[tokio::test]
async fn requires_a_product_id() {
    let shop = Shop::open(500, 5000).await;

    for body in ["", "  ", "{}", r#"{"productId":null}"#, r#"{"productId":""}"#, r#"{"productID":"a1b2c3"}"#] {
        let refused = shop.order().body(body).send().await;
        assert_eq!(refused.shown(), "400 {\n  \"error\": \"Missing productId in body\"\n}", "{body:?}");
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

/// A flyer's id has 1 to 20 digits. Any other text identifies no flyer.
#[tokio::test]
async fn cannot_find_unknown_flyers() {
    let shop = Shop::open(500, 5000).await;
    let twenty_one = "9".repeat(21);
    let long = "1".repeat(5000);
    let ids =
        ["", "5", "0123456789", "-1", "1.5", "1e3", "abc", "%20", "123456789%20", "%00", "FLYER", "123456789%2F5"];

    for id in ids.into_iter().chain([twenty_one.as_str(), &long]) {
        let path = format!("/user/{id}/buyProduct");
        let refused = shop.app.post(&path).key(&shop.key).json(&json!({ "productId": shop.product })).send().await;
        assert_eq!(refused.shown(), "404 {\n  \"error\": \"User not found\"\n}", "{id:?}");
    }
    assert!(
        shop.app.wire.take_operations().iter().all(|operation| operation == "BatchGetItem"),
        "nothing should be written"
    );
}

/// Unknown products, inactive products and other airlines' products all get the same response.
#[tokio::test]
async fn cannot_find_unavailable_products() {
    let shop = Shop::open(500, 5000).await;
    let rival = shop.app.airline("rival").await;
    let foreign = shop.app.product(&rival, 500).await;
    let inactive = shop.app.product(&shop.key, 500).await;
    let change = json!({ "active": false });
    let changed = shop.app.patch(&format!("/airline/products/{inactive}")).key(&shop.key).json(&change).send().await;
    let _inactive = changed.expect(200);
    let long = "a".repeat(50_000);
    let upper_case = shop.product.to_uppercase();

    let unknown = ["zzzzzz", "a", "a1b2c", "a1b2c3d", " ", "a1b2c#", "ä1b2c3", "PRODUCT#", "\u{0}"];
    for product in unknown.into_iter().chain([&*foreign, &inactive, &long, &upper_case]) {
        let refused = shop.order().json(&json!({ "productId": product })).send().await;
        assert_eq!(refused.shown(), "404 {\n  \"error\": \"Product not found\"\n}", "{product:?}");
    }
    assert_eq!(shop.entries().await, 1);
}

/// A product that cannot be bought at all is not reported as too expensive.
#[tokio::test]
async fn checks_the_product_before_the_balance() {
    let shop = Shop::open(500, 499).await;
    let _inactive = shop.change_product(&json!({ "active": false })).send().await.expect(200);

    let refused = shop.buy().send().await;

    assert_snapshot!(refused.shown(), @r#"
    404 {
      "error": "Product not found"
    }
    "#);
}

#[tokio::test]
async fn uses_the_current_price_and_name() {
    let shop = Shop::open(500, 5000).await;
    let _bought = shop.buy().send().await.expect(200);
    let change = json!({ "name": "Lounge", "priceMiles": 4500, "description": "Quiet" });
    let _changed = shop.change_product(&change).send().await.expect(200);

    let bought = shop.buy().send().await;

    assert_snapshot!(bought.shown(), @r#"
    200 {
      "ok": true,
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 0,
        "avatarUrl": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      },
      "product": {
        "productId": "9pxo5k",
        "airlineId": "skyteam",
        "name": "Lounge",
        "description": "Quiet",
        "priceMiles": 4500,
        "active": true,
        "createdAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    let ledger = shop.sound_ledger().await;
    let shown: Vec<&Value> = ledger.iter().map(|entry| &entry["note"]).collect();
    assert_eq!(shown, ["Miles earned from flight", "Purchase: Priority Boarding", "Purchase: Lounge"]);
}

#[tokio::test]
async fn sells_a_reactivated_product() {
    let shop = Shop::open(500, 5000).await;

    for (active, status) in [(false, 404), (true, 200)] {
        let _changed = shop.change_product(&json!({ "active": active })).send().await.expect(200);
        let _answer = shop.buy().send().await.expect(status);
    }
}

#[tokio::test]
async fn accepts_flyer_ids_of_any_length() {
    let shop = Shop::open(500, 0).await;

    for flyer in ["1", "9223372036854775807"] {
        let flight = shop.app.flight(&shop.key, "skyteam").await;
        shop.app.board(&shop.key, &flight, flyer, 500).await;
        let path = format!("/user/{flyer}/buyProduct");
        let order = json!({ "productId": shop.product });
        let bought = shop.app.post(&path).key(&shop.key).json(&order).send().await.expect(200).json();
        assert_eq!(bought["user"]["userId"], flyer);
        assert_eq!(bought["user"]["miles"], 0);
    }
    assert_eq!(shop.entries().await, 1);
}

/// Two airlines sell to the same flyer, who pays both from one balance. Each sells only its own products.
#[tokio::test]
async fn spends_from_one_balance_at_every_airline() {
    let shop = Shop::open(500, 1000).await;
    let rival = shop.app.airline("rival").await;
    let lounge = shop.app.product(&rival, 300).await;

    let _bought = shop.buy().send().await.expect(200);
    let path = format!("/user/{FLYER}/buyProduct");
    let bought = shop.app.post(&path).key(&rival).json(&json!({ "productId": lounge })).send().await.expect(200);

    assert_eq!(bought.json()["user"]["miles"], 200);
    let airlines: Vec<_> = shop.sound_ledger().await.iter().map(|entry| entry["airlineId"].clone()).collect();
    assert_eq!(airlines, ["skyteam", "skyteam", "rival"]);
}

/// Game servers have never had to declare a content type or to omit unknown fields.
#[tokio::test]
async fn reads_json_with_any_content_type() {
    let shop = Shop::open(500, 5000).await;
    let order = format!("\n\t {{ \"note\": [1, {{}}], \"productId\" : \"{}\" }} ", shop.product);

    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let _bought = shop.order().header("content-type", content_type).body(order.clone()).send().await.expect(200);
    }
    assert_eq!(shop.entries().await, 4);
}

#[tokio::test]
async fn forbids_caching_the_response() {
    let shop = Shop::open(500, 5000).await;

    let bought = shop.buy().send().await;

    assert_eq!(bought.header("content-type"), Some("application/json"));
    assert_eq!(bought.header("cache-control"), Some("no-store"));
    assert_eq!(bought.header("idempotency-replayed"), None);
}

#[tokio::test]
async fn accepts_only_post_requests() {
    let shop = Shop::open(500, 5000).await;

    let answer = shop.app.get(&format!("/user/{FLYER}/buyProduct")).key(&shop.key).send().await;

    assert_snapshot!(answer.shown(), @r#"
    404 {
      "error": "Not Found",
      "path": "/user/123456789/buyProduct"
    }
    "#);
}

/// Whoever insists on the price that was seen buys at that price or not at all.
#[tokio::test]
async fn sells_only_at_the_expected_price() {
    let shop = Shop::open(500, 5000).await;
    let order = |price: u64| shop.order().json(&json!({ "productId": shop.product, "expectedPrice": price }));

    let bought = order(500).send().await.expect(200);
    assert_eq!(bought.json()["user"]["miles"], 4500);
    for other in [0, 499, 501, 5_000_000_000] {
        assert_eq!(order(other).send().await.expect(409).json()["error"], "Price has changed");
    }
    let malformed = shop.order().json(&json!({ "productId": shop.product, "expectedPrice": "500" })).send().await;
    assert!(malformed.expect(400).json()["error"].as_str().unwrap().contains("expectedPrice"));
    assert_eq!(shop.entries().await, 2);
}

/// The price is looked at before the balance.
#[tokio::test]
async fn says_that_the_price_has_changed_even_to_the_poor() {
    let shop = Shop::open(500, 1).await;
    let order = shop.order().json(&json!({ "productId": shop.product, "expectedPrice": 400 }));
    assert_eq!(order.send().await.expect(409).json()["error"], "Price has changed");
}
