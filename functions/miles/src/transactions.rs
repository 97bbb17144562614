//! `GET /user/{id}/transactions`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::http::flyers::Params;
use shared::http::openapi::ApiKeyResponses;
use shared::http::{Caller, FlyersError, FlyersErrorBody, PageQuery};
use shared::ledger::transactions;
use shared::models::LedgerEntry;

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
