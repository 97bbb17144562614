//! The demo community: sample data for the local server and for tests.

mod members;

pub use members::SUPER_USER;

use anyhow::{Context as _, Result, ensure};
use models::{Airline, AirlineId, BrandDraft, Flight, FlightId, Flyer, KeyDigest, Product, Timestamp};
use rules::ledger::{Boarding, Order, board, open_account, purchase};
use rules::{Clock, Context};
use serde_json::{Value, json};
use std::time::Duration;
use store::{NewAirline, NewKey};

/// ID of the demo airline.
pub const AIRLINE: &str = "skyteam";

/// API key of the demo airline. It is not a secret, because it gives access only to demo data.
pub const API_KEY: &str = "sky_demo-key-for-local-use-only";

/// ID of the flyer in the examples of the API reference.
pub const FLYER: &str = "123456789";

/// ID of the flight in the examples of the API reference. It has ended.
pub const FLOWN: &str = "550e8400-e29b-41d4-a716-446655440000";

/// ID of the next flight. It has not started. In the examples of the API reference, a passenger boards it.
pub const UPCOMING: &str = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50";

/// IDs of the flights that the API reference starts and ends in its examples. They differ from [`UPCOMING`], which
/// would otherwise have ended soon after: no passenger can board a flight that has ended.
pub const TO_START: &str = "4e8d2b60-13f5-49ac-8b7e-c05d9a216f38";
/// See [`TO_START`].
pub const TO_END: &str = "b3f1c9d2-7e48-4a05-9c6d-5e2a8f417b90";

/// ID of a planned flight without passengers, which the API reference cancels in its example.
pub const TO_CANCEL: &str = "c7d9e1a4-5b2f-4e86-9a31-0f6b8d2c4e75";

/// ID of a flyer with a purchase, which the API reference refunds in its example.
pub const SHOPPER: &str = "246813579";

/// IDs of the demo airline's products. The first is the product in the examples of the API reference.
pub const PRODUCTS: [&str; 3] = ["a1b2c3", "l0un9e", "0ld5ku"];

/// A stopped clock, with which past events are created at their own time.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn at(context: &Context, instant: &str) -> Result<Context> {
    Ok(context.clone().with_clock(At(text(instant)?)))
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).context("the demo data is invalid")
}

/// Parses a value from its text form.
fn text<T: serde::de::DeserializeOwned>(value: &str) -> Result<T> {
    parse(json!(value))
}

/// Creates the demo community in empty tables.
///
/// # Errors
/// Returns an error if the tables are not empty or a request to DynamoDB fails.
pub async fn load(context: &Context) -> Result<()> {
    make_airlines(context).await?;
    make_products(context).await?;
    fly_the_example(context).await?;
    sell_a_product(context).await?;
    plan_flights(context).await?;
    members::load(context).await
}

async fn make_airlines(context: &Context) -> Result<()> {
    let then = at(context, "2024-01-01T00:00:00.000Z")?;
    for (id, name, key) in [(AIRLINE, "SkyTeam", API_KEY), ("oceanic", "Oceanic", "sky_demo-key-of-oceanic")] {
        let airline: Airline = parse(json!({
            "airlineId": id, "name": name, "inviteLink": format!("https://discord.gg/{id}"),
            "createdAt": then.now(), "updatedAt": then.now(),
        }))?;
        let key = NewKey { key_id: text("demo")?, digest: KeyDigest::of(key), created_at: then.now() };
        let made = context.store.create_airline(&NewAirline { airline: &airline, key: &key }, context.random()).await?;
        ensure!(made, "airline {id} already exists");
    }
    for (airline, brand, name, iata, icao, primary) in [
        (AIRLINE, "skyteam-main", "SkyTeam Mainline", "ST", "SKT", true),
        (AIRLINE, "skyteam-cargo", "SkyTeam Cargo", "SC", "SKC", false),
        ("oceanic", "oceanic", "Oceanic", "OC", "OCE", true),
    ] {
        let draft: BrandDraft = parse(json!({
            "brandId": brand, "name": name, "iata": iata, "icao": icao, "callsign": name.to_uppercase(),
            "isPrimary": primary,
        }))?;
        rules::airlines::create_brand(context, &text(airline)?, draft).await?;
    }
    Ok(())
}

async fn make_products(context: &Context) -> Result<()> {
    let about = [
        ("Priority Boarding", "Board the aircraft before other passengers", 500, true),
        ("Lounge Access", "Wait in comfort", 1200, true),
        ("Paper Ticket", "No longer sold", 50, false),
    ];
    for (id, (name, description, price, active)) in PRODUCTS.into_iter().zip(about) {
        let product: Product = parse(json!({
            "productId": id, "airlineId": AIRLINE, "name": name, "description": description, "priceMiles": price,
            "active": active, "createdAt": "2024-01-15T10:30:00.000Z",
        }))?;
        ensure!(context.store.create_product(&product, context.random()).await?, "product {id} already exists");
    }
    Ok(())
}

/// Creates the flyer in the examples of the API reference: 5,000 miles, 500 of them from a flight.
async fn fly_the_example(context: &Context) -> Result<()> {
    let airline: AirlineId = text(AIRLINE)?;
    let flight: Flight = parse(json!({
        "id": FLOWN, "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "airlineId": airline,
        "brandId": "skyteam-main", "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z",
        "discordEventLink": "https://discord.gg/event/123456",
    }))?;
    make_flight(context, &flight).await?;
    let flyer: Flyer = parse(json!({
        "userId": FLYER, "username": "pilot123", "displayName": "Captain John", "miles": 4500,
        "avatarUrl": "https://tr.rbxcdn.com/...", "createdAt": "2024-01-10T08:00:00.000Z",
        "updatedAt": "2024-01-10T08:00:00.000Z",
    }))?;
    ensure!(open_account(context, flyer).await?, "flyer {FLYER} already exists");
    let boarding: Boarding = parse(json!({ "userId": FLYER, "miles": 500 }))?;
    board(&at(context, "2024-03-15T10:30:00.000Z")?, &airline, flight.id, &boarding, None).await?;
    rules::flights::start(&at(context, "2024-03-15T14:05:00.000Z")?, &airline, flight.id).await?;
    rules::flights::end(&at(context, "2024-03-15T16:30:00.000Z")?, &airline, flight.id).await?;
    Ok(())
}

/// Creates a flyer who has bought the first product: ledger entry 2, after the opening balance.
async fn sell_a_product(context: &Context) -> Result<()> {
    let flyer: Flyer = parse(json!({
        "userId": SHOPPER, "username": "shopper24", "displayName": "Frequent Flyer", "miles": 1500,
        "createdAt": "2024-02-10T08:00:00.000Z", "updatedAt": "2024-02-10T08:00:00.000Z",
    }))?;
    let id = flyer.user_id.clone();
    ensure!(open_account(context, flyer).await?, "flyer {SHOPPER} already exists");
    let then = at(context, "2024-03-10T18:00:00.000Z")?;
    let order = Order { product: Some(text(PRODUCTS[0])?), expected_price: None };
    purchase(&then, &text(AIRLINE)?, &id, &order, None).await?;
    Ok(())
}

/// Creates flights in the next days, all but the last with a passenger. One of them is a codeshare.
async fn plan_flights(context: &Context) -> Result<()> {
    let airline: AirlineId = text(AIRLINE)?;
    for (hours, id, code, departure, arrival, codeshare) in [
        (1, UPCOMING, "ST200", "EGLL", "EHAM", None),
        (26, TO_START, "ST201", "EHAM", "LFPG", Some("oceanic")),
        (50, TO_END, "ST202", "LFPG", "EDDF", None),
        (74, TO_CANCEL, "ST203", "EDDF", "LOWW", None),
    ] {
        let id: FlightId = text(id)?;
        let flight: Flight = parse(json!({
            "id": id, "code": code, "gameId": "1234567890", "aircraft": "Airbus A320", "airlineId": airline,
            "brandId": "skyteam-main", "departure": departure, "arrival": arrival,
            "startTime": context.now().plus(Duration::from_hours(hours)), "codeshareAirlineId": codeshare,
            "discordEventLink": "https://discord.gg/skyteam",
        }))?;
        make_flight(context, &flight).await?;
        if flight.id == text(TO_CANCEL)? {
            continue;
        }
        let boarding: Boarding = parse(json!({
            "userId": format!("20000{hours}"), "miles": 250, "username": format!("flyer{hours}"),
            "displayName": format!("Flyer {hours}"),
        }))?;
        board(context, &airline, id, &boarding, None).await?;
    }
    Ok(())
}

async fn make_flight(context: &Context, flight: &Flight) -> Result<()> {
    let made = context.store.create_flight(flight, context.random()).await?;
    made.ok().context("the flight's brand or codeshare airline does not exist")
}
