//! `Idempotency-Key` on `POST /user/{id}/buyProduct`.

use crate::shop::{FLYER, Shop};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;
use std::time::Duration;
use testing::{Answer, Call, Fault};
use tokio::task::JoinSet;

const REPLAYED: &str = "idempotency-replayed";
const SECOND: Duration = Duration::from_secs(1);
/// One second less than the 24 hours for which an outcome is kept.
const ALMOST_A_DAY: Duration = Duration::from_secs(24 * 60 * 60 - 1);

/// Adds an `Idempotency-Key` header to a request.
trait Repeatable: Sized {
    fn repeatable(self, key: &str) -> Self;
}

impl Repeatable for Call<'_> {
    fn repeatable(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
}

fn is_replay(answer: &Answer) -> bool {
    answer.header(REPLAYED).is_some_and(|value| value == "true")
}

#[tokio::test]
async fn replays_the_first_response_without_charging_again() {
    let shop = Shop::open(500, 5000).await;

    let first = shop.buy().repeatable("one").send().await.expect(200);
    // Everything that could affect the response has changed.
    shop.app.clock.advance(Duration::from_hours(1));
    let change = json!({ "name": "Lounge", "priceMiles": 9999, "active": false });
    let _changed = shop.change_product(&change).send().await.expect(200);
    shop.app.wire.reset();
    let repeat = shop.buy().repeatable("one").send().await;

    assert_eq!(first.header(REPLAYED), None);
    assert_eq!(repeat.header(REPLAYED), Some("true"));
    assert_eq!((repeat.status, &repeat.bytes), (first.status, &first.bytes), "the responses should be identical");
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"]);
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test]
async fn compares_bodies_by_meaning() {
    let shop = Shop::open(500, 5000).await;
    let id = &shop.product;
    let escaped = format!("\\u{:04x}{}", u32::from(id.as_bytes()[0]), &id[1..]);

    let first = shop.order().body(format!(r#"{{"productId":"{id}","note":"hi"}}"#)).repeatable("one").send().await;
    let _bought = first.expect(200);
    for same in [
        format!(" {{\n\"note\" :\t\"hi\", \"productId\" : \"{id}\" }} "),
        format!(r#"{{"productId":"{escaped}","note":"hi"}}"#),
    ] {
        let repeat = shop.order().body(same.clone()).repeatable("one").send().await.expect(200);
        assert!(is_replay(&repeat), "{same}");
    }
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test]
async fn rejects_a_different_body() {
    let shop = Shop::open(500, 5000).await;
    let other = shop.app.product(&shop.key, 1).await;
    let _bought = shop.buy().repeatable("one").send().await.expect(200);

    for product in [&*other, "zzzzzz", "no product's id"] {
        let refused = shop.order().json(&json!({ "productId": product })).repeatable("one").send().await;
        allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
        422 {
          "error": "Idempotency-Key was used with another body"
        }
        "#));
        assert_eq!(refused.header(REPLAYED), None);
    }
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test]
async fn rejects_a_missing_body_before_checking_the_key() {
    let shop = Shop::open(500, 5000).await;
    let _bought = shop.buy().repeatable("one").send().await.expect(200);

    let refused = shop.order().repeatable("one").send().await;

    assert_snapshot!(refused.shown(), @r#"
    400 {
      "error": "Missing productId in body"
    }
    "#);
}

/// A key applies to one airline and one flyer, whatever characters it contains.
#[tokio::test]
async fn is_scoped_to_the_key_airline_and_flyer() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    for flyer in ["1", "12"] {
        shop.app.board(&shop.key, &flight, flyer, 5000).await;
    }
    let rival = shop.app.airline("rival").await;
    let lounge = shop.app.product(&rival, 500).await;

    for (airline, product) in [(&shop.key, &shop.product), (&rival, &lounge)] {
        for flyer in [FLYER, "1", "12"] {
            for key in ["one", "One", "one#", "#one", "2#one", "\"one\"", "~", "!", &"k".repeat(255)] {
                let call = || {
                    let call = shop.app.post(&format!("/user/{flyer}/buyProduct")).key(airline);
                    call.json(&json!({ "productId": product })).repeatable(key)
                };
                assert!(!is_replay(&call().send().await.expect(200)), "{flyer} {key}");
                assert!(is_replay(&call().send().await.expect(200)), "{flyer} {key}");
            }
            // 18 purchases at 500 miles cost more than 5,000 miles.
            let flight = shop.app.flight(&shop.key, "skyteam").await;
            shop.app.board(&shop.key, &flight, flyer, 5000).await;
        }
    }
    assert_eq!(shop.entries().await, 1 + 2 * (9 + 1));
}

/// A key that the same flyer's boarding used cannot be used for a purchase, because the bodies differ.
#[tokio::test]
async fn does_not_replay_a_boarding() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    let boarding = json!({ "userId": FLYER, "miles": 5 });
    let boarded = shop.app.post(&format!("/flight/{flight}/passengers")).key(&shop.key).json(&boarding);
    let _boarded = boarded.repeatable("one").send().await.expect(201);

    let refused = shop.buy().repeatable("one").send().await;

    assert_eq!(refused.status, 422);
    assert_eq!(shop.entries().await, 2);
}

#[tokio::test]
async fn forgets_a_response_after_24_hours() {
    let shop = Shop::open(500, 5000).await;
    let buy = async || is_replay(&shop.buy().repeatable("one").send().await.expect(200));

    assert!(!buy().await);
    shop.app.clock.advance(ALMOST_A_DAY);
    assert!(buy().await, "one second before 24 hours");
    shop.app.clock.advance(SECOND);
    assert!(!buy().await, "24 hours after the first purchase");
    shop.app.clock.advance(ALMOST_A_DAY);
    assert!(buy().await, "one second before 24 hours after the second purchase");

    assert_eq!(shop.entries().await, 3);
}

/// After 24 hours, the key can also be used with a different body.
#[tokio::test]
async fn forgets_a_body_after_24_hours() {
    let shop = Shop::open(500, 5000).await;
    let other = shop.app.product(&shop.key, 1).await;
    let _bought = shop.buy().repeatable("one").send().await.expect(200);

    shop.app.clock.advance(ALMOST_A_DAY + SECOND);
    let bought = shop.order().json(&json!({ "productId": other })).repeatable("one").send().await;

    assert_eq!(bought.expect(200).json()["user"]["miles"], 4499);
}

#[tokio::test]
async fn reevaluates_a_retry_of_a_rejected_request() {
    let shop = Shop::open(500, 499).await;

    let _too_few_miles = shop.buy().repeatable("one").send().await.expect(400);
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, FLYER, 1).await;
    let _inactive = shop.change_product(&json!({ "active": false })).send().await.expect(200);
    let _not_found = shop.buy().repeatable("one").send().await.expect(404);
    let _active = shop.change_product(&json!({ "active": true })).send().await.expect(200);
    let bought = shop.buy().repeatable("one").send().await.expect(200);

    assert!(!is_replay(&bought));
    assert!(is_replay(&shop.buy().repeatable("one").send().await.expect(200)));
}

/// The key of a rejected request can be used with a different body, because nothing was recorded.
#[tokio::test]
async fn does_not_record_rejections() {
    let shop = Shop::open(500, 5000).await;

    let _unknown = shop.order().json(&json!({ "productId": "zzzzzz" })).repeatable("one").send().await.expect(404);
    let _bought = shop.buy().repeatable("one").send().await.expect(200);
}

#[tokio::test]
async fn rejects_an_invalid_key() {
    let shop = Shop::open(500, 5000).await;
    let long = "k".repeat(256);
    let bad: [&[u8]; 9] = [
        b"",
        b" ",
        b"two words",
        b"one,two",
        b"one ",
        b"tab\tbed",
        "schl\u{fc}ssel".as_bytes(),
        b"\xff",
        long.as_bytes(),
    ];

    for key in bad {
        let refused = shop.buy().header_bytes("idempotency-key", key).send().await;
        let expected = "Idempotency-Key: expected 1 to 255 visible ASCII characters other than a comma";
        assert_eq!(refused.expect(400).json(), json!({ "error": expected }), "{key:?}");
    }
    let twice = shop.buy().repeatable("one").repeatable("one").send().await;
    assert_snapshot!(twice.shown(), @r#"
    400 {
      "error": "Idempotency-Key: given more than once"
    }
    "#);
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn charges_once_for_20_concurrent_requests() {
    let shop = Shop::open(500, 5000).await;
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let shop = shop.clone();
        requests.spawn(async move { shop.buy().repeatable("one").send().await.expect(200) });
    }
    let answers = requests.join_all().await;

    assert_eq!(answers.iter().filter(|answer| !is_replay(answer)).count(), 1);
    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes));
    assert_eq!(answers[0].json()["user"]["miles"], 4500);
    assert_eq!(shop.entries().await, 2);
}

/// Like the test above, but with too few miles for a second purchase.
#[tokio::test(flavor = "multi_thread")]
async fn gives_20_concurrent_requests_for_the_last_miles_the_same_response() {
    let shop = Shop::open(500, 500).await;
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let shop = shop.clone();
        requests.spawn(async move { shop.buy().repeatable("one").send().await.expect(200) });
    }
    let answers = requests.join_all().await;

    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes));
    assert_eq!(shop.entries().await, 2);
}

/// If two bodies are sent with one key, the first to be processed takes the key and the other is rejected.
#[tokio::test(flavor = "multi_thread")]
async fn accepts_only_one_of_two_concurrent_bodies() {
    let shop = Shop::open(500, 5000).await;
    let lounge = shop.app.product(&shop.key, 300).await;
    let mut requests = JoinSet::new();
    for product in [&shop.product, &lounge].repeat(10) {
        let (shop, product) = (shop.clone(), product.clone());
        requests.spawn(async move {
            let answer = shop.order().json(&json!({ "productId": product })).repeatable("one").send().await;
            (product, answer.status.as_u16())
        });
    }
    let answers = requests.join_all().await;

    let ledger = shop.sound_ledger().await;
    assert_eq!(ledger.len(), 2);
    let bought = ledger[1]["productId"].as_str().unwrap();
    for (product, status) in answers {
        assert_eq!(status, if product == bought { 200 } else { 422 });
    }
}

/// `BatchGetItem` is not atomic. Here it reads the outcome before the first request commits, and the balance after.
#[tokio::test(flavor = "multi_thread")]
async fn replays_to_a_retry_that_read_the_new_balance_but_no_outcome() {
    let shop = Shop::open(500, 500).await;
    shop.app.wire.disturb([Fault::LeaveTable("users"), Fault::Delay(Duration::from_millis(300))]);
    let first = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        shop.buy().repeatable("one").send().await.expect(200)
    };
    let (repeat, first) = tokio::join!(shop.buy().repeatable("one").send(), first);

    assert_eq!(repeat.shown(), first.shown());
    assert_ne!(is_replay(&repeat), is_replay(&first));
    assert_eq!(shop.entries().await, 2);
}

/// The first request's transaction becomes visible item by item, while the second request is processed.
#[tokio::test(flavor = "multi_thread")]
async fn replays_to_a_retry_that_sees_part_of_the_first_request() {
    for position in 0..4 {
        let shop = Shop::open(500, 500).await;
        let late = Fault::LateInPart(Duration::from_millis(60), position);
        shop.app.wire.disturb([Fault::None, late, Fault::Delay(Duration::from_millis(300))]);
        let repeat = async {
            tokio::time::sleep(Duration::from_millis(80)).await;
            shop.buy().repeatable("one").send().await
        };
        let (first, repeat) = tokio::join!(shop.buy().repeatable("one").send(), repeat);

        let first = first.expect(200);
        assert_eq!(repeat.shown(), first.shown(), "{position}");
        assert_eq!((is_replay(&first), is_replay(&repeat)), (false, true), "{position}");
        assert_eq!(shop.entries().await, 2);
    }
}
