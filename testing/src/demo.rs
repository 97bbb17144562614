//! What the events in `events/` speak of: a part of the demo community that `skysquad serve` begins with.

use crate::template::event;
use crate::{Call, Session, TestApp};
use serde_json::{Value, json};
use shared::ledger::open_account;
use shared::models::{Airline, AirlineId, Flight, Flyer, KeyDigest, Product};
use shared::store::{NewAirline, NewKey};

/// The API key of the demo airline.
pub const DEMO_KEY: &str = "sky_demo-key-for-local-use-only";

pub(crate) const FLIGHT: &str = "550e8400-e29b-41d4-a716-446655440000";
pub(crate) const PRODUCT: &str = "a1b2c3";
const FLYER: &str = "123456789";

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("demo data is good")
}

impl TestApp {
    /// Starts the API with two airlines `skyteam` and `oceanic`; a brand, a product and a flight of the first, which has
    /// not started; a flyer with 5,000 miles on that flight; and a superuser.
    pub async fn with_demo() -> Self {
        let app = Self::start().await;
        app.make_demo().await;
        app
    }

    /// The request that an event of API Gateway is.
    pub fn call_of(&self, event: &Value) -> Call<'_> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let method = text(&event["requestContext"]["http"]["method"]).parse().expect("a method");
        let path = format!("{}?{}", text(&event["rawPath"]), text(&event["rawQueryString"]));
        let mut call = self.call(method, &path);
        for (name, value) in event["headers"].as_object().expect("an event has headers") {
            call = call.header(name, &text(value));
        }
        for cookie in event["cookies"].as_array().into_iter().flatten() {
            call = call.header("cookie", &text(cookie));
        }
        call.body(text(&event["body"]))
    }

    async fn make_demo(&self) {
        self.demo_airline("skyteam", "SkyTeam", DEMO_KEY).await;
        self.demo_airline("oceanic", "Oceanic", "sky_demo-key-of-oceanic").await;
        let skyteam: AirlineId = parse(json!("skyteam"));
        let brand = parse(json!({
            "brandId": "skyteam-main", "name": "SkyTeam Mainline", "iata": "ST", "icao": "SKT",
            "callsign": "SKYTEAM MAINLINE", "isPrimary": true,
        }));
        shared::airlines::create_brand(&self.app, &skyteam, brand).await.expect("the brand is new");
        let product: Product = parse(json!({
            "productId": PRODUCT, "airlineId": "skyteam", "name": "Priority Boarding",
            "description": "Board the aircraft before other passengers", "priceMiles": 500, "active": true,
            "createdAt": "2024-01-15T10:30:00.000Z",
        }));
        let store = &self.app.store;
        assert!(store.create_product(&product, self.app.random()).await.expect("the product is written"));
        let flight: Flight = parse(json!({
            "id": FLIGHT, "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800",
            "airlineId": "skyteam", "brandId": "skyteam-main", "departure": "KJFK", "arrival": "KLAX",
            "startTime": "2024-03-15T14:00:00.000Z", "discordEventLink": "https://discord.gg/event/123456",
        }));
        let made = store.create_flight(&flight, self.app.random()).await.expect("the flight is written");
        made.expect("its brand is there");
        let flyer: Flyer = parse(json!({
            "userId": FLYER, "username": "pilot123", "displayName": "Captain John", "miles": 4500,
            "avatarUrl": "https://tr.rbxcdn.com/...", "createdAt": "2024-01-10T08:00:00.000Z",
            "updatedAt": "2024-01-10T08:00:00.000Z",
        }));
        assert!(open_account(&self.app, flyer, &skyteam).await.expect("the flyer is written"));
        self.board(DEMO_KEY, FLIGHT, FLYER, 500).await;
        self.member("demo-admin", &["super_user"]).await;
    }

    async fn demo_airline(&self, id: &str, name: &str, key: &str) {
        let airline: Airline = parse(json!({
            "airlineId": id, "name": name, "inviteLink": format!("https://discord.gg/{id}"),
            "createdAt": "2024-01-01T00:00:00.000Z", "updatedAt": "2024-01-01T00:00:00.000Z",
        }));
        let key = NewKey { key_id: parse(json!("demo")), digest: KeyDigest::of(key), created_at: airline.created_at };
        let airline = NewAirline { airline: &airline, key: &key };
        assert!(self.app.store.create_airline(&airline, self.app.random()).await.expect("the airline is written"));
    }
}

/// A session of the demo's superuser that is good by the system's clock.
#[must_use]
pub fn demo_session() -> String {
    Session::token(&json!({ "userId": "demo-admin", "iat": 1_710_498_600, "exp": 4_102_444_800_u64 }))
}

/// An event of `events/`, by its name; where it has a place for a session, with that of the demo's superuser.
///
/// # Panics
/// When there is none of that name.
#[must_use]
pub fn demo_event(name: &str) -> Value {
    let mut event = event(name);
    for cookie in event["cookies"].as_array_mut().into_iter().flatten() {
        *cookie = cookie.as_str().expect("a cookie is text").replace("SESSION", &demo_session()).into();
    }
    event
}
