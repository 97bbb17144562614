//! `POST /users/fetchUsersData` for flyers with many flights.

use crate::shop::Shop;
use crate::stored::Stored;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use shared::models::MAX_ANSWER_BYTES;
use testing::Answer;

async fn fetch(shop: &Shop, ids: &[String]) -> Answer {
    shop.app.post("/users/fetchUsersData").key(&shop.key).json(&json!(ids)).send().await
}

/// Opens a shop with a flyer `1` who was on `count` flights. Returns it with the flights in boarding order.
async fn shop_with_flights(count: usize) -> (Shop, Vec<String>) {
    let shop = Shop::open(500, 0).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "1", 0).await;
    let flights = Stored::of(&shop.app).extend_history("1", count).await;
    (shop, flights)
}

/// Asserts that an element's flights are `boarded` in reverse order, and that in boarding order they earned
/// 0, 1, 2 … miles.
fn expect_history(element: &Value, boarded: &[String]) {
    let flights = element["flights"].as_array().expect("`flights` should be an array");
    let shown = flights.iter().map(|flight| (flight["id"].as_str().unwrap(), flight["miles"].as_u64().unwrap()));
    let expected = boarded.iter().enumerate().rev().map(|(miles, flight)| (flight.as_str(), miles as u64));
    assert!(shown.eq(expected), "{flights:#?}");
    assert!(flights.iter().all(|flight| flight["aircraft"] == "Boeing 737-800"));
}

/// A page holds 100 flights. These are boarded one by one.
#[tokio::test]
async fn show_more_flights_than_a_page_of_history_holds() {
    let shop = Shop::open(500, 0).await;
    let mut boarded = Vec::new();
    for miles in 0..102 {
        let flight = shop.app.flight(&shop.key, "skyteam").await;
        shop.app.board(&shop.key, &flight, "1", miles).await;
        boarded.push(flight);
        if boarded.len() >= 99 {
            let answer = fetch(&shop, &["1".to_owned()]).await.expect(200).json();
            expect_history(&answer["data"][0], &boarded);
        }
    }
}

#[tokio::test]
async fn read_100_flyers_with_100_flights_each_in_3_requests() {
    let (shop, boarded) = shop_with_flights(100).await;
    let flyers: Vec<_> = (1..=100).map(|id| id.to_string()).collect();
    Stored::of(&shop.app).copy_flyer("1", &flyers[1..]).await;

    let answer = fetch(&shop, &flyers).await.expect(200).json();

    // Two concurrent requests for the flyers with their histories, then one for the flights.
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"; 3]);
    let data = answer["data"].as_array().unwrap();
    assert_eq!(data.len(), 100);
    for (element, flyer) in data.iter().zip(&flyers) {
        assert_eq!(element["userId"], **flyer);
        assert_eq!(element["user"]["userId"], **flyer);
        expect_history(element, &boarded);
    }
}

/// With one more flight, each flyer has a second page of history.
#[tokio::test]
async fn read_100_flyers_with_101_flights_each_in_5_requests() {
    let (shop, boarded) = shop_with_flights(101).await;
    let flyers: Vec<_> = (1..=100).map(|id| id.to_string()).collect();
    Stored::of(&shop.app).copy_flyer("1", &flyers[1..]).await;

    let answer = fetch(&shop, &flyers).await.expect(200).json();

    // The flyers with their first pages, then the second pages and the first pages' flights, then the remaining flight.
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"; 2 + 2 + 1]);
    expect_history(&answer["data"][99], &boarded);
}

#[tokio::test]
async fn show_all_of_1000_flights() {
    let (shop, boarded) = shop_with_flights(1000).await;

    let answer = fetch(&shop, &["1".to_owned()]).await.expect(200).json();

    // The flyer with the first page, then 9 pages and 100 flights, then 900 flights.
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"; 1 + 2 + 9]);
    expect_history(&answer["data"][0], &boarded);
}

/// Returns the body's size in Lambda's response, a JSON document that holds the body as a string. There, each quotation
/// mark takes two bytes.
fn escaped_size(answer: &Answer) -> usize {
    let body = std::str::from_utf8(&answer.bytes).expect("JSON should be UTF-8");
    body.len() + body.matches('"').count()
}

#[tokio::test]
async fn are_rejected_above_lambdas_limit() {
    let (shop, _) = shop_with_flights(10).await;
    let asked = |times: usize| vec!["1".to_owned(); times];
    let once = escaped_size(&fetch(&shop, &asked(1)).await.expect(200));
    let twice = escaped_size(&fetch(&shop, &asked(2)).await.expect(200));
    let most = 1 + (MAX_ANSWER_BYTES - once) / (twice - once);

    let answered = fetch(&shop, &asked(most)).await.expect(200);
    assert_eq!(answered.json()["data"].as_array().unwrap().len(), most);
    for times in [most + 1, 2 * most, 5 * most] {
        let refused = fetch(&shop, &asked(times)).await;
        allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
        413 {
          "error": "The answer would be larger than 6 MB; ask for less at a time"
        }
        "#));
    }
    let _unaffected = fetch(&shop, &asked(1)).await.expect(200);
}

/// The number of flights already shows that the response would be too large, so the flights are not read.
#[tokio::test]
async fn are_rejected_before_reading_if_far_too_large() {
    let (shop, _) = shop_with_flights(1000).await;

    let refused = fetch(&shop, &vec!["1".to_owned(); 20]).await;

    assert_eq!(refused.status, 413);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"]);
}

/// A body of 100 kB can repeat one flyer so often that the response is too large even with few flights.
#[tokio::test]
async fn are_rejected_for_one_flyer_51000_times() {
    let (shop, _) = shop_with_flights(1).await;

    let body = format!("[{}]", vec!["1"; 51_000].join(","));
    let refused = shop.app.post("/users/fetchUsersData").key(&shop.key).body(body).send().await;

    assert_eq!(refused.status, 413);
}

#[tokio::test]
async fn are_returned_for_an_unknown_flyer_51000_times() {
    let (shop, _) = shop_with_flights(1).await;

    let body = format!("[{}]", vec!["5"; 51_000].join(","));
    let answered = shop.app.post("/users/fetchUsersData").key(&shop.key).body(body).send().await.expect(200);

    assert_eq!(answered.json()["data"].as_array().unwrap().len(), 51_000);
}
