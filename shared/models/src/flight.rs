//! Flights and their passengers.

use crate::{
    AirlineId, AirportCode, Brand, BrandId, FlightId, FlyerId, GameId, IdNumber, Integer, Link, Name, Timestamp,
    filled, kept,
};
use serde::{Deserialize, Serialize};

/// Event link of a flight that was planned without one.
pub const DEFAULT_EVENT_LINK: &str = "https://discord.gg/skyteam";

/// Miles that a passenger earns on one flight: 0 to 1,000,000.
pub type FlightMiles = Integer<0, 1_000_000>;

/// A planned, running or ended flight. In a flyer's history it also holds the `miles` that the flyer earned on it.
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
    /// Id of the flight, a UUID.
    pub id: FlightId,
    /// Flight number, 1 to 100 characters.
    pub code: Name,
    /// Id of the ROBLOX game in which the flight is flown, a decimal string.
    pub game_id: GameId,
    /// Aircraft type, 1 to 100 characters.
    pub aircraft: Name,
    /// Id of the airline that operates the flight.
    pub airline_id: AirlineId,
    /// Id of the brand under which the airline operates the flight.
    pub brand_id: BrandId,
    /// Departure airport, a 4-letter ICAO code in upper case.
    pub departure: AirportCode,
    /// Arrival airport, a 4-letter ICAO code in upper case.
    pub arrival: AirportCode,
    /// Miles that the flyer earned on the flight, 0 or more. Present only in a flyer's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 500)]
    pub miles: Option<u64>,
    /// Planned start of the flight, ISO 8601 UTC with milliseconds.
    pub start_time: Timestamp,
    /// Time the flight's game server reported its start, ISO 8601 UTC with milliseconds; `null` before that.
    #[schema(required)]
    pub started_at: Option<Timestamp>,
    /// Time the flight ended, ISO 8601 UTC with milliseconds; `null` until then.
    #[schema(required)]
    pub end_time: Option<Timestamp>,
    /// Id of the codeshare airline, which may run and board the flight as well; `null` when there is none.
    #[schema(required)]
    pub codeshare_airline_id: Option<AirlineId>,
    /// Link to the flight's event on Discord, at most 2,048 characters.
    pub discord_event_link: Link,
    /// Time the flight was cancelled before anybody boarded it, ISO 8601 UTC with milliseconds. Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cancelled_at: Option<Timestamp>,
}

impl Flight {
    /// Returns whether the airline operates the flight or shares it as codeshare partner.
    #[must_use]
    pub fn is_flown_by(&self, airline: &AirlineId) -> bool {
        self.airline_id == *airline || self.codeshare_airline_id.as_ref() == Some(airline)
    }
}

/// Fields of a new flight.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlightDraft {
    /// Flight number, 1 to 100 characters.
    #[schema(example = "ST123")]
    pub code: Name,
    /// Id of the ROBLOX game in which the flight is flown, from 1 to 2^63 - 1, as a string or as an integer.
    #[schema(value_type = IdNumber, example = "1234567890")]
    pub game_id: GameId,
    /// Aircraft type, 1 to 100 characters.
    #[schema(example = "Boeing 737-800")]
    pub aircraft: Name,
    /// Id of the brand under which the flight is operated, one of the airline's own.
    pub brand_id: BrandId,
    /// Departure airport, a 4-letter ICAO code; stored in upper case.
    pub departure: AirportCode,
    /// Arrival airport, a 4-letter ICAO code; stored in upper case.
    pub arrival: AirportCode,
    /// Planned start of the flight, ISO 8601 with offset; default the current time.
    pub start_time: Option<Timestamp>,
    /// Id of an airline that shares the flight as codeshare partner; optional.
    pub codeshare_airline_id: Option<AirlineId>,
    /// Link to the flight's event on Discord, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters; default `https://discord.gg/skyteam`.
    #[serde(default, deserialize_with = "filled")]
    pub discord_event_link: Option<Link>,
}

/// A partial update of a flight. Fields that are absent or `null` keep their values, except where `null` removes one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlightChange {
    /// New flight number, 1 to 100 characters.
    #[serde(default, deserialize_with = "filled")]
    #[schema(example = "ST124")]
    pub code: Option<Name>,
    /// Id of the ROBLOX game in which the flight is flown, from 1 to 2^63 - 1, as a string or as an integer.
    #[schema(value_type = Option<IdNumber>, example = "1234567890")]
    pub game_id: Option<GameId>,
    /// Aircraft type, 1 to 100 characters.
    #[serde(default, deserialize_with = "filled")]
    #[schema(example = "Airbus A321")]
    pub aircraft: Option<Name>,
    /// Id of the brand under which the flight is operated, one of the airline's own.
    pub brand_id: Option<BrandId>,
    /// Departure airport, a 4-letter ICAO code; stored in upper case.
    pub departure: Option<AirportCode>,
    /// Arrival airport, a 4-letter ICAO code; stored in upper case.
    pub arrival: Option<AirportCode>,
    /// Planned start of the flight, ISO 8601 with offset. Cannot be changed once the flight has started.
    pub start_time: Option<Timestamp>,
    /// Id of an airline that shares the flight as codeshare partner; `null` removes the partner.
    #[serde(default, deserialize_with = "crate::present")]
    #[schema(value_type = Option<AirlineId>)]
    pub codeshare_airline_id: Option<Option<AirlineId>>,
    /// Link to the flight's event on Discord, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters.
    #[serde(default, deserialize_with = "filled")]
    pub discord_event_link: Option<Link>,
}

impl FlightChange {
    /// Returns the flight after the change.
    #[must_use]
    pub fn applied_to(self, flight: Flight) -> Flight {
        Flight {
            code: self.code.unwrap_or(flight.code),
            game_id: self.game_id.unwrap_or(flight.game_id),
            aircraft: self.aircraft.unwrap_or(flight.aircraft),
            brand_id: self.brand_id.unwrap_or(flight.brand_id),
            departure: self.departure.unwrap_or(flight.departure),
            arrival: self.arrival.unwrap_or(flight.arrival),
            start_time: self.start_time.unwrap_or(flight.start_time),
            codeshare_airline_id: self.codeshare_airline_id.unwrap_or(flight.codeshare_airline_id),
            discord_event_link: self.discord_event_link.unwrap_or(flight.discord_event_link),
            ..flight
        }
    }
}

/// A flight that has not ended, with the brand under which it is operated.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UpcomingFlight {
    /// Fields of the flight itself.
    #[serde(flatten)]
    pub flight: Flight,
    /// Brand under which the flight is operated; `null` when that brand is unknown.
    #[schema(required)]
    pub brand: Option<Brand>,
}

/// One flyer who boarded one flight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passenger {
    /// Id of the flight, a UUID.
    pub flight_id: FlightId,
    /// ROBLOX user id of the passenger, a decimal string.
    #[serde(deserialize_with = "kept")]
    pub user_id: FlyerId,
    /// Miles that the passenger earned on the flight, 0 or more.
    #[schema(example = 500)]
    pub miles: u64,
    /// Time the passenger boarded, ISO 8601 UTC with milliseconds.
    pub joined_at: Timestamp,
    /// Time the airline took the miles back, ISO 8601 UTC with milliseconds. Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reversed_at: Option<Timestamp>,
}
