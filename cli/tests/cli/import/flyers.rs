//! Flyers.

use super::{answer, community, expect_sound, flyer, import_saying, refusal, with};
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn takes_over_flyers_with_their_miles() {
    let server = community(0);
    let poor = with(&flyer(), json!({ "userId": 42, "miles": 0, "avatarUrl": "https://example.com/42.png" }));
    assert_snapshot!(import_saying(&server, "flyers", &[poor]), @"1 imported, 0 already present, 0 rejected");
    assert_snapshot!(answer(&server, "POST", "/users/fetchUsersData", r#"["123456789", "42"]"#), @r#"
    {
      "data": [
        {
          "flights": [],
          "user": {
            "avatarUrl": null,
            "createdAt": "2024-01-10T08:00:00.000Z",
            "displayName": "Captain John",
            "miles": 5000,
            "updatedAt": "2024-03-16T10:30:00.250Z",
            "userId": "123456789",
            "username": "pilot123"
          },
          "userId": "123456789"
        },
        {
          "flights": [],
          "user": {
            "avatarUrl": "https://example.com/42.png",
            "createdAt": "2024-01-10T08:00:00.000Z",
            "displayName": "Captain John",
            "miles": 0,
            "updatedAt": "2024-03-16T10:30:00.250Z",
            "userId": "42",
            "username": "pilot123"
          },
          "userId": "42"
        }
      ]
    }
    "#);
    assert_snapshot!(answer(&server, "GET", "/user/123456789/transactions", ""), @r#"
    {
      "next": null,
      "transactions": [
        {
          "airlineId": null,
          "amount": 5000,
          "balanceAfter": 5000,
          "createdAt": "2024-01-10T08:00:00.000Z",
          "flightId": null,
          "id": "123456789-1",
          "note": "Opening balance",
          "productId": null,
          "seq": 1,
          "source": "adjustment",
          "type": "earn",
          "userId": "123456789"
        }
      ]
    }
    "#);
    assert_snapshot!(answer(&server, "GET", "/user/42/transactions", ""), @r#"
    {
      "next": null,
      "transactions": [
        {
          "airlineId": null,
          "amount": 0,
          "balanceAfter": 0,
          "createdAt": "2024-01-10T08:00:00.000Z",
          "flightId": null,
          "id": "42-1",
          "note": "Opening balance",
          "productId": null,
          "seq": 1,
          "source": "adjustment",
          "type": "earn",
          "userId": "42"
        }
      ]
    }
    "#);
    expect_sound(&server);

    assert_snapshot!(import_saying(&server, "flyers", &[with(&flyer(), json!({ "miles": 1 }))]), @"0 imported, 1 already present, 0 rejected");
    assert_eq!(super::ask(&server, "GET", "/user/123456789/transactions", "").1["transactions"][0]["amount"], 5000);
}

#[test]
fn reads_times_as_databases_write_them() {
    let server = community(0);
    let times = [
        json!("2024-01-10T08:00:00"),
        json!("2024-01-10 08:00:00.1"),
        json!("2024-01-10 08:00:00.123456789012345"),
        json!("2024-01-10T08:00:00.123Z"),
        json!("2024-01-10 10:00:00.5+02"),
        json!("2024-01-10 13:30:00.999999999999+05:30"),
        json!(1_704_873_600_000_i64),
    ];
    let lines: Vec<Value> =
        (1..).zip(&times).map(|(id, at)| with(&flyer(), json!({ "userId": id, "createdAt": at }))).collect();
    assert_snapshot!(import_saying(&server, "flyers", &lines), @"7 imported, 0 already present, 0 rejected");
    let ids: Vec<String> = (1..=times.len()).map(|id| id.to_string()).collect();
    let (_, found) = super::ask(&server, "POST", "/users/fetchUsersData", &json!(ids).to_string());
    let read = found["data"].as_array().unwrap().iter().map(|one| one["user"]["createdAt"].as_str().unwrap());
    let expected = ["00.000Z", "00.100Z", "00.123Z", "00.123Z", "00.500Z", "00.999Z", "00.000Z"];
    assert_eq!(read.collect::<Vec<_>>(), expected.map(|second| format!("2024-01-10T08:00:{second}")));
}

#[test]
fn refuses_flyers_who_cannot_be() {
    let server = community(0);
    let refused = |changes: Value| refusal(&server, "flyers", &with(&flyer(), changes));
    assert_snapshot!(refused(json!({ "userId": "7", "miles": -4500 })), @r#""miles" is -4500, but a balance must not be negative: correct the line and import it again"#);
    assert_snapshot!(refused(json!({ "userId": "7", "miles": 1_u64 << 53 })), @r#""miles" must be an integer from 0 to 9007199254740991"#);
    assert_snapshot!(refused(json!({ "userId": "7", "miles": 0.5 })), @r#""miles" must be an integer"#);
    assert_snapshot!(refused(json!({ "userId": "seven" })), @r#""userId" must be a ROBLOX id, a number from 1 to 9223372036854775807 without leading zeros"#);
    assert_snapshot!(refused(json!({ "userId": "7", "username": "" })), @r#""username" is not allowed to be empty"#);
    assert_snapshot!(refused(json!({ "userId": "7", "createdAt": null })), @r#""createdAt" is required"#);
}
