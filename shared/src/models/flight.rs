//! Flights and who boarded them.

use super::{AirlineId, AirportCode, Brand, BrandId, FlightId, FlyerId, Integer, Name, Timestamp, WebUrl};
use serde::{Deserialize, Serialize};

/// What a flight's `discordEventLink` is when none is given.
pub const DEFAULT_EVENT_LINK: &str = "https://discord.gg/skyteam";

/// Miles that one flight earns.
pub type FlightMiles = Integer<0, 1_000_000>;

/// A flight; with `miles`, as it stands in a flyer's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "550e8400-e29b-41d4-a716-446655440000", "code": "ST123", "gameId": "1234567890",
    "aircraft": "Boeing 737-800", "airlineId": "skyteam", "brandId": "skyteam-main", "departure": "KJFK",
    "arrival": "KLAX", "miles": 500, "startTime": "2024-03-15T14:00:00.000Z",
    "startedAt": "2024-03-15T14:05:00.000Z", "endTime": "2024-03-15T16:30:00.000Z", "codeshareAirlineId": null,
    "discordEventLink": "https://discord.gg/event/123456"
}))]
pub struct Flight {
    /// Its id.
    pub id: FlightId,
    /// Flight number.
    pub code: Name,
    /// The ROBLOX game it is flown in.
    pub game_id: Name,
    /// Type of aircraft.
    pub aircraft: Name,
    /// Who operates it.
    pub airline_id: AirlineId,
    /// Under which of its brands.
    pub brand_id: BrandId,
    /// Where from.
    pub departure: AirportCode,
    /// Where to.
    pub arrival: AirportCode,
    /// Miles that the flyer earned on it; in a flyer's history only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 500)]
    pub miles: Option<u64>,
    /// When it is planned to start.
    pub start_time: Timestamp,
    /// When its server started.
    #[schema(required)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(required)]
    pub end_time: Option<Timestamp>,
    /// Which airline shares it.
    #[schema(required)]
    pub codeshare_airline_id: Option<AirlineId>,
    /// Where its event is announced.
    pub discord_event_link: WebUrl,
}

impl Flight {
    /// Whether the airline operates the flight or shares it.
    #[must_use]
    pub fn is_flown_by(&self, airline: &AirlineId) -> bool {
        self.airline_id == *airline || self.codeshare_airline_id.as_ref() == Some(airline)
    }
}

/// What an airline says of a new flight.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlightDraft {
    /// Flight number.
    #[schema(example = "ST123")]
    pub code: Name,
    /// The ROBLOX game it is flown in.
    #[schema(example = "1234567890")]
    pub game_id: Name,
    /// Type of aircraft.
    #[schema(example = "Boeing 737-800")]
    pub aircraft: Name,
    /// Under which of the airline's brands.
    pub brand_id: BrandId,
    /// Where from.
    pub departure: AirportCode,
    /// Where to.
    pub arrival: AirportCode,
    /// When it is planned to start; default now.
    pub start_time: Option<Timestamp>,
    /// Which airline shares it.
    pub codeshare_airline_id: Option<AirlineId>,
    /// Where its event is announced; default `https://discord.gg/skyteam`.
    pub discord_event_link: Option<WebUrl>,
}

/// A flight that has not ended, with its brand.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UpcomingFlight {
    /// The flight.
    #[serde(flatten)]
    pub flight: Flight,
    /// The brand that it is flown under, or null when that brand is not known.
    #[schema(required)]
    pub brand: Option<Brand>,
}

/// One flyer on one flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passenger {
    /// Which flight.
    pub flight_id: FlightId,
    /// Which flyer.
    pub user_id: FlyerId,
    /// Miles earned.
    #[schema(example = 500)]
    pub miles: u64,
    /// When the flyer boarded.
    pub joined_at: Timestamp,
}
