//! `GET /user/{id}/transactions` and `POST /user/{id}/transactions/{transactionId}/refund`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::error::FlyersError;
use shared::http::flyers::Params;
use shared::http::openapi::ApiKeyFailures;
use shared::http::{Caller, FlyersErrorBody, Listing};
use shared::ledger::{Refund, refund, transactions};
use shared::models::{LedgerEntry, TransactionId};

/// A page of a ledger.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Transactions {
    /// The entries, newest first.
    transactions: Vec<LedgerEntry>,
    /// What to give as `next` for the page after; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// List a flyer's ledger
///
/// Newest first. Any airline may read it.
#[utoipa::path(
    get,
    path = "/user/{id}/transactions",
    tag = "Miles",
    security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "ROBLOX user id.", example = "123456789"),
        ("limit" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, description = "Entries a page; default 50."),
        ("next" = Option<String>, Query, nullable = false, min_length = 1, description = "The `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = Transactions),
        (status = 400, description = "A bad limit, or a `next` that is not of this ledger.", body = FlyersErrorBody,
            example = json!({ "error": "\"limit\" must be an integer from 1 to 100" })),
        (status = 404, description = "No such flyer.", body = FlyersErrorBody,
            example = json!({ "error": "User not found" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn list_transactions(
    _: Caller,
    State(app): State<App>,
    Params(flyer): Params<String>,
    listing: Listing,
) -> Result<Json<Transactions>, FlyersError> {
    let flyer = flyer.parse().map_err(|_| FlyersError::UserNotFound)?;
    let page = transactions(&app, &flyer, listing.limit, listing.next.as_deref()).await?;
    Ok(Json(Transactions { transactions: page.items, next: page.next }))
}

/// Give a purchase back
///
/// Reverses one purchase of the caller's own airline, once.
#[utoipa::path(
    post,
    path = "/user/{id}/transactions/{transactionId}/refund",
    tag = "Miles",
    security(("apiKey" = [])),
    params(
        ("id" = String, Path, description = "ROBLOX user id.", example = "123456789"),
        ("transactionId" = String, Path, description = "The purchase's ledger entry.", example = "123456789-3"),
    ),
    responses(
        (status = 201, description = "Given back.", body = Refund),
        (status = 400, description = "That entry is no purchase.", body = FlyersErrorBody,
            example = json!({ "error": "Only purchases can be refunded" })),
        (status = 404, description = "No such entry, or another airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Transaction not found" })),
        (status = 409, description = "It was given back before.", body = FlyersErrorBody,
            example = json!({ "error": "Already refunded" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn refund_transaction(
    Caller(caller): Caller,
    State(app): State<App>,
    Params((flyer, transaction)): Params<(String, String)>,
) -> Result<(StatusCode, Json<Refund>), FlyersError> {
    let id: TransactionId = transaction.parse().map_err(|_| FlyersError::TransactionNotFound)?;
    if id.flyer.as_str() != flyer {
        return Err(FlyersError::TransactionNotFound);
    }
    let refund = refund(&app, &caller.airline_id, &id).await?;
    Ok((StatusCode::CREATED, Json(refund)))
}
