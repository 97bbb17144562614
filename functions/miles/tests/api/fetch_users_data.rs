//! `POST /users/fetchUsersData`

use crate::example::documented_community;
use crate::shop::{FLYER, Shop};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Call, Fault, TestApp};

fn fetch<'a>(app: &'a TestApp, key: &str) -> Call<'a> {
    app.post("/users/fetchUsersData").key(key)
}

/// Returns the ids in a response, each with whether that flyer exists.
fn known(answer: &Answer) -> Vec<(String, bool)> {
    let body = answer.json();
    let elements = body["data"].as_array().expect("`data` should be an array");
    elements.iter().map(|one| (one["userId"].as_str().unwrap().to_owned(), one["user"].is_object())).collect()
}

#[tokio::test]
async fn returns_the_documented_example() {
    let app = crate::start().await;
    let key = documented_community(&app).await;
    for (time, event) in [("14:05", "serverStart"), ("16:30", "serverEnd")] {
        app.clock.set(&format!("2024-03-15T{time}:00.000Z"));
        let path = format!("/flight/550e8400-e29b-41d4-a716-446655440000/{event}");
        let _flight = app.post(&path).key(&key).send().await.expect(200);
    }

    let ids = json!({ "userIds": ["123456789", "987654321"] });
    let answer = fetch(&app, &key).json(&ids).send().await;

    assert_snapshot!(answer.shown(), @r#"
    200 {
      "data": [
        {
          "userId": "123456789",
          "user": {
            "userId": "123456789",
            "username": "pilot123",
            "displayName": "Captain John",
            "miles": 5000,
            "avatarUrl": "https://tr.rbxcdn.com/...",
            "createdAt": "2024-01-10T08:00:00.000Z",
            "updatedAt": "2024-03-15T10:30:00.000Z"
          },
          "flights": [
            {
              "id": "550e8400-e29b-41d4-a716-446655440000",
              "code": "ST123",
              "gameId": "1234567890",
              "aircraft": "Boeing 737-800",
              "airlineId": "skyteam",
              "brandId": "skyteam-main",
              "departure": "KJFK",
              "arrival": "KLAX",
              "miles": 500,
              "startTime": "2024-03-15T14:00:00.000Z",
              "startedAt": "2024-03-15T14:05:00.000Z",
              "endTime": "2024-03-15T16:30:00.000Z",
              "codeshareAirlineId": null,
              "discordEventLink": "https://discord.gg/event/123456"
            }
          ]
        },
        {
          "userId": "987654321",
          "user": null,
          "flights": []
        }
      ]
    }
    "#);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn accepts_a_bare_list() {
    let shop = Shop::open(500, 5000).await;

    let in_object = fetch(&shop.app, &shop.key).json(&json!({ "userIds": [FLYER, "5"], "more": 1 })).send().await;
    let alone = fetch(&shop.app, &shop.key).json(&json!([FLYER, "5"])).send().await;
    let undeclared = fetch(&shop.app, &shop.key).body(format!(" [ {FLYER} , 5 ]\n")).send().await;

    assert_eq!(in_object.shown(), alone.shown());
    assert_eq!(in_object.shown(), undeclared.shown());
    assert_eq!(known(&alone), [(FLYER.to_owned(), true), ("5".to_owned(), false)]);
}

#[tokio::test]
async fn keeps_the_requested_order_and_reads_each_flyer_once() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "7", 1).await;

    let ids = json!(["5", FLYER, "7", FLYER, "5", "7", FLYER]);
    let answer = fetch(&shop.app, &shop.key).json(&ids).send().await;

    let shown = known(&answer);
    assert_eq!(shown.iter().map(|(id, _)| id.as_str()).collect::<Value>(), ids);
    assert_eq!(shown.iter().map(|(_, known)| *known).collect::<Vec<_>>(), [false, true, true, true, false, true, true]);
    let data = &answer.json()["data"];
    assert_eq!(data[1], data[3]);
    assert_eq!(data[1], data[6]);
    assert_eq!(data[2], data[5]);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn converts_ids_to_text_and_trims_them() {
    let shop = Shop::open(500, 5000).await;
    let ids = r#"["", null, "  ", "\t 123456789\n", 123456789, "\u0031\u00323456789", "\u00a0123456789", 0, -1, -0,
        "01", "12 3", "NaN", "123456789.0", 18446744073709551616, 99999999999999999999, 1234567890123456789012345]"#;

    let answer = fetch(&shop.app, &shop.key).body(ids).send().await.expect(200);

    let shown: Vec<_> = known(&answer).into_iter().map(|(id, known)| format!("{id} {known}")).collect();
    assert_snapshot!(shown.join("\n"), @"
    123456789 true
    123456789 true
    123456789 true
    123456789 true
    0 false
    -1 false
    -0 false
    01 false
    12 3 false
    NaN false
    123456789.0 false
    18446744073709551616 false
    99999999999999999999 false
    1234567890123456789012345 false
    ");
}

#[tokio::test]
async fn finds_a_flyer_by_the_greatest_number() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "9223372036854775807", 1).await;

    let answer = fetch(&shop.app, &shop.key).body("[9223372036854775807]").send().await;

    assert_eq!(known(&answer), [("9223372036854775807".to_owned(), true)]);
}

#[tokio::test]
async fn requires_ids() {
    let shop = Shop::open(500, 5000).await;
    let bodies = [
        "",
        " \n",
        "{}",
        "[]",
        "null",
        "true",
        "5",
        r#""123456789""#,
        r#"{"userIds":[]}"#,
        r#"{"userIds":null}"#,
        r#"{"userIds":"123456789"}"#,
        r#"{"userIds":123456789}"#,
        r#"{"userIds":{"0":"123456789"}}"#,
        r#"{"userids":["123456789"]}"#,
        r#"{"userIds":["", "  ", null, "\n"]}"#,
        r#"["\u00a0", null]"#,
    ];
    for body in bodies {
        let refused = fetch(&shop.app, &shop.key).body(body).send().await;
        let expected = "400 {\n  \"error\": \"Provide a list of userIds in the request body\"\n}";
        assert_eq!(refused.shown(), expected, "{body:?}");
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

#[tokio::test]
async fn accepts_at_most_100_distinct_ids() {
    let shop = Shop::open(500, 5000).await;
    let numbered = |n: u32| (1..=n).map(|id| id.to_string()).collect::<Vec<_>>();
    let hundred = numbered(100);

    let taken = fetch(&shop.app, &shop.key).json(&json!(hundred)).send().await.expect(200);
    let repeated = [hundred.as_slice(), &hundred, &hundred].concat();
    let taken_repeatedly = fetch(&shop.app, &shop.key).json(&json!(repeated)).send().await.expect(200);
    let refused = fetch(&shop.app, &shop.key).json(&json!({ "userIds": numbered(101) })).send().await;

    assert_eq!(known(&taken).len(), 100);
    assert_eq!(known(&taken_repeatedly).len(), 300);
    assert_snapshot!(refused.shown(), @r#"
    400 {
      "error": "\"userIds\" must hold at most 100 distinct ids"
    }
    "#);
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"; 4], "two requests for 100 flyers, none for 101");
}

#[tokio::test]
async fn sorts_flights_by_boarding_time() {
    let shop = Shop::open(500, 0).await;
    let mut boarded = vec![];
    // The flights are boarded in the reverse of the order in which they are scheduled.
    for start in ["2024-03-18T00:00:00.000Z", "2024-03-17T00:00:00.000Z", "2024-03-16T00:00:00.000Z"] {
        let draft = json!({
            "code": "ST1", "gameId": "1", "aircraft": "Airbus A320", "brandId": "skyteam-main",
            "departure": "EDDF", "arrival": "EHAM", "startTime": start,
        });
        let flight = shop.app.post("/flight").key(&shop.key).json(&draft).send().await.expect(201).json();
        let id = flight["id"].as_str().unwrap().to_owned();
        shop.app.clock.advance(Duration::from_secs(1));
        shop.app.board(&shop.key, &id, FLYER, 1).await;
        boarded.push(id);
    }

    let answer = fetch(&shop.app, &shop.key).json(&json!([FLYER])).send().await.expect(200).json();

    let flights = answer["data"][0]["flights"].as_array().unwrap();
    let shown: Vec<_> = flights.iter().take(3).map(|flight| flight["id"].as_str().unwrap()).collect();
    boarded.reverse();
    assert_eq!(shown, boarded);
}

#[tokio::test]
async fn shows_the_miles_that_each_flyer_earned_on_a_flight() {
    let shop = Shop::open(500, 0).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    shop.app.board(&shop.key, &flight, "1", 100).await;
    shop.app.board(&shop.key, &flight, "2", 1_000_000).await;
    shop.app.board(&shop.key, &flight, "3", 0).await;

    let answer = fetch(&shop.app, &shop.key).json(&json!(["1", "2", "3"])).send().await.expect(200).json();

    let miles = [0, 1, 2].map(|one| answer["data"][one]["flights"][0]["miles"].as_u64());
    assert_eq!(miles, [Some(100), Some(1_000_000), Some(0)]);
}

#[tokio::test]
async fn is_open_to_every_airline() {
    let shop = Shop::open(500, 5000).await;
    let rival = shop.app.airline("rival").await;

    let own = fetch(&shop.app, &shop.key).json(&json!([FLYER])).send().await.expect(200);
    let foreign = fetch(&shop.app, &rival).json(&json!([FLYER])).send().await;

    assert_eq!(foreign.shown(), own.shown());
}

#[tokio::test]
async fn takes_one_request_for_flyers_without_flights() {
    let app = crate::start().await;
    let key = documented_community(&app).await;

    let _unknown = fetch(&app, &key).json(&json!(["5", "6"])).send().await.expect(200);
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);

    let elsewhere = app.another_instance(Duration::from_secs(10));
    let _flyer = fetch(&elsewhere, &key).json(&json!(["123456789"])).send().await.expect(200);
    assert_eq!(app.wire.take_operations(), ["GetItem", "BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn retries_unprocessed_keys() {
    let shop = Shop::open(500, 5000).await;
    for flyer in ["1", "2"] {
        let flight = shop.app.flight(&shop.key, "skyteam").await;
        shop.app.board(&shop.key, &flight, flyer, 1).await;
    }
    let ids = json!(["1", FLYER, "2", "5"]);
    let whole = fetch(&shop.app, &shop.key).json(&ids).send().await.expect(200);
    shop.app.wire.reset();

    shop.app.wire.disturb_all(Fault::LeaveUnprocessed);
    let pieced_together = fetch(&shop.app, &shop.key).json(&ids).send().await;

    assert_eq!(pieced_together.shown(), whole.shown());
    // Four flyers with one page each, then three flights, one key per request.
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem"; 8 + 3]);
}

#[tokio::test]
async fn returns_no_partial_result_when_keys_stay_unprocessed() {
    let shop = Shop::open(500, 5000).await.giving_up_after(Duration::from_millis(300)).await;
    let ids: Vec<_> = (1..=100).chain([123_456_789]).skip(1).collect();

    shop.app.wire.disturb_all(Fault::LeaveUnprocessed);
    let refused = fetch(&shop.app, &shop.key).json(&json!(ids)).send().await;

    assert_snapshot!(refused.shown(), @r#"
    503 {
      "error": "Please retry"
    }
    "#);
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn asks_to_retry_when_throttled_until_the_deadline() {
    let shop = Shop::open(500, 5000).await.giving_up_after(Duration::from_millis(300)).await;

    for fault in [Fault::Error(400, "ThrottlingException"), Fault::Error(500, "InternalServerError"), Fault::CutAfter] {
        shop.app.wire.disturb_all(fault.clone());
        let refused = fetch(&shop.app, &shop.key).json(&json!([FLYER])).send().await;
        assert_eq!(refused.shown(), "503 {\n  \"error\": \"Please retry\"\n}", "{fault:?}");
        assert_eq!(refused.header("retry-after"), Some("1"), "{fault:?}");
        assert!(shop.app.wire.take_operations().len() > 1, "no retry after {fault:?}");
        shop.app.wire.reset();
    }
}

#[tokio::test]
async fn survives_a_fault_in_any_of_its_requests() {
    let shop = Shop::open(500, 5000).await;
    let whole = fetch(&shop.app, &shop.key).json(&json!([FLYER])).send().await.expect(200);

    for position in 0..3 {
        for fault in
            [Fault::Error(400, "ThrottlingException"), Fault::Error(500, "InternalServerError"), Fault::CutAfter]
        {
            let elsewhere = shop.app.another_instance(Duration::from_secs(10));
            shop.app.wire.disturb(std::iter::repeat_n(Fault::None, position).chain([fault.clone()]));
            let answer = fetch(&elsewhere, &shop.key).json(&json!([FLYER])).send().await;
            assert_eq!(answer.shown(), whole.shown(), "{fault:?} at {position}");
        }
    }
}

#[tokio::test]
async fn does_not_reveal_what_went_wrong() {
    let shop = Shop::open(500, 5000).await;

    shop.app.wire.disturb([Fault::Error(400, "AccessDeniedException")]);
    let failed = fetch(&shop.app, &shop.key).json(&json!([FLYER])).send().await;

    assert_snapshot!(failed.shown(), @r#"
    500 {
      "error": "Internal Server Error"
    }
    "#);
    assert_eq!(failed.header("retry-after"), None);
}
