//! `POST /user/{id}/buyProduct`

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::Context;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody, Idempotency, answered};
use shared::ledger::{Order, Purchase, purchase};
use shared::models::Balance;

/// The product to buy. Unknown fields are ignored, because existing clients may send some.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderBody {
    /// Id of the product to buy, one of the calling airline's: 6 lower-case letters and digits.
    #[schema(required, nullable = false, example = "a1b2c3")]
    product_id: Option<String>,
    /// Price that the buyer has seen, in miles. If it is given and the product has another price, nothing is bought.
    #[schema(example = 500)]
    expected_price: Option<Balance>,
}

/// Buy a product with miles
///
/// Deducts the price from the flyer's balance and writes the ledger entry in one transaction: either both happen or
/// neither does. The balance never drops below 0, however many purchases run at once.
///
/// With an `Idempotency-Key`, repeating the request within 24 hours returns the first success again, with the header
/// `Idempotency-Replayed: true`, and charges nothing. Without one, each repeat is a purchase of its own.
#[utoipa::path(
    post,
    path = "/user/{id}/buyProduct",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting movement"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "123456789"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-+\\--~]{1,255}$",
            example = "0b6f1c7e-5d0a-4f63-9d43-0a2f0f7f2c11",
            description = "Key of the request, 1 to 255 visible ASCII characters other than a comma, under which a repeat \
                within 24 hours returns the first success instead of being processed again."),
    ),
    request_body(content = OrderBody, example = json!({ "productId": "a1b2c3" })),
    responses(
        (status = 200, body = Purchase,
            description = "The product was bought: the flyer with the new balance, and the product.",
            headers(("Idempotency-Replayed" = String,
                description = "`true` when the response repeats that of an earlier request with the same \
                    `Idempotency-Key`; absent otherwise."))),
        (status = 400, body = FlyersErrorBody,
            description = "`productId` is missing, the balance is below the price, or the `Idempotency-Key` is \
                malformed.",
            example = json!({ "error": "Insufficient miles" })),
        (status = 404, description = "The flyer is unknown, or the airline has no active product with this id.",
            body = FlyersErrorBody, example = json!({ "error": "Product not found" })),
        (status = 409, description = "The product has another price than `expectedPrice`.", body = FlyersErrorBody,
            example = json!({ "error": "Price has changed" })),
        FlyersBodyResponses,
        (status = 422, body = FlyersErrorBody,
            description = "The `Idempotency-Key` was already used with another body or on another route.",
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn buy_product(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(flyer): Params<String>,
    Idempotency(key): Idempotency,
    Body(order): Body<OrderBody>,
) -> Result<Response, FlyersError> {
    let product = order.product_id.filter(|id| !id.is_empty()).ok_or(FlyersError::MissingProductId)?;
    let flyer = flyer.parse().map_err(|_| FlyersError::UserNotFound)?;
    let order = Order { product: product.parse().ok(), expected_price: order.expected_price };
    let bought = purchase(&context, &caller.airline_id, &flyer, &order, key.as_ref()).await?;
    Ok(answered(bought))
}
