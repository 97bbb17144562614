//! `POST` and `GET /airline/brands`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::airlines;
use shared::error::FlyersError;
use shared::http::flyers::Body;
use shared::http::openapi::{ApiKeyFailures, FlyersBodyFailures};
use shared::http::{Caller, FlyersErrorBody};
use shared::models::{Brand, BrandDraft};

/// Make a brand
///
/// Its id, designators and callsign are each unique over all airlines. A new primary brand takes over from the
/// one before.
#[utoipa::path(
    post,
    path = "/airline/brands",
    tag = "Airline",
    security(("apiKey" = [])),
    request_body(content = BrandDraft, example = json!({
        "brandId": "skyteam-express", "name": "SkyTeam Express", "iata": "SX", "icao": "SKX",
        "callsign": "SKYTEAM EXPRESS"
    })),
    responses(
        (status = 201, description = "The brand.", body = Brand),
        (status = 400, description = "A field is missing or bad; says which.", body = FlyersErrorBody,
            example = json!({ "error": "\"icao\": expected 3 upper-case letters" })),
        (status = 409, description = "Something of it is taken.", body = FlyersErrorBody,
            example = json!({ "error": "Brand already exists" })),
        FlyersBodyFailures,
        ApiKeyFailures,
    )
)]
pub(crate) async fn create_brand(
    Caller(caller): Caller,
    State(app): State<App>,
    Body(draft): Body<BrandDraft>,
) -> Result<(StatusCode, Json<Brand>), FlyersError> {
    let brand = airlines::create_brand(&app, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(brand)))
}

/// List the airline's brands
#[utoipa::path(
    get,
    path = "/airline/brands",
    tag = "Airline",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The brands, by id.", body = Vec<Brand>),
        (status = 413, description = "The answer would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn list_brands(
    Caller(caller): Caller,
    State(app): State<App>,
) -> Result<Json<Vec<Brand>>, FlyersError> {
    airlines::brands(&app, &caller.airline_id).await.map(Json)
}
