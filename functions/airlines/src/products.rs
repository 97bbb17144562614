//! `GET /airline/fetchProductsData`, `POST /airline/products` and `PATCH /airline/products/{productId}`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::Context;
use shared::airlines;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody};
use shared::models::{Product, ProductChange, ProductDraft, ProductId};

/// List the airline's products
///
/// Returns all products of the calling airline, active or not, the oldest first.
#[utoipa::path(
    get,
    path = "/airline/fetchProductsData",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1, plus 1 per additional MB"))),
    responses(
        (status = 200, description = "The products of the airline, the oldest first.", body = Vec<Product>),
        (status = 413, description = "The response would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn fetch_products_data(
    Caller(caller): Caller,
    State(context): State<Context>,
) -> Result<Json<Vec<Product>>, FlyersError> {
    Ok(Json(airlines::products(&context, &caller.airline_id).await?))
}

/// Create a product
///
/// Creates a product that the calling airline sells for miles. Repeating the request creates another product.
#[utoipa::path(
    post,
    path = "/airline/products",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    request_body(content = ProductDraft, example = json!({
        "name": "Window Seat", "priceMiles": 150, "description": "Sit where the view is"
    })),
    responses(
        (status = 201, description = "The product that was created.", body = Product),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = FlyersErrorBody,
            example = json!({ "error": "\"name\" must be 1 to 100 characters" })),
        FlyersBodyResponses,
        ApiKeyResponses,
    )
)]
pub(crate) async fn create_product(
    Caller(caller): Caller,
    State(context): State<Context>,
    Body(draft): Body<ProductDraft>,
) -> Result<(StatusCode, Json<Product>), FlyersError> {
    let product = airlines::create_product(&context, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(product)))
}

/// Update a product
///
/// Changes the fields that are sent; absent fields keep their values. A purchase that runs at the same time is charged
/// either the old price or the new one.
#[utoipa::path(
    patch,
    path = "/airline/products/{productId}",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting change"))),
    params(("productId" = ProductId, Path, description = "Id of the product.", example = "a1b2c3")),
    request_body(content = ProductChange, example = json!({ "description": "Board before everybody else" })),
    responses(
        (status = 200, description = "The product after the change.", body = Product),
        (status = 400, body = FlyersErrorBody,
            description = "A field is invalid, or the body holds no field to change.",
            example = json!({ "error": "\"name\" must be 1 to 100 characters" })),
        (status = 404, description = "The airline has no product with this id.", body = FlyersErrorBody,
            example = json!({ "error": "Product not found" })),
        FlyersBodyResponses,
        ApiKeyResponses,
    )
)]
pub(crate) async fn change_product(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(product): Params<String>,
    Body(change): Body<ProductChange>,
) -> Result<Json<Product>, FlyersError> {
    let product = product.parse().map_err(|_| FlyersError::ProductNotFound)?;
    Ok(Json(airlines::change_product(&context, &caller.airline_id, &product, &change).await?))
}
