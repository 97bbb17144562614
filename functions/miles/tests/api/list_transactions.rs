//! `GET /user/{id}/transactions`

use crate::example::documented_community;
use crate::shop::{FLYER, Shop};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault};

/// Opens a shop whose flyer has made `count` purchases at one mile each, one second apart.
async fn shop_with_purchases(count: usize) -> Shop {
    let shop = Shop::open(1, 1000).await;
    for _ in 0..count {
        shop.app.clock.advance(Duration::from_secs(1));
        let _bought = shop.buy().send().await.expect(200);
    }
    shop.app.wire.reset();
    shop
}

async fn list(shop: &Shop, query: &str) -> Answer {
    shop.app.get(&format!("/user/{FLYER}/transactions{query}")).key(&shop.key).send().await
}

fn numbers(page: &Value) -> Vec<u64> {
    page["transactions"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn shows_every_kind_of_entry_newest_first() {
    let app = crate::start().await;
    let key = documented_community(&app).await;
    let order = json!({ "productId": "a1b2c3" });
    let _bought = app.post("/user/123456789/buyProduct").key(&key).json(&order).send().await.expect(200);
    app.clock.advance(Duration::from_secs(1));
    let refund = "/user/123456789/transactions/123456789-3/refund";
    let _refunded = app.post(refund).key(&key).send().await.expect(201);

    let listed = app.get("/user/123456789/transactions").key(&key).send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "transactions": [
        {
          "id": "123456789-4",
          "userId": "123456789",
          "seq": 4,
          "amount": 500,
          "type": "earn",
          "source": "refund",
          "airlineId": "skyteam",
          "flightId": null,
          "productId": "a1b2c3",
          "note": "Refund: Priority Boarding",
          "balanceAfter": 5000,
          "createdAt": "2024-03-15T10:30:01.000Z",
          "reverses": "123456789-3"
        },
        {
          "id": "123456789-3",
          "userId": "123456789",
          "seq": 3,
          "amount": -500,
          "type": "spend",
          "source": "purchase",
          "airlineId": "skyteam",
          "flightId": null,
          "productId": "a1b2c3",
          "note": "Purchase: Priority Boarding",
          "balanceAfter": 4500,
          "createdAt": "2024-03-15T10:30:00.000Z"
        },
        {
          "id": "123456789-2",
          "userId": "123456789",
          "seq": 2,
          "amount": 500,
          "type": "earn",
          "source": "flight",
          "airlineId": "skyteam",
          "flightId": "550e8400-e29b-41d4-a716-446655440000",
          "productId": null,
          "note": "Miles earned from flight",
          "balanceAfter": 5000,
          "createdAt": "2024-03-15T10:30:00.000Z"
        },
        {
          "id": "123456789-1",
          "userId": "123456789",
          "seq": 1,
          "amount": 4500,
          "type": "earn",
          "source": "adjustment",
          "airlineId": null,
          "flightId": null,
          "productId": null,
          "note": "Opening balance",
          "balanceAfter": 4500,
          "createdAt": "2024-01-10T08:00:00.000Z"
        }
      ],
      "next": null
    }
    "#);
    assert_eq!(listed.header("content-type"), Some("application/json"));
    assert_eq!(listed.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn shows_50_entries_per_page_by_default() {
    let shop = shop_with_purchases(101).await;

    let by_default = list(&shop, "").await.expect(200).json();
    assert_eq!(numbers(&by_default), (53..=102).rev().collect::<Vec<_>>());
    let next = by_default["next"].as_str().expect("there should be a second page");
    let second = list(&shop, &format!("?next={next}")).await.expect(200).json();
    assert_eq!(numbers(&second), (3..=52).rev().collect::<Vec<_>>());
    let largest = list(&shop, "?limit=100").await.expect(200).json();
    assert_eq!(numbers(&largest), (3..=102).rev().collect::<Vec<_>>());
    let next = largest["next"].as_str().expect("there should be a second page");
    let last = list(&shop, &format!("?limit=100&next={next}")).await.expect(200);
    assert_eq!(numbers(&last.json()), [2, 1]);
    assert_eq!(last.json()["next"], Value::Null);
}

#[tokio::test]
async fn shows_each_entry_once_at_any_page_size() {
    let shop = shop_with_purchases(11).await;

    for limit in [1, 2, 3, 4, 5, 6, 11, 12, 13, 99] {
        let (mut seen, mut pages) = (Vec::new(), 0);
        let mut query = format!("?limit={limit}");
        loop {
            let page = list(&shop, &query).await.expect(200).json();
            seen.extend(numbers(&page));
            pages += 1;
            let Some(next) = page["next"].as_str() else { break };
            query = format!("?next={next}&limit={limit}");
        }
        assert_eq!(seen, (1..=12).rev().collect::<Vec<_>>(), "limit {limit}");
        assert_eq!(pages, 12_usize.div_ceil(limit), "no page should be empty, limit {limit}");
    }
}

#[tokio::test]
async fn continues_after_the_previous_page_even_if_entries_were_added() {
    let shop = shop_with_purchases(5).await;
    let first = list(&shop, "?limit=2").await.expect(200).json();

    let _bought = shop.buy().send().await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = list(&shop, &format!("?limit=2&next={next}")).await.expect(200).json();

    assert_eq!(numbers(&first), [6, 5]);
    assert_eq!(numbers(&second), [4, 3]);
}

#[tokio::test]
async fn is_open_to_every_airline() {
    let shop = shop_with_purchases(2).await;
    let rival = shop.app.airline("rival").await;

    let own = list(&shop, "?limit=1").await.expect(200);
    let foreign = shop.app.get(&format!("/user/{FLYER}/transactions?limit=1")).key(&rival).send().await;

    assert_eq!(foreign.shown(), own.shown(), "every airline should get the same response, including the cursor");
}

#[tokio::test]
async fn takes_one_request_and_one_more_for_an_unknown_flyer() {
    let shop = shop_with_purchases(1).await;

    let _page = list(&shop, "").await.expect(200);
    assert_eq!(shop.app.wire.take_operations(), ["Query"]);

    let unknown = shop.app.get("/user/5/transactions").key(&shop.key).send().await;
    assert_snapshot!(unknown.shown(), @r#"
    404 {
      "error": "User not found"
    }
    "#);
    assert_eq!(shop.app.wire.take_operations(), ["Query", "GetItem"]);
}

#[tokio::test]
async fn survives_a_fault_and_reports_one_that_persists() {
    let shop = shop_with_purchases(1).await;
    let impatient = shop.giving_up_after(Duration::from_millis(200)).await;
    let page = list(&shop, "").await.expect(200);

    for fault in [Fault::Error(400, "ThrottlingException"), Fault::Error(500, "InternalServerError"), Fault::CutAfter] {
        shop.app.wire.disturb([fault.clone()]);
        assert_eq!(list(&shop, "").await.shown(), page.shown(), "{fault:?}");
        shop.app.wire.disturb_all(fault.clone());
        let refused = list(&impatient, "").await;
        assert_eq!(refused.shown(), "503 {\n  \"error\": \"Please retry\"\n}", "{fault:?}");
        assert_eq!(refused.header("retry-after"), Some("1"), "{fault:?}");
        shop.app.wire.reset();
    }
    shop.app.wire.disturb([Fault::Error(400, "AccessDeniedException")]);
    assert_snapshot!(list(&shop, "").await.shown(), @r#"
    500 {
      "error": "Internal Server Error"
    }
    "#);
}

#[tokio::test]
async fn cannot_find_unknown_flyers() {
    let shop = shop_with_purchases(1).await;
    let long = "1".repeat(5000);

    for id in ["0123456789", "-1", "abc", "123456789%20", "%00", "123456789%2Fx", "1234567890123456789012", &long] {
        let refused = shop.app.get(&format!("/user/{id}/transactions")).key(&shop.key).send().await;
        assert_eq!(refused.shown(), "404 {\n  \"error\": \"User not found\"\n}", "{id:?}");
    }
}

#[tokio::test]
async fn rejects_an_invalid_limit() {
    let shop = shop_with_purchases(1).await;
    let bad = [
        "0",
        "-1",
        "101",
        "1000000000000000000000000",
        "1.5",
        "1e1",
        "abc",
        "",
        "%20",
        "5%20",
        "+5",
        "0x5",
        "null",
        "%FF",
        "%D9%A1",
        "5,6",
        "[5]",
    ];
    for limit in bad {
        let refused = list(&shop, &format!("?limit={limit}")).await;
        let expected = "400 {\n  \"error\": \"\\\"limit\\\" must be an integer from 1 to 100\"\n}";
        assert_eq!(refused.shown(), expected, "{limit:?}");
    }
    assert_snapshot!(list(&shop, "?limit=5&limit=6").await.shown(), @r#"
    400 {
      "error": "\"limit\" must be given once"
    }
    "#);
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

#[tokio::test]
async fn rejects_unknown_parameters() {
    let shop = shop_with_purchases(1).await;

    for (query, name) in [("?Limit=0", "Limit"), ("?limit=1&foo=1", "foo"), ("?dev=true", "dev")] {
        let refused = list(&shop, query).await.expect(400).json();
        assert_eq!(refused["error"], format!("\"{name}\" is not allowed"), "{query}");
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
    assert_eq!(numbers(&list(&shop, "?&&limit=1&limit=1").await.expect(200).json()), [2]);
}

#[tokio::test]
async fn rejects_a_tampered_cursor() {
    let shop = shop_with_purchases(3).await;
    let page = list(&shop, "?limit=1").await.expect(200).json();
    let cursor = page["next"].as_str().unwrap();
    shop.app.wire.reset();

    let mut tampered = vec![String::new(), "x".to_owned(), "null".to_owned(), "%FF".to_owned(), "a".repeat(5000)];
    tampered.extend([format!("{cursor}="), format!("{cursor}A"), format!("%20{cursor}"), cursor[1..].to_owned()]);
    for position in 0..cursor.len() {
        let other = if cursor.as_bytes()[position] == b'A' { "B" } else { "A" };
        let mut changed = cursor.to_owned();
        changed.replace_range(position..=position, other);
        tampered.push(changed);
        tampered.push(cursor[..position].to_owned());
    }
    for next in tampered {
        let refused = list(&shop, &format!("?next={next}")).await;
        let expected = "400 {\n  \"error\": \"\\\"next\\\": not a cursor of this listing\"\n}";
        assert_eq!(refused.shown(), expected, "{next:?}");
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

#[tokio::test]
async fn rejects_a_cursor_from_another_listing() {
    let shop = shop_with_purchases(3).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    for flyer in ["7", "8"] {
        shop.app.board(&shop.key, &flight, flyer, 10).await;
        let order = json!({ "productId": shop.product });
        let _bought = shop.app.post(&format!("/user/{flyer}/buyProduct")).key(&shop.key).json(&order).send().await;
    }
    for listing in [format!("/flight/{flight}/passengers"), "/user/7/transactions".to_owned()] {
        let page = shop.app.get(&format!("{listing}?limit=1")).key(&shop.key).send().await.expect(200).json();
        let next = page["next"].as_str().expect("there should be a second page");
        let refused = list(&shop, &format!("?next={next}")).await;
        allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
        400 {
          "error": "\"next\": not a cursor of this listing"
        }
        "#));
    }
}

#[tokio::test]
async fn accepts_only_get_requests() {
    let shop = shop_with_purchases(0).await;

    let answer = shop.app.post(&format!("/user/{FLYER}/transactions")).key(&shop.key).send().await;

    assert_snapshot!(answer.shown(), @r#"
    404 {
      "error": "Not Found",
      "path": "/user/123456789/transactions"
    }
    "#);
}
