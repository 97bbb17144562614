//! `POST /user/{id}/buyProduct`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::error::FlyersError;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyFailures, FlyersBodyFailures};
use shared::http::{Caller, FlyersErrorBody, Idempotency, settled};
use shared::ledger::{Purchase, purchase};

/// What is bought. Fields that are not known are left alone, as they have always been.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    /// Which of the airline's products.
    #[schema(required, nullable = false, example = "a1b2c3")]
    product_id: Option<String>,
}

/// Buy a product for miles
///
/// Deducts the price, and writes the ledger entry, in one transaction: all of it happens or nothing. However many
/// purchases race, the balance never goes below 0. With an `Idempotency-Key` a repeat within 24 hours answers the
/// first success again, with the header `Idempotency-Replayed: true`, and charges nothing.
#[utoipa::path(
    post,
    path = "/user/{id}/buyProduct",
    tag = "Miles",
    security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "ROBLOX user id.", example = "123456789"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "1 to 255 visible ASCII characters."),
    ),
    request_body(content = Order, example = json!({ "productId": "a1b2c3" })),
    responses(
        (status = 200, description = "Bought.", body = Purchase,
            headers(("Idempotency-Replayed" = String, description = "`true` when this answers an earlier request."))),
        (status = 400, description = "No productId, too few miles, or a bad Idempotency-Key.", body = FlyersErrorBody,
            example = json!({ "error": "Insufficient miles" })),
        (status = 404, description = "No such flyer, or no such product that is active and the airline's own.",
            body = FlyersErrorBody, example = json!({ "error": "Product not found" })),
        FlyersBodyFailures,
        (status = 422, description = "The Idempotency-Key was used with another body.", body = FlyersErrorBody,
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn buy_product(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(flyer): Params<String>,
    Idempotency(key): Idempotency,
    Body(order): Body<Order>,
) -> Result<Response, FlyersError> {
    let product = order.product_id.filter(|id| !id.is_empty()).ok_or(FlyersError::MissingProductId)?;
    let flyer = flyer.parse().map_err(|_| FlyersError::UserNotFound)?;
    let product = product.parse().ok();
    let bought = purchase(&app, &caller.airline_id, &flyer, product.as_ref(), key.as_ref()).await?;
    Ok(settled(StatusCode::OK, bought))
}
