//! The demo community: what a local server begins with, so that there is something to try.

use crate::session::SessionKey;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shared::App;
use shared::app::Clock;
use shared::ledger::{Boarding, board, open_account};
use shared::members::{SignedUpBy, sign_up};
use shared::models::{
    Airline, AirlineId, BrandDraft, Flight, FlightDraft, Flyer, KeyDigest, MemberId, Product, Timestamp,
};
use shared::store::{NewAirline, NewKey};
use std::time::Duration;

/// The API key of the demo airline. Anybody can know it: it opens demo data and nothing else.
const API_KEY: &str = "sky_demo-key-for-local-use-only";

/// A superuser.
const SUPER_USER: &str = "demo-admin";

/// The flight and the flyer of the API documentation's examples.
const FLIGHT: &str = "550e8400-e29b-41d4-a716-446655440000";
const FLYER: &str = "123456789";

/// The demo airline.
pub fn airline_id() -> AirlineId {
    "skyteam".parse().expect("a valid id")
}

/// What to try, in words.
pub fn introduction(url: &str, session_key: &SessionKey) -> Result<String> {
    let super_user: MemberId = SUPER_USER.parse().map_err(anyhow::Error::msg)?;
    let session = session_key.token(&super_user, Duration::from_hours(30 * 24))?;
    Ok(format!(
        r#"Skysquad serves a demo community. Its reference is at {url}/docs

API key of the airline skyteam: {API_KEY}
Session of the superuser {SUPER_USER}: {session}

Try:
  curl -X POST {url}/users/fetchUsersData -H "x-api-key: {API_KEY}" \
    -H "Content-Type: application/json" -d '{{"userIds": ["{FLYER}", "987654321"]}}'
  curl -X POST {url}/user/{FLYER}/buyProduct -H "x-api-key: {API_KEY}" \
    -H "Content-Type: application/json" -d '{{"productId": "a1b2c3"}}'
  curl {url}/flight/fetchUpcomingFlights -H "x-api-key: {API_KEY}"
  curl -X POST {url}/airlines -H "Authorization: Bearer $SESSION" \
    -H "Content-Type: application/json" -d '{{"airlineId": "my-airline", "name": "My Airline"}}'
"#
    ))
}

/// A clock that stands still, to make things at the time at which they were.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn at(app: &App, instant: &str) -> Result<App> {
    Ok(app.clone().with_clock(At(instant.parse().map_err(anyhow::Error::msg)?)))
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).context("demo data is bad")
}

/// Fills empty tables.
pub async fn load(app: &App) -> Result<()> {
    make_airlines(app).await?;
    make_products(app).await?;
    fly_the_example(app).await?;
    plan_flights(app).await?;
    make_super_user(app).await
}

async fn make_airlines(app: &App) -> Result<()> {
    let then = at(app, "2024-01-01T00:00:00.000Z")?;
    for (id, name, key) in [("skyteam", "SkyTeam", API_KEY), ("oceanic", "Oceanic", "sky_demo-key-of-oceanic")] {
        let airline: Airline = parse(json!({
            "airlineId": id, "name": name, "inviteLink": format!("https://discord.gg/{id}"),
            "createdAt": then.now(), "updatedAt": then.now(),
        }))?;
        let key = NewKey {
            key_id: "demo".parse().map_err(anyhow::Error::msg)?,
            digest: KeyDigest::of(key),
            created_at: then.now(),
        };
        let made = app.store.create_airline(&NewAirline { airline: &airline, key: &key }, app.random()).await?;
        ensure!(made, "airline {id} is there already");
    }
    for (airline, brand, name, iata, icao, primary) in [
        ("skyteam", "skyteam-main", "SkyTeam Mainline", "ST", "SKT", true),
        ("skyteam", "skyteam-cargo", "SkyTeam Cargo", "SC", "SKC", false),
        ("oceanic", "oceanic", "Oceanic", "OC", "OCE", true),
    ] {
        let draft: BrandDraft = parse(json!({
            "brandId": brand, "name": name, "iata": iata, "icao": icao, "callsign": name.to_uppercase(),
            "isPrimary": primary,
        }))?;
        shared::airlines::create_brand(app, &airline.parse().map_err(anyhow::Error::msg)?, draft).await?;
    }
    Ok(())
}

async fn make_products(app: &App) -> Result<()> {
    for (id, name, description, price, active) in [
        ("a1b2c3", "Priority Boarding", "Board the aircraft before other passengers", 500, true),
        ("l0un9e", "Lounge Access", "Wait in comfort", 1200, true),
        ("0ld5ku", "Paper Ticket", "No longer sold", 50, false),
    ] {
        let product: Product = parse(json!({
            "productId": id, "airlineId": airline_id(), "name": name, "description": description, "priceMiles": price,
            "active": active, "createdAt": "2024-01-15T10:30:00.000Z",
        }))?;
        ensure!(app.store.create_product(&product, app.random()).await?, "product {id} is there already");
    }
    Ok(())
}

/// The flyer of the documentation's examples, with 5,000 miles, 500 of them from the one flight.
async fn fly_the_example(app: &App) -> Result<()> {
    let airline = airline_id();
    let flight: Flight = parse(json!({
        "id": FLIGHT, "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "airlineId": airline,
        "brandId": "skyteam-main", "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z",
        "discordEventLink": "https://discord.gg/event/123456",
    }))?;
    app.store.create_flight(&flight, app.random()).await?.ok().context("the demo brand is missing")?;
    let flyer: Flyer = parse(json!({
        "userId": FLYER, "username": "pilot123", "displayName": "Captain John", "miles": 4500,
        "avatarUrl": "https://tr.rbxcdn.com/...", "createdAt": "2024-01-10T08:00:00.000Z",
        "updatedAt": "2024-01-10T08:00:00.000Z",
    }))?;
    ensure!(open_account(app, flyer, &airline).await?, "flyer {FLYER} is there already");
    let boarding: Boarding = parse(json!({ "userId": FLYER, "miles": 500 }))?;
    board(&at(app, "2024-03-15T10:30:00.000Z")?, &airline, flight.id, &boarding, None).await?;
    shared::flights::start(&at(app, "2024-03-15T14:05:00.000Z")?, &airline, flight.id).await?;
    shared::flights::end(&at(app, "2024-03-15T16:30:00.000Z")?, &airline, flight.id).await?;
    Ok(())
}

/// Flights of the next days, one of them shared, with somebody on board.
async fn plan_flights(app: &App) -> Result<()> {
    let now = app.now();
    for (hours, code, departure, arrival, codeshare) in [
        (1, "ST200", "EGLL", "EHAM", None),
        (26, "ST201", "EHAM", "LFPG", Some("oceanic")),
        (50, "ST202", "LFPG", "EDDF", None),
    ] {
        let draft: FlightDraft = parse(json!({
            "code": code, "gameId": "1234567890", "aircraft": "Airbus A320", "brandId": "skyteam-main",
            "departure": departure, "arrival": arrival, "codeshareAirlineId": codeshare,
            "startTime": now.plus(Duration::from_hours(hours)),
        }))?;
        let flight = shared::flights::plan(app, &airline_id(), draft).await?;
        let boarding: Boarding = parse(json!({
            "userId": format!("20000{hours}"), "miles": 250, "username": format!("flyer{hours}"),
            "displayName": format!("Flyer {hours}"),
        }))?;
        board(app, &airline_id(), flight.id, &boarding, None).await?;
    }
    Ok(())
}

async fn make_super_user(app: &App) -> Result<()> {
    let id: MemberId = SUPER_USER.parse().map_err(anyhow::Error::msg)?;
    let draft = parse(json!({
        "id": SUPER_USER, "username": "demo-admin", "first_name": "Demo", "last_name": "Admin",
        "roles": { "super_user": true },
    }))?;
    let by = SignedUpBy { id: &id, is_super_user: true, github_id: None, github_user_id: None };
    sign_up(app, by, draft).await?;
    Ok(())
}
