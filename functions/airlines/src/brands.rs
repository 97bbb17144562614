//! `POST` and `GET /airline/brands`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::Context;
use shared::airlines;
use shared::http::flyers::Body;
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody};
use shared::models::{Brand, BrandDraft};

/// Create a brand
///
/// The id, the two designators and the callsign must each be unique across all airlines. A new primary brand replaces
/// the airline's current one. Repeating the request returns 409 and changes nothing.
#[utoipa::path(
    post,
    path = "/airline/brands",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    request_body(content = BrandDraft, example = json!({
        "brandId": "skyteam-express", "name": "SkyTeam Express", "iata": "SX", "icao": "SKX",
        "callsign": "SKYTEAM EXPRESS", "accentColor": "#0b3d91"
    })),
    responses(
        (status = 201, description = "The brand that was created.", body = Brand),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = FlyersErrorBody,
            example = json!({ "error": "\"icao\" must be 3 upper-case letters" })),
        (status = 409, body = FlyersErrorBody,
            description = "Another brand already has this id, `iata`, `icao` or `callsign`.",
            example = json!({ "error": "Brand already exists" })),
        FlyersBodyResponses,
        ApiKeyResponses,
    )
)]
pub(crate) async fn create_brand(
    Caller(caller): Caller,
    State(context): State<Context>,
    Body(draft): Body<BrandDraft>,
) -> Result<(StatusCode, Json<Brand>), FlyersError> {
    let brand = airlines::create_brand(&context, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(brand)))
}

/// List the airline's brands
///
/// Returns all brands of the calling airline, ordered by id.
#[utoipa::path(
    get,
    path = "/airline/brands",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1, plus 1 per additional MB"))),
    responses(
        (status = 200, description = "The brands of the airline, ordered by id.", body = Vec<Brand>),
        (status = 413, description = "The response would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn list_brands(
    Caller(caller): Caller,
    State(context): State<Context>,
) -> Result<Json<Vec<Brand>>, FlyersError> {
    Ok(Json(airlines::brands(&context, &caller.airline_id).await?))
}
