//! Concurrent movements of one flyer's miles.

use crate::shop::{FLYER, Shop};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use testing::{Answer, Fault};
use tokio::task::JoinSet;

/// Makes `count` concurrent purchases, each on its own task.
async fn buy_at_once(shop: &Shop, count: usize) -> Vec<Answer> {
    let mut purchases = JoinSet::new();
    for _ in 0..count {
        let shop = shop.clone();
        purchases.spawn(async move { shop.buy().send().await });
    }
    purchases.join_all().await
}

/// Counts the responses by status and error.
fn counted(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let error = answer.json()["error"].as_str().unwrap_or("-").to_owned();
        *counts.entry(format!("{} {error}", answer.status.as_u16())).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn sell_once_to_50_buyers_with_miles_for_one() {
    let shop = Shop::open(500, 500).await;

    let answers = buy_at_once(&shop, 50).await;

    let expected = [("200 -".to_owned(), 1), ("400 Insufficient miles".to_owned(), 49)];
    assert_eq!(counted(&answers), BTreeMap::from(expected));
    assert_eq!(shop.app.balance(FLYER).await, 0);
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sell_7_times_to_64_buyers_with_miles_for_7() {
    let shop = Shop::open(500, 3999).await;

    let answers = buy_at_once(&shop, 64).await;

    let expected = [("200 -".to_owned(), 7), ("400 Insufficient miles".to_owned(), 57)];
    assert_eq!(counted(&answers), BTreeMap::from(expected));
    // Each success returned the balance that it left.
    let mut left: Vec<_> = answers.iter().filter_map(|answer| answer.json()["user"]["miles"].as_u64()).collect();
    left.sort_unstable();
    assert_eq!(left, [499, 999, 1499, 1999, 2499, 2999, 3499]);
    assert_eq!(shop.entries().await, 8);
}

/// The guarantee must not depend on state within one instance of the function.
#[tokio::test(flavor = "multi_thread")]
async fn sell_once_from_10_instances() {
    let shop = Shop::open(500, 500).await;
    let mut purchases = JoinSet::new();
    for _ in 0..10 {
        let instance = Shop { app: shop.app.another_instance(Duration::from_secs(10)).into(), ..shop.clone() };
        purchases.spawn(async move { instance.buy().send().await });
    }

    let expected = [("200 -".to_owned(), 1), ("400 Insufficient miles".to_owned(), 9)];
    assert_eq!(counted(&purchases.join_all().await), BTreeMap::from(expected));
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn charge_the_price_that_the_response_shows() {
    let shop = Shop::open(100, 1_000_000).await;
    let mut changes = JoinSet::new();
    for round in 0..20 {
        for change in [json!({ "priceMiles": 100 + round }), json!({ "active": false }), json!({ "active": true })] {
            let shop = shop.clone();
            changes.spawn(async move { shop.change_product(&change).send().await.expect(200) });
        }
    }
    let answers = buy_at_once(&shop, 40).await;
    let _changed = changes.join_all().await;

    let ledger = shop.sound_ledger().await;
    let bought: Vec<_> = answers.iter().filter(|answer| answer.status == 200).map(Answer::json).collect();
    for answer in &bought {
        let entry = ledger.iter().find(|entry| entry["balanceAfter"] == answer["user"]["miles"]);
        let amount = entry.expect("each success should have an entry")["amount"].as_i64().unwrap();
        assert_eq!(answer["product"]["priceMiles"], -amount);
        assert_eq!(answer["product"]["active"], true);
    }
    assert_eq!(ledger.len(), 1 + bought.len());
    let refused = counted(&answers);
    assert!(refused.keys().all(|answer| ["200 -", "404 Product not found"].contains(&&**answer)), "{refused:?}");
}

/// The product changes after it is read and before it is paid for.
#[tokio::test(flavor = "multi_thread")]
async fn reread_a_product_that_changed_in_the_meantime() {
    for (change, status, miles) in [
        (json!({ "priceMiles": 700 }), 200, 4300),
        (json!({ "priceMiles": 5001 }), 400, 5000),
        (json!({ "active": false }), 404, 5000),
    ] {
        let shop = Shop::open(500, 5000).await;
        shop.app.wire.disturb([Fault::None, Fault::Delay(Duration::from_millis(200))]);
        let changing = async {
            tokio::time::sleep(Duration::from_millis(60)).await;
            shop.change_product(&change).send().await.expect(200)
        };
        let (answer, _changed) = tokio::join!(shop.buy().send(), changing);

        let answer = answer.expect(status);
        if status == 200 {
            assert_eq!(answer.json()["product"]["priceMiles"], 700);
        }
        assert_eq!(shop.app.balance(FLYER).await, miles);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refund_once_for_20_requests() {
    let shop = Shop::open(500, 500).await;
    let _bought = shop.buy().send().await.expect(200);
    let mut refunds = JoinSet::new();
    for _ in 0..20 {
        let shop = shop.clone();
        refunds.spawn(async move { shop.refund("123456789-2").send().await });
    }

    let expected = [("201 -".to_owned(), 1), ("409 Already refunded".to_owned(), 19)];
    assert_eq!(counted(&refunds.join_all().await), BTreeMap::from(expected));
    assert_eq!(shop.app.balance(FLYER).await, 500);
    assert_eq!(shop.entries().await, 3);
}

/// 20 reversals of one boarding and 20 purchases compete for miles that suffice for one of them.
#[tokio::test(flavor = "multi_thread")]
async fn reverse_or_sell_what_is_there_once() {
    for partial in [false, true] {
        let shop = Shop::open(500, 500).await;
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            let (buyer, shop) = (shop.clone(), shop.clone());
            calls.spawn(async move { buyer.buy().send().await });
            calls.spawn(async move { shop.reverse("123456789-1", &json!({ "partial": partial })).send().await });
        }

        let answers = calls.join_all().await;

        let counts = counted(&answers);
        let (sold, taken) = (counts.contains_key("200 -"), counts.contains_key("201 -"));
        assert!(sold != taken, "{counts:?}");
        assert_eq!(counts[if sold { "200 -" } else { "201 -" }], 1);
        assert_eq!(counts["400 Insufficient miles"], if sold { 39 } else { 20 });
        assert_eq!(shop.app.balance(FLYER).await, 0);
        assert_eq!(shop.entries().await, 2);
        assert_eq!(shop.audited().await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adjust_and_sell_without_losing_a_mile() {
    let shop = Shop::open(500, 1000).await;
    let mut calls = JoinSet::new();
    for n in 0..20 {
        let (buyer, shop) = (shop.clone(), shop.clone());
        calls.spawn(async move { buyer.buy().send().await });
        let amount = if n % 2 == 0 { 250 } else { -250 };
        let adjustment = json!({ "amount": amount, "note": "Staff" });
        // Two tasks send the same adjustment with the same key.
        for _ in 0..2 {
            let (shop, adjustment) = (shop.clone(), adjustment.clone());
            calls.spawn(async move { shop.adjust(&format!("k{n}"), &adjustment).send().await });
        }
    }

    let answers = calls.join_all().await;

    let replays = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    let done = answers.iter().filter(|answer| answer.status.is_success()).count() - replays;
    assert!(counted(&answers).keys().all(|answer| ["200 -", "201 -", "400 Insufficient miles"].contains(&&**answer)));
    assert!(replays >= 10, "each of the 10 credits should be replayed, not {replays}");
    assert_eq!(shop.entries().await, 1 + done);
    assert_eq!(shop.audited().await, 1 + done as u64);
}

/// Two airlines make every kind of movement concurrently.
#[tokio::test(flavor = "multi_thread")]
async fn keep_the_ledger_free_of_gaps() {
    let shop = Shop::open(100, 1000).await;
    let rival = Shop { key: shop.app.airline("rival").await, ..shop.clone() };
    let rival = Shop { product: rival.app.product(&rival.key, 300).await, ..rival };
    for _ in 0..4 {
        let _bought = shop.buy().send().await.expect(200);
    }
    let mut flights = Vec::new();
    for _ in 0..8 {
        flights.push((shop.key.clone(), shop.app.flight(&shop.key, "skyteam").await));
        flights.push((rival.key.clone(), shop.app.flight(&rival.key, "rival").await));
    }

    let mut movements = JoinSet::new();
    for (key, flight) in flights {
        let shop = shop.clone();
        movements.spawn(async move {
            let boarding = json!({ "userId": FLYER, "miles": 7 });
            shop.app.post(&format!("/flight/{flight}/passengers")).key(&key).json(&boarding).send().await
        });
    }
    for seller in [shop.clone(), rival.clone()].into_iter().cycle().take(16) {
        movements.spawn(async move { seller.buy().send().await });
    }
    for seq in [2, 3, 4, 5, 2, 3, 4, 5] {
        let shop = shop.clone();
        movements.spawn(async move { shop.refund(&format!("{FLYER}-{seq}")).send().await });
    }
    let answers = movements.join_all().await;

    let counts = counted(&answers);
    // Boardings and refunds.
    assert_eq!(counts["201 -"], 16 + 4);
    assert_eq!(counts["409 Already refunded"], 4);
    let sold = counts.get("200 -").copied().unwrap_or_default();
    assert_eq!(sold + counts.get("400 Insufficient miles").copied().unwrap_or_default(), 16);
    let ledger = shop.sound_ledger().await;
    assert_eq!(ledger.len(), 5 + 16 + 4 + sold);
    for answer in answers.iter().filter(|answer| answer.status.is_success()) {
        let left = &answer.json()["user"]["miles"];
        assert!(
            ledger.iter().any(|entry: &Value| entry["balanceAfter"] == *left),
            "no entry leaves a balance of {left}"
        );
    }
}
