//! Airlines, brands and products.

use super::{
    OLD_KEY, answer, ask, community, expect_sound, import, import_saying, mainline, refusal, said, skyteam, with,
};
use crate::server::Server;
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn takes_over_airlines_whose_game_servers_go_on_with_their_keys() {
    let server = Server::start(&["--no-demo"]);
    assert_snapshot!(import_saying(&server, "airlines", &[skyteam()]), @"1 imported, 0 already present, 0 rejected");
    assert_snapshot!(answer(&server, "GET", "/airline", ""), @r#"
    {
      "airlineId": "skyteam",
      "createdAt": "2021-05-04T08:00:00.500Z",
      "inviteLink": "https://discord.gg/skyteam",
      "name": "SkyTeam",
      "serverId": "899600467218923521",
      "updatedAt": "2023-05-04T08:00:00.000Z"
    }
    "#);
    expect_sound(&server);

    let again = import_saying(&server, "airlines", &[with(&skyteam(), json!({ "name": "Other", "apiKey": "other" }))]);
    assert_snapshot!(again, @"0 imported, 1 already present, 0 rejected");
    assert_eq!(ask(&server, "GET", "/airline", "").1["name"], "SkyTeam");
    assert_eq!(server.send("GET", "/airline", &[("x-api-key", "other")], "").0, 401);
}

#[test]
fn takes_over_an_airline_without_a_key_and_one_with_a_token() {
    let server = Server::start(&["--no-demo"]);
    let quiet = with(&skyteam(), json!({ "airlineId": "quiet", "apiKey": "" }));
    let token = with(&skyteam(), json!({ "airlineId": "token", "apiKey": null, "token": "another-key" }));
    assert_snapshot!(import_saying(&server, "airlines", &[quiet, token]), @"2 imported, 0 already present, 0 rejected");
    assert_eq!(server.send("GET", "/airline", &[("x-api-key", "another-key")], "").1["airlineId"], "token");
}

#[test]
fn refuses_airlines_without_showing_their_keys() {
    let server = Server::start(&["--no-demo"]);
    import_saying(&server, "airlines", &[skyteam()]);
    let refused = |changes: Value| refusal(&server, "airlines", &with(&skyteam(), changes));
    assert_snapshot!(refused(json!({ "airlineId": "other" })), @"the API key belongs to another airline");
    assert_snapshot!(refused(json!({ "airlineId": "Sky Team" })), @r#""airlineId" must be 1 to 64 of a-z, 0-9 and -"#);
    assert_snapshot!(refused(json!({ "apiKey": 4_711_471_147_u64 })), @r#""apiKey" must be a key that an HTTP header can hold"#);
    assert_snapshot!(refused(json!({ "apiKey": "SECRET\nSECRET" })), @r#""apiKey" must be a key that an HTTP header can hold"#);
    assert_snapshot!(refused(json!({ "name": null })), @r#""name" is required"#);
    assert_snapshot!(refused(json!({ "createdAt": "2024-13-01 00:00:00" })), @r#""createdAt" must be a time such as 2024-03-15T10:30:00.000Z, in the years 1970 to 9999"#);
    // Two lines with one key: the first has it.
    let twins = ["one", "two"].map(|id| with(&skyteam(), json!({ "airlineId": id, "apiKey": "same-key" })));
    assert_snapshot!(import_saying(&server, "airlines", &twins), @"
    line 2: the API key belongs to another airline
    1 imported, 0 already present, 1 rejected
    ");
    assert_eq!(server.send("GET", "/airline", &[("x-api-key", "same-key")], "").1["airlineId"], "one");
    assert_eq!(server.send("GET", "/airline", &[("x-api-key", OLD_KEY)], "").1["airlineId"], "skyteam");
}

#[test]
fn takes_over_brands() {
    let server = Server::start(&["--no-demo"]);
    assert_snapshot!(refusal(&server, "brands", &with(&mainline(), json!({ "isPrimary": false }))), @"the airline does not exist");
    import_saying(&server, "airlines", &[skyteam()]);
    let cargo = with(
        &mainline(),
        json!({ "brandId": "skyteam-cargo", "iata": "SC", "icao": "SKC", "callsign": "CARGO", "isPrimary": false }),
    );
    assert_snapshot!(import_saying(&server, "brands", &[mainline(), cargo]), @"2 imported, 0 already present, 0 rejected");
    assert_snapshot!(answer(&server, "GET", "/airline/brands", ""), @r##"
    [
      {
        "accentColor": "#123456",
        "airlineId": "skyteam",
        "brandId": "skyteam-cargo",
        "callsign": "CARGO",
        "elementColor": "#fbfbfb",
        "iata": "SC",
        "icao": "SKC",
        "isPrimary": false,
        "logoUrl": null,
        "name": "SkyTeam Mainline",
        "secondaryColor": "#242429"
      },
      {
        "accentColor": "#123456",
        "airlineId": "skyteam",
        "brandId": "skyteam-main",
        "callsign": "SKYTEAM",
        "elementColor": "#fbfbfb",
        "iata": "ST",
        "icao": "SKT",
        "isPrimary": true,
        "logoUrl": null,
        "name": "SkyTeam Mainline",
        "secondaryColor": "#242429"
      }
    ]
    "##);
    assert_snapshot!(import_saying(&server, "brands", &[with(&mainline(), json!({ "name": "Other" }))]), @"0 imported, 1 already present, 0 rejected");

    let refused = |changes: Value| refusal(&server, "brands", &with(&mainline(), changes));
    assert_snapshot!(refused(json!({ "brandId": "third", "iata": "TH", "icao": "THI" })), @"brandId, iata, icao or callsign belongs to another brand");
    let third = json!({ "brandId": "third", "iata": "TH", "icao": "THI", "callsign": "THIRD" });
    assert_snapshot!(refused(third), @"the airline does not exist or has another primary brand");
    assert_snapshot!(refused(json!({ "iata": "S-" })), @r#""iata" must be 2 of A-Z and 0-9"#);
    assert_snapshot!(refused(json!({ "accentColor": "blue" })), @r#""accentColor" must be a colour as #rrggbb"#);
    let elsewhere =
        json!({ "brandId": "third", "airlineId": "nobody", "iata": "TH", "icao": "THI", "callsign": "THIRD" });
    assert_snapshot!(refused(elsewhere), @"the airline does not exist or has another primary brand");
}

#[test]
fn takes_over_products() {
    let server = community(0);
    let product = json!({
        "productId": "a1b2c3", "airlineId": "skyteam", "name": "Priority Boarding",
        "description": "Board the aircraft before other passengers", "priceMiles": 500, "active": true,
        "createdAt": 1_705_314_600_000_i64,
    });
    let retired = with(&product, json!({ "productId": "0ld5ku", "description": null, "active": false }));
    assert_snapshot!(import_saying(&server, "products", &[product.clone(), retired]), @"2 imported, 0 already present, 0 rejected");
    assert_snapshot!(answer(&server, "GET", "/airline/fetchProductsData", ""), @r#"
    [
      {
        "active": false,
        "airlineId": "skyteam",
        "createdAt": "2024-01-15T10:30:00.000Z",
        "description": null,
        "name": "Priority Boarding",
        "priceMiles": 500,
        "productId": "0ld5ku"
      },
      {
        "active": true,
        "airlineId": "skyteam",
        "createdAt": "2024-01-15T10:30:00.000Z",
        "description": "Board the aircraft before other passengers",
        "name": "Priority Boarding",
        "priceMiles": 500,
        "productId": "a1b2c3"
      }
    ]
    "#);
    assert_eq!(ask(&server, "POST", "/user/123456789/buyProduct", r#"{"productId":"a1b2c3"}"#).0, 200);
    expect_sound(&server);

    assert_snapshot!(import_saying(&server, "products", &[with(&product, json!({ "priceMiles": 1 }))]), @"0 imported, 1 already present, 0 rejected");
    let refused = |changes: Value| refusal(&server, "products", &with(&product, changes));
    assert_snapshot!(refused(json!({ "productId": "d4e5f6", "airlineId": "nobody" })), @"the airline does not exist");
    assert_snapshot!(refused(json!({ "productId": "A1B2C3" })), @r#""productId" must be 6 of a-z and 0-9"#);
    assert_snapshot!(refused(json!({ "priceMiles": 0 })), @r#""priceMiles" must be an integer from 1 to 1000000000"#);
    assert_snapshot!(refused(json!({ "active": null })), @r#""active" is required"#);
}

/// Some of them in one transaction with others that are there, or lack something.
#[test]
fn takes_what_it_can_of_many_lines() {
    let server = community(0);
    let product = |id: usize, airline: &str| {
        json!({
            "productId": format!("{id:06}"), "airlineId": airline, "name": "Snack", "priceMiles": 5, "active": true,
            "createdAt": "2024-01-01T00:00:00",
        })
    };
    let some: Vec<Value> = (0..250).step_by(3).map(|id| product(id, "skyteam")).collect();
    assert_eq!(import_saying(&server, "products", &some), "84 imported, 0 already present, 0 rejected\n");

    let mut all: Vec<Value> = (0..250).map(|id| product(id, if id % 50 == 1 { "nobody" } else { "skyteam" })).collect();
    all.push(json!("no row"));
    all.push(product(2, "skyteam"));
    assert_snapshot!(import_saying(&server, "products", &all), @r#"
    line 2: the airline does not exist
    line 52: the airline does not exist
    line 102: the airline does not exist
    line 152: the airline does not exist
    line 202: the airline does not exist
    line 251: expected a JSON object
    163 imported, 83 already present, 6 rejected
    "#);
    let lines: Vec<String> = all.iter().map(Value::to_string).collect();
    assert_snapshot!(said(&import(&server, "products", &lines.join("\n"))), @r#"
    line 2: the airline does not exist
    line 52: the airline does not exist
    line 102: the airline does not exist
    line 152: the airline does not exist
    line 202: the airline does not exist
    line 251: expected a JSON object
    0 imported, 246 already present, 6 rejected
    "#);
}
