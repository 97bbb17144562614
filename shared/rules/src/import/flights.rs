//! Flights, from rows.

use super::RowError;
use super::fields::{RowTime, if_valid, mended, row};
use models::{AirlineId, AirportCode, BrandId, DEFAULT_EVENT_LINK, Flight, FlightId, GameId, Keep, Link, Name, filled};
use serde::Deserialize;
use store::Creation;

/// A row of `flights`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlightRow {
    id: FlightId,
    #[serde(deserialize_with = "mended")]
    code: Name,
    #[serde(deserialize_with = "mended")]
    game_id: Name,
    #[serde(deserialize_with = "mended")]
    aircraft: Name,
    airline_id: AirlineId,
    brand_id: BrandId,
    departure: AirportCode,
    arrival: AirportCode,
    start_time: RowTime,
    #[serde(default, deserialize_with = "filled")]
    started_at: Option<RowTime>,
    #[serde(default, deserialize_with = "filled")]
    end_time: Option<RowTime>,
    #[serde(default, deserialize_with = "filled")]
    last_tick_at: Option<RowTime>,
    #[serde(default, deserialize_with = "filled")]
    codeshare_airline_id: Option<AirlineId>,
    #[serde(default, deserialize_with = "if_valid")]
    discord_event_link: Option<Link>,
}

/// Parses a flight. A flight that has started but not ended counts as running: the original system never ended flights,
/// and the job that ends silent flights will do so soon.
pub(super) fn flight(json: &[u8]) -> Result<Creation, RowError> {
    let row: FlightRow = row(json)?;
    let default_link = || DEFAULT_EVENT_LINK.parse().expect("the default is a valid URL");
    let flight = Flight {
        cancelled_at: None,
        id: row.id,
        code: row.code,
        game_id: GameId::keep(row.game_id.to_string()),
        aircraft: row.aircraft,
        airline_id: row.airline_id,
        brand_id: row.brand_id,
        departure: row.departure,
        arrival: row.arrival,
        miles: None,
        start_time: row.start_time.0,
        started_at: row.started_at.map(|at| at.0),
        end_time: row.end_time.map(|at| at.0),
        codeshare_airline_id: row.codeshare_airline_id,
        discord_event_link: row.discord_event_link.unwrap_or_else(default_link),
    };
    // The start of a flight counts as a tick.
    let last_tick_at = row.started_at.map(|started| row.last_tick_at.unwrap_or(started).max(started).0);
    Ok(Creation::flight(&flight, last_tick_at))
}
