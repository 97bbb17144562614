//! `GET /user/{id}/transactions` and `POST /user/{id}/transactions/{transactionId}/refund`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::Context;
use shared::http::flyers::Params;
use shared::http::openapi::ApiKeyResponses;
use shared::http::{Caller, FlyersError, FlyersErrorBody, PageQuery};
use shared::ledger::{Refund, refund, transactions};
use shared::models::{LedgerEntry, TransactionId};

/// A page of a flyer's ledger.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Transactions {
    /// Ledger entries of the flyer, newest first.
    transactions: Vec<LedgerEntry>,
    /// Cursor to pass as `next` for the following page; `null` on the last page.
    #[schema(required)]
    next: Option<String>,
}

/// List a flyer's transactions
///
/// Returns a page of the flyer's ledger, newest entries first. Any airline may read any flyer's ledger.
#[utoipa::path(
    get,
    path = "/user/{id}/transactions",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1, or 2 if there are no entries"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "123456789"),
        ("limit" = Option<u8>, Query, nullable = false, minimum = 1, maximum = 100, example = 10,
            description = "Maximum number of entries on the page, 1 to 100; default 50."),
        ("next" = Option<String>, Query, nullable = false, min_length = 1,
            description = "Cursor from the `next` of the previous page; absent for the first page."),
    ),
    responses(
        (status = 200, description = "A page of the flyer's ledger entries.", body = Transactions),
        (status = 400, body = FlyersErrorBody,
            description = "`limit` is out of range, or `next` is not a cursor of this ledger.",
            example = json!({ "error": "\"limit\" must be an integer from 1 to 100" })),
        (status = 404, description = "No flyer has this ROBLOX user id.", body = FlyersErrorBody,
            example = json!({ "error": "User not found" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn list_transactions(
    _: Caller,
    State(context): State<Context>,
    Params(flyer): Params<String>,
    page: PageQuery,
) -> Result<Json<Transactions>, FlyersError> {
    let flyer = flyer.parse().map_err(|_| FlyersError::UserNotFound)?;
    let page = transactions(&context, &flyer, page.limit, page.next.as_deref()).await?;
    Ok(Json(Transactions { transactions: page.items, next: page.next }))
}

/// Refund a purchase
///
/// Returns the price of one purchase from the calling airline to the flyer, in one transaction with the ledger entry
/// that records it. A purchase can be refunded once: repeating the request returns 409 and credits nothing.
#[utoipa::path(
    post,
    path = "/user/{id}/transactions/{transactionId}/refund",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting movement"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "246813579"),
        ("transactionId" = String, Path, description = "Id of the purchase's ledger entry.", example = "246813579-2"),
    ),
    responses(
        (status = 201, body = Refund,
            description = "The purchase was refunded: the new ledger entry and the flyer with the new balance."),
        (status = 400, description = "The ledger entry is not a purchase.", body = FlyersErrorBody,
            example = json!({ "error": "Only purchases can be refunded" })),
        (status = 404, body = FlyersErrorBody,
            description = "The flyer has no such ledger entry, or another airline made it.",
            example = json!({ "error": "Transaction not found" })),
        (status = 409, description = "The purchase was refunded before.", body = FlyersErrorBody,
            example = json!({ "error": "Already refunded" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn refund_transaction(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params((flyer, transaction)): Params<(String, String)>,
) -> Result<(StatusCode, Json<Refund>), FlyersError> {
    let id: TransactionId = transaction.parse().map_err(|_| FlyersError::TransactionNotFound)?;
    if id.flyer.as_str() != flyer {
        return Err(FlyersError::TransactionNotFound);
    }
    let refund = refund(&context, &caller.airline_id, &id).await?;
    Ok((StatusCode::CREATED, Json(refund)))
}
