//! `GET /airline/fetchProductsData`, `POST /airline/products` and `PATCH /airline/products/{productId}`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::airlines;
use shared::error::FlyersError;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyFailures, FlyersBodyFailures};
use shared::http::{Caller, FlyersErrorBody};
use shared::models::{Product, ProductChange, ProductDraft, ProductId};

/// List the airline's products
///
/// Active or not, the oldest first.
#[utoipa::path(
    get,
    path = "/airline/fetchProductsData",
    tag = "Airline",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The products.", body = Vec<Product>),
        (status = 413, description = "The answer would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn fetch_products_data(
    Caller(caller): Caller,
    State(app): State<App>,
) -> Result<Json<Vec<Product>>, FlyersError> {
    airlines::products(&app, &caller.airline_id).await.map(Json)
}

/// Make a product
#[utoipa::path(
    post,
    path = "/airline/products",
    tag = "Airline",
    security(("apiKey" = [])),
    request_body(content = ProductDraft, example = json!({
        "name": "Window Seat", "priceMiles": 150, "description": "Sit where the view is"
    })),
    responses(
        (status = 201, description = "The product.", body = Product),
        (status = 400, description = "A field is missing or bad; says which.", body = FlyersErrorBody,
            example = json!({ "error": "\"name\": expected 1 to 100 characters" })),
        FlyersBodyFailures,
        ApiKeyFailures,
    )
)]
pub(crate) async fn create_product(
    Caller(caller): Caller,
    State(app): State<App>,
    Body(draft): Body<ProductDraft>,
) -> Result<(StatusCode, Json<Product>), FlyersError> {
    let product = airlines::create_product(&app, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(product)))
}

/// Change a product
///
/// What is absent stays as it is. A purchase under way is settled at the price before or after, never between.
#[utoipa::path(
    patch,
    path = "/airline/products/{productId}",
    tag = "Airline",
    security(("apiKey" = [])),
    params(("productId" = ProductId, Path, description = "The product.", example = "a1b2c3")),
    request_body(content = ProductChange, example = json!({ "priceMiles": 450 })),
    responses(
        (status = 200, description = "The product.", body = Product),
        (status = 400, description = "A field is bad, or none is given.", body = FlyersErrorBody,
            example = json!({ "error": "\"name\": expected 1 to 100 characters" })),
        (status = 404, description = "The airline has no such product.", body = FlyersErrorBody,
            example = json!({ "error": "Product not found" })),
        FlyersBodyFailures,
        ApiKeyFailures,
    )
)]
pub(crate) async fn change_product(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(product): Params<String>,
    Body(change): Body<ProductChange>,
) -> Result<Json<Product>, FlyersError> {
    let product = product.parse().map_err(|_| FlyersError::ProductNotFound)?;
    airlines::change_product(&app, &caller.airline_id, &product, &change).await.map(Json)
}
