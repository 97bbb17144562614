//! `POST /flight` and `GET /flight/fetchUpcomingFlights`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::error::FlyersError;
use shared::flights::{plan, upcoming};
use shared::http::flyers::Body;
use shared::http::openapi::{ApiKeyFailures, FlyersBodyFailures};
use shared::http::{Caller, FlyersErrorBody};
use shared::models::{Flight, FlightDraft, UpcomingFlight};

/// Plan a flight
#[utoipa::path(
    post,
    path = "/flight",
    tag = "Flights",
    security(("apiKey" = [])),
    request_body(content = FlightDraft, example = json!({
        "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "brandId": "skyteam-main",
        "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z"
    })),
    responses(
        (status = 201, description = "The flight.", body = Flight),
        (status = 400, description = "A field is missing or bad; says which.", body = FlyersErrorBody,
            example = json!({ "error": "\"departure\": expected the 4 letters of an ICAO airport code" })),
        (status = 404, description = "The brand is not the airline's own, or the codeshare airline is unknown.",
            body = FlyersErrorBody, example = json!({ "error": "Brand not found" })),
        FlyersBodyFailures,
        ApiKeyFailures,
    )
)]
pub(crate) async fn create_flight(
    Caller(caller): Caller,
    State(app): State<App>,
    Body(draft): Body<FlightDraft>,
) -> Result<(StatusCode, Json<Flight>), FlyersError> {
    let flight = plan(&app, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(flight)))
}

/// List the airline's flights that have not ended
///
/// By planned start, each with its brand. A flight made or ended within the last second may not show so yet.
#[utoipa::path(
    get,
    path = "/flight/fetchUpcomingFlights",
    tag = "Flights",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The flights.", body = Vec<UpcomingFlight>),
        (status = 413, description = "The answer would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn fetch_upcoming_flights(
    Caller(caller): Caller,
    State(app): State<App>,
) -> Result<Json<Vec<UpcomingFlight>>, FlyersError> {
    upcoming(&app, &caller.airline_id).await.map(Json)
}
