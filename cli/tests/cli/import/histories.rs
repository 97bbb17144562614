//! Passengers and transactions: flyers' ledgers.

use super::{answer, ask, community, expect_sound, flight_id, flyer, import_saying, refusal, with};
use crate::server::Server;
use insta::assert_snapshot;
use serde_json::{Value, json};

const FLYER: &str = "123456789";

/// Somebody on the flight of that number, at that time of a day.
fn passenger(flight: usize, miles: u64, at: &str) -> Value {
    json!({ "flightId": flight_id(flight), "userId": FLYER, "miles": miles, "createdAt": format!("2024-03-15 {at}") })
}

/// The original system's own row about it.
fn earned(id: u64, flight: usize, miles: i64, at: &str) -> Value {
    json!({
        "id": id, "userId": FLYER, "amount": miles, "type": "earn", "source": "flight", "flightId": flight_id(flight),
        "productId": null, "airlineId": null, "note": "Miles earned from flight", "createdAt": format!("2024-03-15T{at}"),
    })
}

fn spent(id: u64, miles: i64, at: &str) -> Value {
    json!({
        "id": id, "userId": FLYER, "amount": -miles, "type": "spend", "source": "purchase", "flightId": null,
        "note": "Purchase: Lounge Access", "createdAt": format!("2024-03-15T{at}"),
    })
}

/// The ledger in short, oldest first: time, source, amount, balance.
fn ledger(server: &Server) -> String {
    let (status, page) = ask(server, "GET", &format!("/user/{FLYER}/transactions?limit=100"), "");
    assert_eq!(status, 200, "{page}");
    let entries = page["transactions"].as_array().unwrap().iter().rev().map(|entry| {
        let text = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
        let flight = text("flightId").trim_start_matches("00000000-0000-4000-8000-00000000").to_owned();
        format!(
            "{} {} {} {} -> {} [{} {} {}]\n",
            entry["seq"],
            text("createdAt"),
            text("source"),
            entry["amount"],
            entry["balanceAfter"],
            text("airlineId"),
            flight,
            text("note"),
        )
    });
    entries.collect()
}

#[test]
fn brings_a_history_with_the_original_systems_defects_into_the_ledger() {
    let server = community(4);
    // The flyer has 5,000 miles, and bought something before anything was earned.
    let boarded = [passenger(2, 700, "12:00:00"), passenger(0, 500, "10:30:00.5"), passenger(1, 0, "11:00:00")];
    assert_snapshot!(import_saying(&server, "passengers", &boarded), @"3 imported, 0 already present, 0 rejected");
    assert_snapshot!(ledger(&server), @"
    1 2024-01-10T08:00:00.000Z adjustment 0 -> 0 [- - Opening balance]
    2 2024-03-15T10:30:00.500Z flight 500 -> 500 [skyteam 0000 Miles earned from flight]
    3 2024-03-15T11:00:00.000Z flight 0 -> 500 [skyteam 0001 Miles earned from flight]
    4 2024-03-15T12:00:00.000Z flight 700 -> 1200 [skyteam 0002 Miles earned from flight]
    5 2024-03-16T10:30:00.250Z adjustment 3800 -> 5000 [- - Difference to the imported balance]
    ");
    expect_sound(&server);

    let bonus = json!({
        "id": "b-1", "userId": FLYER, "amount": 50, "type": "earn", "source": "bonus", "createdAt": "2024-03-15T12:00:00",
    });
    let rows = [
        earned(1, 0, 500, "10:30:00.501"),
        // Booked twice; and the one for flight 2 is missing.
        earned(2, 0, 500, "10:30:00.502"),
        earned(3, 1, 100, "11:00:00"),
        earned(4, 3, 100, "11:00:00"),
        spent(5, 300, "09:00:00"),
        with(&spent(6, 100, "13:00:00"), json!({ "airlineId": "skyteam", "productId": "a1b2c3" })),
        bonus,
    ];
    assert_snapshot!(import_saying(&server, "transactions", &rows), @"
    line 2: the flight is credited a second time
    line 3: the flyer earned other miles on the flight
    line 4: the flyer has not boarded the flight: import passengers first
    3 imported, 1 already present, 3 rejected
    ");
    assert_snapshot!(ledger(&server), @"
    1 2024-01-10T08:00:00.000Z adjustment 300 -> 300 [- - Opening balance]
    2 2024-03-15T09:00:00.000Z purchase -300 -> 0 [- - Purchase: Lounge Access]
    3 2024-03-15T10:30:00.500Z flight 500 -> 500 [skyteam 0000 Miles earned from flight]
    4 2024-03-15T11:00:00.000Z flight 0 -> 500 [skyteam 0001 Miles earned from flight]
    5 2024-03-15T12:00:00.000Z flight 700 -> 1200 [skyteam 0002 Miles earned from flight]
    6 2024-03-15T12:00:00.000Z adjustment 50 -> 1250 [- - bonus]
    7 2024-03-15T13:00:00.000Z purchase -100 -> 1150 [skyteam - Purchase: Lounge Access]
    8 2024-03-16T10:30:00.250Z adjustment 3850 -> 5000 [- - Difference to the imported balance]
    ");
    expect_sound(&server);

    let before = ledger(&server);
    assert_snapshot!(import_saying(&server, "passengers", &boarded), @"0 imported, 3 already present, 0 rejected");
    assert_snapshot!(import_saying(&server, "transactions", &rows), @"
    line 2: the flight is credited a second time
    line 3: the flyer earned other miles on the flight
    line 4: the flyer has not boarded the flight: import passengers first
    0 imported, 4 already present, 3 rejected
    ");
    assert_eq!(ledger(&server), before);
}

/// Who bought something, and then boarded a flight.
fn bought_and_flown() -> Server {
    let server = community(1);
    import_saying(&server, "passengers", &[passenger(0, 5000, "10:30:00")]);
    let purchase = with(&spent(6, 5000, "09:00:00"), json!({ "airlineId": "skyteam", "productId": "a1b2c3" }));
    import_saying(&server, "transactions", &[purchase]);
    expect_sound(&server);
    server
}

#[test]
fn is_listed_as_what_moved_miles_here() {
    let server = bought_and_flown();
    assert_snapshot!(answer(&server, "GET", &format!("/user/{FLYER}/transactions"), ""), @r#"
    {
      "next": null,
      "transactions": [
        {
          "airlineId": "skyteam",
          "amount": 5000,
          "balanceAfter": 5000,
          "createdAt": "2024-03-15T10:30:00.000Z",
          "flightId": "00000000-0000-4000-8000-000000000000",
          "id": "123456789-3",
          "note": "Miles earned from flight",
          "productId": null,
          "seq": 3,
          "source": "flight",
          "type": "earn",
          "userId": "123456789"
        },
        {
          "airlineId": "skyteam",
          "amount": -5000,
          "balanceAfter": 0,
          "createdAt": "2024-03-15T09:00:00.000Z",
          "flightId": null,
          "id": "123456789-2",
          "note": "Purchase: Lounge Access",
          "productId": "a1b2c3",
          "seq": 2,
          "source": "purchase",
          "type": "spend",
          "userId": "123456789"
        },
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
}

#[test]
fn is_the_flyers_and_the_flights_history() {
    let server = bought_and_flown();
    assert_snapshot!(answer(&server, "POST", "/users/fetchUsersData", r#"["123456789"]"#), @r#"
    {
      "data": [
        {
          "flights": [
            {
              "aircraft": "Boeing 737-800",
              "airlineId": "skyteam",
              "arrival": "KLAX",
              "brandId": "skyteam-main",
              "code": "ST123",
              "codeshareAirlineId": null,
              "departure": "KJFK",
              "discordEventLink": "https://discord.gg/skyteam",
              "endTime": "2024-03-15T16:30:00.000Z",
              "gameId": "1234567890",
              "id": "00000000-0000-4000-8000-000000000000",
              "miles": 5000,
              "startTime": "2024-03-15T14:00:00.000Z",
              "startedAt": "2024-03-15T14:05:00.123Z"
            }
          ],
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
        }
      ]
    }
    "#);
    assert_snapshot!(answer(&server, "GET", &format!("/flight/{}/passengers", flight_id(0)), ""), @r#"
    {
      "next": null,
      "passengers": [
        {
          "flightId": "00000000-0000-4000-8000-000000000000",
          "joinedAt": "2024-03-15T10:30:00.000Z",
          "miles": 5000,
          "userId": "123456789"
        }
      ]
    }
    "#);
}

#[test]
fn goes_on_with_the_ledger_where_the_import_ended() {
    let server = community(2);
    import_saying(&server, "passengers", &[passenger(0, 500, "10:30:00")]);
    import_saying(&server, "transactions", &[with(&spent(1, 100, "12:00:00"), json!({ "airlineId": "skyteam" }))]);
    let product = json!({
        "productId": "a1b2c3", "airlineId": "skyteam", "name": "Snack", "priceMiles": 20, "active": true,
        "createdAt": "2024-01-01T00:00:00",
    });
    import_saying(&server, "products", &[product]);

    assert_snapshot!(ledger(&server), @"
    1 2024-01-10T08:00:00.000Z adjustment 0 -> 0 [- - Opening balance]
    2 2024-03-15T10:30:00.000Z flight 500 -> 500 [skyteam 0000 Miles earned from flight]
    3 2024-03-15T12:00:00.000Z purchase -100 -> 400 [skyteam - Purchase: Lounge Access]
    4 2024-03-16T10:30:00.250Z adjustment 4600 -> 5000 [- - Difference to the imported balance]
    ");

    assert_eq!(ask(&server, "POST", &format!("/user/{FLYER}/buyProduct"), r#"{"productId":"a1b2c3"}"#).0, 200);
    let boarding = json!({ "userId": FLYER, "miles": 30 }).to_string();
    // All flights of this community have ended.
    assert_eq!(ask(&server, "POST", &format!("/flight/{}/passengers", flight_id(1)), &boarding).0, 409);
    assert_eq!(
        ask(&server, "GET", &format!("/user/{FLYER}/transactions"), "").1["transactions"][0]["balanceAfter"],
        4980
    );
    // A purchase that the airline is said to have made can be given back, as any other; what nobody made cannot.
    let refund = |seq: u8| ask(&server, "POST", &format!("/user/{FLYER}/transactions/{FLYER}-{seq}/refund"), "");
    assert_eq!(refund(3).0, 201);
    assert_eq!(refund(1), (404, json!({ "error": "Transaction not found" })));
    expect_sound(&server);

    let rows = [passenger(0, 500, "10:30:00"), passenger(1, 500, "10:31:00")];
    assert_snapshot!(import_saying(&server, "passengers", &rows), @"
    line 2: the flyer has already moved miles in this system
    0 imported, 1 already present, 1 rejected
    ");
}

#[test]
fn refuses_rows_that_fit_nothing() {
    let server = community(2);
    let refused = |changes: Value| refusal(&server, "passengers", &with(&passenger(0, 500, "10:30:00"), changes));
    assert_snapshot!(refused(json!({ "userId": "1" })), @"the flyer does not exist: import flyers first");
    assert_snapshot!(refused(json!({ "flightId": flight_id(9) })), @"the flight does not exist: import flights first");
    assert_snapshot!(refused(json!({ "miles": -1 })), @r#""miles" must be an integer from 0 to 1000000"#);
    assert_snapshot!(refused(json!({ "createdAt": null })), @r#""createdAt" is required"#);
    let twice = [
        passenger(0, 500, "10:30:00"),
        passenger(0, 501, "10:30:00"),
        with(&passenger(0, 500, "10:30:00"), json!({ "createdAt": null, "joinedAt": "2024-03-15T10:30:00Z" })),
        passenger(0, 500, "10:30:01"),
    ];
    assert_snapshot!(import_saying(&server, "passengers", &twice), @"
    line 2: the flyer has already boarded the flight, with other miles or at another time
    line 4: the flyer has already boarded the flight, with other miles or at another time
    1 imported, 1 already present, 2 rejected
    ");

    let refused = |changes: Value| refusal(&server, "transactions", &with(&spent(1, 100, "10:00:00"), changes));
    assert_snapshot!(refused(json!({ "amount": 100 })), @r#""amount" must be negative if "type" is spend, and must not be if it is earn"#);
    assert_snapshot!(refused(json!({ "amount": 100, "type": "earn" })), @r#""type" of a purchase must be spend"#);
    assert_snapshot!(refused(json!({ "amount": -(1_i64 << 53) })), @r#""amount" is more than the maximum balance"#);
    assert_snapshot!(refused(json!({ "type": "gift" })), @r#""type" must be "earn" or "spend""#);
    assert_snapshot!(refused(json!({ "productId": "Lounge" })), @r#""productId" must be 6 of a-z and 0-9"#);
    assert_snapshot!(refused(json!({ "id": "" })), @r#""id" is not allowed to be empty"#);
    assert_snapshot!(refused(json!({ "userId": "1" })), @"the flyer does not exist: import flyers first");
    let again = [spent(1, 100, "10:00:00"), spent(1, 200, "10:00:00"), spent(1, 100, "10:00:00")];
    assert_snapshot!(import_saying(&server, "transactions", &again), @"
    line 2: another transaction of the flyer has the same id
    1 imported, 1 already present, 1 rejected
    ");
    expect_sound(&server);
}

#[test]
fn refuses_a_history_that_no_balance_could_hold() {
    let server = community(1);
    let most = 1_i64 << 53;
    let rows = [spent(1, most - 1, "10:00:00"), spent(2, 1, "10:00:00")];
    assert_snapshot!(import_saying(&server, "transactions", &rows), @"
    line 1: a balance of the ledger would be out of range
    line 2: a balance of the ledger would be out of range
    0 imported, 0 already present, 2 rejected
    ");
    expect_sound(&server);
}

/// More than a transaction takes, and than a page of the history holds; in more than one import.
#[test]
fn brings_long_histories_into_the_ledger() {
    let server = community(330);
    let at = |n: usize| format!("{:02}:{:02}:00", n / 60, n % 60);
    let boarded: Vec<Value> = (0..330).rev().map(|n| passenger(n, n as u64, &at(n))).collect();
    let (odd, even): (Vec<Value>, Vec<Value>) =
        boarded.into_iter().partition(|row| row["miles"].as_u64().unwrap() % 2 == 1);
    assert_snapshot!(import_saying(&server, "passengers", &odd), @"165 imported, 0 already present, 0 rejected");
    expect_sound(&server);
    assert_snapshot!(import_saying(&server, "passengers", &even), @"165 imported, 0 already present, 0 rejected");
    expect_sound(&server);
    let moved: Vec<Value> = (0..330).map(|n| spent(n as u64, 50, &at(n))).collect();
    assert_snapshot!(import_saying(&server, "transactions", &moved), @"330 imported, 0 already present, 0 rejected");
    expect_sound(&server);

    let (_, data) = ask(&server, "POST", "/users/fetchUsersData", &json!([FLYER]).to_string());
    assert_eq!(data["data"][0]["user"]["miles"], flyer()["miles"]);
    let flights = data["data"][0]["flights"].as_array().unwrap();
    let miles: Vec<u64> = flights.iter().map(|flight| flight["miles"].as_u64().unwrap()).collect();
    assert!(miles.iter().copied().eq((0..330).rev()), "the last one boarded first: {miles:?}");
    assert_snapshot!(import_saying(&server, "transactions", &moved), @"0 imported, 330 already present, 0 rejected");
}
