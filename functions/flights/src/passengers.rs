//! `POST` and `GET /flight/{id}/passengers`

use crate::server::flight_id;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::error::FlyersError;
use shared::flights::passengers;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyFailures, FlyersBodyFailures};
use shared::http::{Caller, FlyersErrorBody, Idempotency, Listing, settled};
use shared::ledger::{Boarded, Boarding, board};
use shared::models::{FlightId, Passenger};

/// Board a flyer
///
/// Credits the miles, records the boarding and writes the ledger entry, in one transaction. A flyer not seen before
/// is made, for which `username` and `displayName` are required. For the airline that operates the flight and the
/// one that shares it. With an `Idempotency-Key` a repeat within 24 hours answers the first success again, with the
/// header `Idempotency-Replayed: true`.
#[utoipa::path(
    post,
    path = "/flight/{id}/passengers",
    tag = "Flights",
    security(("apiKey" = [])),
    params(
        ("id" = FlightId, Path, description = "The flight.", example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "1 to 255 visible ASCII characters."),
    ),
    request_body(content = Boarding, example = json!({
        "userId": "123456789", "miles": 500, "username": "pilot123", "displayName": "Captain John"
    })),
    responses(
        (status = 201, description = "Boarded.", body = Boarded,
            headers(("Idempotency-Replayed" = String, description = "`true` when this answers an earlier request."))),
        (status = 400, description = "A field is missing or bad; says which.", body = FlyersErrorBody,
            example = json!({ "error": "\"username\" is required for a flyer not seen before" })),
        (status = 404, description = "No such flight of the airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "The flyer is on the flight already, or it has ended.", body = FlyersErrorBody,
            example = json!({ "error": "Passenger already boarded" })),
        FlyersBodyFailures,
        (status = 422, description = "The Idempotency-Key was used with another body.", body = FlyersErrorBody,
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn board_passenger(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(id): Params<String>,
    Idempotency(key): Idempotency,
    Body(boarding): Body<Boarding>,
) -> Result<Response, FlyersError> {
    let boarded = board(&app, &caller.airline_id, flight_id(&id)?, &boarding, key.as_ref()).await?;
    Ok(settled(StatusCode::CREATED, boarded))
}

/// A page of passengers.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Passengers {
    /// In the order boarded.
    passengers: Vec<Passenger>,
    /// What to give as `next` for the page after; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// List a flight's passengers
///
/// In the order boarded. For the airline that operates the flight and the one that shares it.
#[utoipa::path(
    get,
    path = "/flight/{id}/passengers",
    tag = "Flights",
    security(("apiKey" = [])),
    params(
        ("id" = FlightId, Path, description = "The flight.", example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50"),
        ("limit" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, description = "Passengers a page; default 50."),
        ("next" = Option<String>, Query, nullable = false, min_length = 1, description = "The `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of passengers.", body = Passengers),
        (status = 400, description = "A bad limit, or a `next` that is not of this listing.", body = FlyersErrorBody,
            example = json!({ "error": "\"limit\" must be an integer from 1 to 100" })),
        (status = 404, description = "No such flight of the airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn list_passengers(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(id): Params<String>,
    listing: Listing,
) -> Result<Json<Passengers>, FlyersError> {
    let id = flight_id(&id)?;
    let page = passengers(&app, &caller.airline_id, id, listing.limit, listing.next.as_deref()).await?;
    Ok(Json(Passengers { passengers: page.items, next: page.next }))
}
