//! `GET /flight/{id}/passengers`

mod cursors;

use crate::scene::{FLYER, report, with_flight};
use http::StatusCode;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;
use testing::TestApp;

/// Reads the whole listing in pages of `limit`, and asserts that every page but the last is full and that only the last
/// has no `next`.
async fn walk(app: &TestApp, key: &str, flight: &str, limit: usize) -> Vec<Value> {
    let mut walked = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("/flight/{flight}/passengers?limit={limit}{next}");
        let page = app.get(&path).key(key).send().await.expect(200).json();
        assert_eq!(page.as_object().unwrap().len(), 2);
        let passengers = page["passengers"].as_array().expect("`passengers` should be an array");
        walked.extend(passengers.iter().cloned());
        match &page["next"] {
            Value::String(cursor) => {
                assert_eq!(passengers.len(), limit, "every page but the last should be full");
                next = format!("&next={cursor}");
            }
            Value::Null => return walked,
            other => panic!("unexpected `next`: {other}"),
        }
    }
}

#[tokio::test]
async fn lists_passengers_in_boarding_order() {
    let (app, key, flight) = with_flight().await;
    for (flyer, miles) in [("9", 0), ("10", 1_000_000), ("2", 7)] {
        app.board(&key, &flight, flyer, miles).await;
        app.clock.advance(Duration::from_millis(1));
    }

    let listed = app.get(&format!("/flight/{flight}/passengers")).key(&key).send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "passengers": [
        {
          "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
          "userId": "9",
          "miles": 0,
          "joinedAt": "2024-03-15T10:30:00.000Z"
        },
        {
          "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
          "userId": "10",
          "miles": 1000000,
          "joinedAt": "2024-03-15T10:30:00.001Z"
        },
        {
          "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
          "userId": "2",
          "miles": 7,
          "joinedAt": "2024-03-15T10:30:00.002Z"
        }
      ],
      "next": null
    }
    "#);
    let mut cost = app.wire.take_operations();
    cost.sort();
    assert_eq!(cost, ["GetItem", "Query"]);
}

#[tokio::test]
async fn returns_an_empty_list_for_an_empty_flight() {
    let (app, key, flight) = with_flight().await;
    let _another_flights = app.flight(&key, "skyteam").await;

    let listed = app.get(&format!("/flight/{flight}/passengers")).key(&key).send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "passengers": [],
      "next": null
    }
    "#);
}

#[tokio::test]
async fn lists_only_that_flights_passengers() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;
    app.board(&key, &flight, "1", 100).await;
    app.board(&key, &other, "1", 200).await;
    app.board(&key, &other, "2", 200).await;

    let listed = walk(&app, &key, &flight, 100).await;

    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["miles"], 100);
}

#[tokio::test]
async fn lists_the_passengers_of_an_ended_flight() {
    let (app, key, flight) = with_flight().await;
    app.board(&key, &flight, FLYER, 500).await;
    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);

    assert_eq!(walk(&app, &key, &flight, 1).await.len(), 1);
}

/// Game servers board whole groups at once, so many passengers have the same boarding time.
#[tokio::test]
async fn lists_each_passenger_once_at_any_page_size() {
    let (app, key, flight) = with_flight().await;
    let mut boarded = Vec::new();
    for group in [1, 12, 1, 1, 9] {
        app.clock.advance(Duration::from_secs(1));
        for _ in 0..group {
            // The order of these ids differs from the boarding order.
            let flyer = (7919 * (boarded.len() + 1) % 100).to_string();
            app.board(&key, &flight, &flyer, 500).await;
            boarded.push((app.now().to_string(), flyer));
        }
    }

    let whole = walk(&app, &key, &flight, 100).await;

    // Passengers with the same boarding time can be in any order, but the order is stable.
    assert!(whole.iter().map(|passenger| passenger["joinedAt"].as_str().unwrap()).is_sorted());
    let pair = |passenger: &Value| {
        let text = |field: &str| passenger[field].as_str().unwrap().to_owned();
        (text("joinedAt"), text("userId"))
    };
    let mut listed: Vec<_> = whole.iter().map(pair).collect();
    listed.sort();
    boarded.sort();
    assert_eq!(listed, boarded);
    for limit in [1, 2, 3, 4, 6, 7, 8, 12, 23, 24, 25, 50] {
        assert_eq!(walk(&app, &key, &flight, limit).await, whole, "limit {limit}");
    }
}

#[tokio::test]
async fn ends_with_the_page_that_holds_the_last_passenger() {
    let (app, key, flight) = with_flight().await;
    for flyer in 1..=101 {
        app.board(&key, &flight, &flyer.to_string(), 500).await;
        app.clock.advance(Duration::from_millis(1));
        if flyer == 100 {
            let all = app.get(&format!("/flight/{flight}/passengers?limit=100")).key(&key).send().await.json();
            assert_eq!((all["passengers"].as_array().unwrap().len(), &all["next"]), (100, &json!(null)));
            for limit in [1, 10, 25, 50] {
                assert_eq!(walk(&app, &key, &flight, limit).await.len(), 100);
            }
        }
    }
    let unlimited = app.get(&format!("/flight/{flight}/passengers")).key(&key).send().await.expect(200).json();
    assert_eq!(unlimited["passengers"].as_array().unwrap().len(), 50, "the default page size is 50");
    assert!(unlimited["next"].is_string());
    let most = app.get(&format!("/flight/{flight}/passengers?limit=100")).key(&key).send().await.expect(200).json();
    assert_eq!(most["passengers"].as_array().unwrap().len(), 100);
    let next = most["next"].as_str().unwrap();
    let last = app.get(&format!("/flight/{flight}/passengers?next={next}")).key(&key).send().await.expect(200).json();
    assert_eq!(last["passengers"].as_array().unwrap().len(), 1);
    assert_eq!(last["passengers"][0]["userId"], "101");
    assert_eq!(last["next"], json!(null));
}

#[tokio::test]
async fn shows_passengers_who_board_during_paging_on_a_later_page() {
    let (app, key, flight) = with_flight().await;
    for flyer in ["5", "4"] {
        app.board(&key, &flight, flyer, 500).await;
        app.clock.advance(Duration::from_millis(1));
    }
    let first = app.get(&format!("/flight/{flight}/passengers?limit=1")).key(&key).send().await.expect(200).json();
    app.board(&key, &flight, "3", 500).await;

    let next = first["next"].as_str().unwrap();
    let rest = app.get(&format!("/flight/{flight}/passengers?next={next}")).key(&key).send().await.expect(200).json();

    let flyers: Vec<_> = rest["passengers"].as_array().unwrap().iter().map(|passenger| &passenger["userId"]).collect();
    assert_eq!(flyers, ["4", "3"]);
}

#[tokio::test]
async fn rejects_an_invalid_limit() {
    let (app, key, flight) = with_flight().await;
    let bad = [
        "",
        "0",
        "00",
        "101",
        "-1",
        "%2B1",
        "+1",
        "1.5",
        "1.0",
        "1e1",
        "0x10",
        "abc",
        "null",
        "true",
        "1,2",
        "%201",
        "1%20",
        "%00",
        "%FF",
        "%EF%BC%91",
        "18446744073709551617",
    ];
    for limit in bad {
        let refused = app.get(&format!("/flight/{flight}/passengers?limit={limit}")).key(&key).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{limit}");
        assert_eq!(refused.json(), json!({ "error": "\"limit\" must be an integer from 1 to 100" }), "{limit}");
    }
    let no_value = app.get(&format!("/flight/{flight}/passengers?limit")).key(&key).send().await;
    assert_eq!(no_value.json(), json!({ "error": "\"limit\" must be an integer from 1 to 100" }));
    let overlong = app.get(&format!("/flight/{flight}/passengers?limit={}", "1".repeat(5000))).key(&key).send().await;
    assert_eq!(overlong.json(), json!({ "error": "\"limit\" must be an integer from 1 to 100" }));
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn rejects_a_duplicate_parameter() {
    let (app, key, flight) = with_flight().await;
    for (query, name) in [
        ("limit=1&limit=2", "limit"),
        ("next=a&next=b", "next"),
        ("limit=1&%6cimit=2", "limit"),
        ("next=&next=a", "next"),
    ] {
        let refused = app.get(&format!("/flight/{flight}/passengers?{query}")).key(&key).send().await;

        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(refused.json(), json!({ "error": format!("\"{name}\" must be given once") }), "{query}");
    }
    assert!(app.wire.take_operations().is_empty());
    for query in ["limit=1&limit=1", "limit=1&%6cimit=1"] {
        let _listed = app.get(&format!("/flight/{flight}/passengers?{query}")).key(&key).send().await.expect(200);
    }
}
