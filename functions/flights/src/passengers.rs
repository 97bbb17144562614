//! `POST` and `GET /flight/{id}/passengers`

use crate::server::flight_id;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use shared::Context;
use shared::flights::passengers;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody, Idempotency, PageQuery, answered};
use shared::ledger::{Boarded, Boarding, board};
use shared::models::{FlightId, Passenger};

/// Board a passenger
///
/// Credits the miles to the flyer, records the boarding and writes the ledger entry in one transaction. A flyer not
/// seen before is created; `username` and `displayName` are required then. Both the airline that operates the flight
/// and its codeshare partner may board passengers.
///
/// A flyer boards a flight once: repeating the request returns 409 and credits nothing. With an `Idempotency-Key`, a
/// repeat within 24 hours returns the first success again, with the header `Idempotency-Replayed: true`.
#[utoipa::path(
    post,
    path = "/flight/{id}/passengers",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting movement"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-+\\--~]{1,255}$",
            example = "5e0d9a36-0c2c-4d0f-8f0a-7b1c6a1f6e52",
            description = "Key of the request, 1 to 255 visible ASCII characters other than a comma, under which a repeat \
                within 24 hours returns the first success instead of being processed again."),
    ),
    request_body(content = Boarding, example = json!({
        "userId": "555666777", "miles": 500, "username": "copilot42", "displayName": "First Officer Ada"
    })),
    responses(
        (status = 201, body = Boarded,
            description = "The passenger was boarded: the passenger, and the flyer with the new balance.",
            headers(("Idempotency-Replayed" = String,
                description = "`true` when the response repeats that of an earlier request with the same \
                    `Idempotency-Key`; absent otherwise."))),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = FlyersErrorBody,
            example = json!({ "error": "\"username\" is required for a flyer not seen before" })),
        (status = 404, description = "The airline neither operates nor shares such a flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, body = FlyersErrorBody,
            description = "The flyer has already boarded the flight, or the flight has ended.",
            example = json!({ "error": "Passenger already boarded" })),
        FlyersBodyResponses,
        (status = 422, body = FlyersErrorBody,
            description = "The `Idempotency-Key` was already used with another body or on another route.",
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn board_passenger(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
    Idempotency(key): Idempotency,
    Body(boarding): Body<Boarding>,
) -> Result<Response, FlyersError> {
    let boarded = board(&context, &caller.airline_id, flight_id(&id)?, &boarding, key.as_ref()).await?;
    Ok(answered(boarded))
}

/// A page of a flight's passengers.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Passengers {
    /// Passengers of the flight, in the order in which they boarded.
    passengers: Vec<Passenger>,
    /// Cursor to pass as `next` for the following page; `null` on the last page.
    #[schema(required)]
    next: Option<String>,
}

/// List a flight's passengers
///
/// Returns a page of the flight's passengers, in the order in which they boarded. Both the airline that operates the
/// flight and its codeshare partner may read it.
#[utoipa::path(
    get,
    path = "/flight/{id}/passengers",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "550e8400-e29b-41d4-a716-446655440000"),
        ("limit" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, example = 10,
            description = "Maximum number of passengers on the page, 1 to 100; default 50."),
        ("next" = Option<String>, Query, nullable = false, min_length = 1,
            description = "Cursor from the `next` of the previous page; absent for the first page."),
    ),
    responses(
        (status = 200, description = "A page of the flight's passengers.", body = Passengers),
        (status = 400, body = FlyersErrorBody,
            description = "`limit` is out of range, or `next` is not a cursor of this listing.",
            example = json!({ "error": "\"limit\" must be an integer from 1 to 100" })),
        (status = 404, description = "The airline neither operates nor shares such a flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn list_passengers(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
    page: PageQuery,
) -> Result<Json<Passengers>, FlyersError> {
    let id = flight_id(&id)?;
    let page = passengers(&context, &caller.airline_id, id, page.limit, page.next.as_deref()).await?;
    Ok(Json(Passengers { passengers: page.items, next: page.next }))
}
