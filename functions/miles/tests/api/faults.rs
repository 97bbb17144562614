//! Every write withstands the faults of DynamoDB and the network.

use crate::shop::{FLYER, Shop};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use testing::withstand::{Failures, Scene, Write, withstand};
use testing::{Call, Fault, TestApp};
use tokio::task::JoinSet;
use tokio::time::sleep;

const PURCHASE: Write = Write {
    requests: &["GetItem", "BatchGetItem", "TransactWriteItems"],
    success: "200 {",
    effect: &["+ FLYER#123456789 000000000002", "~ FLYER#123456789 FLYER"],
    failures: Failures::FLYERS,
    repeated: None,
};

/// Prepares a request of an airline with a product and a flyer with enough miles.
fn scene(shop: Shop, call: impl for<'a> Fn(&'a TestApp, &str, &str) -> Call<'a> + 'static) -> Scene {
    let Shop { app, key, product } = shop;
    let app = Arc::into_inner(app).expect("nobody else uses it");
    Scene::request(app, move |app| call(app, &key, &product))
}

fn buy<'a>(app: &'a TestApp, key: &str, product: &str) -> Call<'a> {
    app.post(&format!("/user/{FLYER}/buyProduct")).key(key).json(&json!({ "productId": product }))
}

fn refund<'a>(app: &'a TestApp, key: &str, _: &str) -> Call<'a> {
    app.post(&format!("/user/{FLYER}/transactions/{FLYER}-2/refund")).key(key)
}

#[tokio::test]
async fn buy_product() {
    withstand(&PURCHASE, async || scene(Shop::open(500, 5000).await, buy)).await;
}

#[tokio::test]
async fn buy_product_with_an_idempotency_key() {
    let write = Write {
        effect: &[
            "+ FLYER#123456789 000000000002",
            "+ FLYER#123456789 OUTCOME#skyteam#order-1",
            "~ FLYER#123456789 FLYER",
        ],
        repeated: Some("200 idempotency-replayed: true"),
        ..PURCHASE
    };
    let prepare = async || {
        scene(Shop::open(500, 5000).await, |app, key, product| {
            buy(app, key, product).header("idempotency-key", "order-1")
        })
    };
    withstand(&write, prepare).await;
}

#[tokio::test]
async fn refund_transaction() {
    let write = Write {
        success: "201",
        effect: &["+ FLYER#123456789 000000000003", "~ FLYER#123456789 000000000002", "~ FLYER#123456789 FLYER"],
        repeated: Some("409"),
        ..PURCHASE
    };
    let prepare = async || {
        let shop = Shop::open(500, 5000).await;
        let _bought = shop.buy().send().await.expect(200);
        scene(shop, refund)
    };
    withstand(&write, prepare).await;
}

fn reverse<'a>(app: &'a TestApp, key: &str, _: &str) -> Call<'a> {
    app.post(&format!("/user/{FLYER}/transactions/{FLYER}-1/reverse")).key(key).json(&json!({ "note": "Cancelled" }))
}

fn adjust<'a>(app: &'a TestApp, key: &str, _: &str) -> Call<'a> {
    let adjustment = json!({ "amount": -700, "note": "Claim" });
    app.post(&format!("/user/{FLYER}/adjustments")).key(key).header("idempotency-key", "k1").json(&adjustment)
}

const REVERSAL: Write = Write {
    requests: &["GetItem", "BatchGetItem", "Query", "TransactWriteItems"],
    success: "201",
    effect: &[
        "+ FLYER#123456789 000000000002",
        "~ FLIGHT#… PASSENGER#123456789",
        "~ FLYER#123456789 000000000001",
        "~ FLYER#123456789 FLIGHTS#00000000",
        "~ FLYER#123456789 FLYER",
    ],
    repeated: Some("409"),
    ..PURCHASE
};

#[tokio::test]
async fn reverse_transaction() {
    withstand(&REVERSAL, async || scene(Shop::open(500, 5000).await, reverse)).await;
}

#[tokio::test]
async fn reverse_transaction_with_an_idempotency_key() {
    let write = Write {
        effect: &[
            "+ FLYER#123456789 000000000002",
            "+ FLYER#123456789 OUTCOME#skyteam#k1",
            "~ FLIGHT#… PASSENGER#123456789",
            "~ FLYER#123456789 000000000001",
            "~ FLYER#123456789 FLIGHTS#00000000",
            "~ FLYER#123456789 FLYER",
        ],
        repeated: Some("201 idempotency-replayed: true"),
        ..REVERSAL
    };
    let prepare = async || {
        scene(Shop::open(500, 5000).await, |app, key, product| {
            reverse(app, key, product).header("idempotency-key", "k1")
        })
    };
    withstand(&write, prepare).await;
}

#[tokio::test]
async fn adjust_balance() {
    let write = Write {
        success: "201",
        effect: &["+ FLYER#123456789 000000000002", "+ FLYER#123456789 OUTCOME#skyteam#k1", "~ FLYER#123456789 FLYER"],
        repeated: Some("201 idempotency-replayed: true"),
        ..PURCHASE
    };
    withstand(&write, async || scene(Shop::open(500, 5000).await, adjust)).await;
}

/// The source of the ledger entry that a request creates, and the request.
type Movement = (&'static str, fn(&Shop) -> Call<'_>);

/// The requests that move miles, in a shop where something was bought before.
const MOVEMENTS: [Movement; 5] = [
    ("purchase", Shop::buy),
    ("purchase", |shop| shop.buy().header("idempotency-key", "order-1")),
    ("refund", |shop| shop.refund(&format!("{FLYER}-2"))),
    ("reversal", |shop| shop.reverse(&format!("{FLYER}-1"), &json!({ "partial": true }))),
    ("adjustment", |shop| shop.adjust("k1", &json!({ "amount": -1, "note": "Claim" }))),
];

async fn shop_with_a_purchase() -> Shop {
    let shop = Shop::open(500, 5000).await;
    let _bought = shop.buy().send().await.expect(200);
    shop.app.wire.reset();
    shop
}

/// An attempt may take 3 seconds.
#[tokio::test]
async fn an_attempt_without_a_response_is_repeated() {
    let shop = shop_with_a_purchase().await;
    shop.app.wire.disturb([Fault::None, Fault::Delay(Duration::from_millis(3300))]);

    let _bought = shop.buy().send().await.expect(200);

    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]);
    shop.app.wire.all_arrived().await;
    assert_eq!(shop.entries().await, 3);
}

/// Another movement takes the number in the ledger that the late one was meant for.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_transaction_that_was_overtaken_is_made_anew() {
    let mut trials = JoinSet::new();
    for (source, call) in MOVEMENTS {
        trials.spawn(async move {
            let shop = shop_with_a_purchase().await;
            let flight = shop.app.flight(&shop.key, "skyteam").await;
            let [soon, later, last] = [300, 600, 800].map(Duration::from_millis);
            // The retry arrives after the boarding as well, and is refused.
            shop.app.wire.disturb([Fault::None, Fault::Late(last), Fault::Delay(later)]);
            let boarding = async {
                sleep(soon).await;
                let path = format!("/flight/{flight}/passengers");
                let boarding = shop.app.post(&path).key(&shop.key).json(&json!({ "userId": FLYER, "miles": 1 }));
                boarding.send().await.expect(201)
            };

            let (answer, _boarded) = tokio::join!(call(&shop).send(), boarding);

            shop.app.wire.all_arrived().await;
            assert!(answer.status.is_success(), "{source}: {}", answer.json());
            let written = shop.sound_ledger().await.split_off(2);
            let sources: Vec<_> = written.iter().map(|entry| entry["source"].as_str().unwrap()).collect();
            assert_eq!(sources, ["flight", source]);
        });
    }
    trials.join_all().await;
}
