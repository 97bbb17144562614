//! The demo community: what a local server and many tests begin with, so that there is something to try.

mod members;

pub use members::SUPER_USER;

use anyhow::{Context as _, Result, ensure};
use models::{Airline, AirlineId, BrandDraft, Flight, FlightId, Flyer, KeyDigest, Product, Timestamp};
use rules::ledger::{Boarding, board, open_account};
use rules::{Clock, Context};
use serde_json::{Value, json};
use std::time::Duration;
use store::{NewAirline, NewKey};

/// The demo airline.
pub const AIRLINE: &str = "skyteam";

/// Its API key. Anybody can know it: it opens demo data and nothing else.
pub const API_KEY: &str = "sky_demo-key-for-local-use-only";

/// The flyer of the API documentation's examples.
pub const FLYER: &str = "123456789";

/// The flight of the API documentation's examples, which has ended.
pub const FLOWN: &str = "550e8400-e29b-41d4-a716-446655440000";

/// The next flight, which has not started.
pub const UPCOMING: &str = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50";

/// What the demo airline sells; the first is the product of the API documentation's examples.
pub const PRODUCTS: [&str; 3] = ["a1b2c3", "l0un9e", "0ld5ku"];

/// A clock that stands still, to make things at the time at which they were.
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
    serde_json::from_value(value).context("demo data is bad")
}

/// Something that has a text of its own.
fn text<T: serde::de::DeserializeOwned>(value: &str) -> Result<T> {
    parse(json!(value))
}

/// Fills empty tables.
///
/// # Errors
/// When they are not empty; as any write.
pub async fn load(context: &Context) -> Result<()> {
    make_airlines(context).await?;
    make_products(context).await?;
    fly_the_example(context).await?;
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
        ensure!(made, "airline {id} is there already");
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
        ensure!(context.store.create_product(&product, context.random()).await?, "product {id} is there already");
    }
    Ok(())
}

/// The flyer of the documentation's examples, with 5,000 miles, 500 of them from the one flight.
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
    ensure!(open_account(context, flyer).await?, "flyer {FLYER} is there already");
    let boarding: Boarding = parse(json!({ "userId": FLYER, "miles": 500 }))?;
    board(&at(context, "2024-03-15T10:30:00.000Z")?, &airline, flight.id, &boarding, None).await?;
    rules::flights::start(&at(context, "2024-03-15T14:05:00.000Z")?, &airline, flight.id).await?;
    rules::flights::end(&at(context, "2024-03-15T16:30:00.000Z")?, &airline, flight.id).await?;
    Ok(())
}

/// Flights of the next days, one of them shared, with somebody on board.
async fn plan_flights(context: &Context) -> Result<()> {
    let airline: AirlineId = text(AIRLINE)?;
    for (hours, id, code, departure, arrival, codeshare) in [
        (1, text(UPCOMING)?, "ST200", "EGLL", "EHAM", None),
        (26, context.new_flight_id(), "ST201", "EHAM", "LFPG", Some("oceanic")),
        (50, context.new_flight_id(), "ST202", "LFPG", "EDDF", None),
    ] {
        let id: FlightId = id;
        let flight: Flight = parse(json!({
            "id": id, "code": code, "gameId": "1234567890", "aircraft": "Airbus A320", "airlineId": airline,
            "brandId": "skyteam-main", "departure": departure, "arrival": arrival,
            "startTime": context.now().plus(Duration::from_hours(hours)), "codeshareAirlineId": codeshare,
            "discordEventLink": "https://discord.gg/skyteam",
        }))?;
        make_flight(context, &flight).await?;
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
    made.ok().context("the flight's brand or its partner is missing")
}
