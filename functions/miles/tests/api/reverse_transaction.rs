//! `POST /user/{id}/transactions/{transactionId}/reverse`

use crate::shop::{FLYER, Shop};
use insta::assert_snapshot;
use serde_json::json;

/// Id of the ledger entry of [`FLYER`]'s first boarding.
const BOARDING: &str = "123456789-1";

#[tokio::test]
async fn takes_the_miles_of_a_boarding_back() {
    let shop = Shop::open(500, 5000).await;
    shop.app.wire.reset();

    let reversed = shop.reverse(BOARDING, &json!({ "note": "Flight cancelled" })).send().await;

    assert_eq!(shop.app.wire.take_operations().len(), 3);
    assert_snapshot!(reversed.shown(), @r#"
    201 {
      "transaction": {
        "id": "123456789-2",
        "userId": "123456789",
        "seq": 2,
        "amount": -5000,
        "type": "spend",
        "source": "reversal",
        "airlineId": "skyteam",
        "flightId": "2fa93a98-5575-4f8e-994d-cc00160f4eb5",
        "productId": null,
        "note": "Reversal: Flight cancelled",
        "balanceAfter": 0,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "reverses": "123456789-1"
      },
      "user": {
        "userId": "123456789",
        "username": "pilot123",
        "displayName": "Captain John",
        "miles": 0,
        "avatarUrl": null,
        "createdAt": "2024-03-15T10:30:00.000Z",
        "updatedAt": "2024-03-15T10:30:00.000Z"
      }
    }
    "#);
    let ledger = shop.sound_ledger().await;
    assert_eq!(ledger.len(), 2);
    let asked = shop.app.post("/users/fetchUsersData").key(&shop.key).json(&json!([FLYER])).send().await.expect(200);
    assert_eq!(asked.json()["data"][0]["flights"][0]["miles"], 0);
    assert_eq!(shop.audited().await, 2);
}

/// The passenger stays on the flight's list, marked.
#[tokio::test]
async fn marks_the_passenger_who_cannot_board_again() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.sound_ledger().await[0]["flightId"].as_str().unwrap().to_owned();
    let _reversed = shop.reverse(BOARDING, &json!({})).send().await.expect(201);

    let path = format!("/flight/{flight}/passengers");
    let listed = shop.app.get(&path).key(&shop.key).send().await.expect(200).json();
    assert_eq!(listed["passengers"][0]["reversedAt"], testing::START);
    let again = shop.app.post(&path).key(&shop.key).json(&json!({ "userId": FLYER, "miles": 5000 })).send().await;
    assert_eq!(again.expect(409).json()["error"], "Passenger already boarded");
}

#[tokio::test]
async fn takes_what_is_left_only_if_asked_to() {
    let shop = Shop::open(4000, 5000).await;
    let _bought = shop.buy().send().await.expect(200);

    let refused = shop.reverse(BOARDING, &json!({})).send().await.expect(400);
    assert_eq!(refused.json()["error"], "Insufficient miles");
    let reversed = shop.reverse(BOARDING, &json!({ "partial": true })).send().await.expect(201).json();

    assert_eq!(reversed["transaction"]["amount"], -1000);
    assert_eq!(reversed["transaction"]["note"], "Reversal: Miles earned from flight");
    assert_eq!(reversed["user"]["miles"], 0);
    let asked = shop.app.post("/users/fetchUsersData").key(&shop.key).json(&json!([FLYER])).send().await.expect(200);
    assert_eq!(asked.json()["data"][0]["flights"][0]["miles"], 4000);
    assert_eq!(shop.audited().await, 3);
}

#[tokio::test]
async fn finds_the_boarding_on_a_later_page_of_the_history() {
    let shop = Shop::open(500, 1).await;
    for _ in 0..101 {
        let flight = shop.app.flight(&shop.key, "skyteam").await;
        shop.app.board(&shop.key, &flight, FLYER, 7).await;
    }
    for seq in [1, 100, 101, 102] {
        let _reversed = shop.reverse(&format!("{FLYER}-{seq}"), &json!({})).send().await.expect(201);
    }
    assert_eq!(shop.entries().await, 106);
    assert_eq!(shop.audited().await, 106);
}

#[tokio::test]
async fn rejects_what_cannot_be_reversed() {
    let shop = Shop::open(500, 5000).await;
    let _bought = shop.buy().send().await.expect(200);
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, FLYER, 0).await;
    let rival = Shop { key: shop.app.airline("rival").await, ..shop.clone() };
    let _reversed = shop.reverse(BOARDING, &json!({ "partial": true })).send().await.expect(201);

    for (shop, id, status, error) in [
        (&shop, "123456789-2", 400, "Transaction cannot be reversed"),
        (&shop, "123456789-3", 400, "Transaction cannot be reversed"),
        (&shop, "123456789-4", 400, "Transaction cannot be reversed"),
        (&shop, "123456789-1", 409, "Already reversed"),
        (&shop, "123456789-5", 404, "Transaction not found"),
        (&shop, "987654321-1", 404, "Transaction not found"),
        (&shop, "x", 404, "Transaction not found"),
        (&rival, "123456789-1", 404, "Transaction not found"),
    ] {
        let refused = shop.reverse(id, &json!({})).send().await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (status, &json!(error)), "{id}");
    }
    assert_eq!(shop.entries().await, 4);
}

#[tokio::test]
async fn rejects_bad_fields() {
    let shop = Shop::open(500, 5000).await;
    let bad = [
        json!({ "note": "n".repeat(201) }),
        json!({ "note": 1 }),
        json!({ "partial": "yes" }),
        json!({ "amount": 1 }),
        json!([]),
    ];
    for body in bad {
        let refused = shop.reverse(BOARDING, &body).send().await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.json());
    }
    assert_eq!(shop.entries().await, 1);
}
