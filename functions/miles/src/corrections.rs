//! `POST /user/{id}/transactions/{transactionId}/refund`, `…/reverse` and `POST /user/{id}/adjustments`: putting miles right.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::Context;
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody, Idempotency, answered};
use shared::ledger::{Corrected, Correction, Note, correct};
use shared::models::{AdjustedMiles, TransactionId, filled};

/// Parses the ids in a path. A malformed id belongs to no transaction, so it is answered like an unknown one.
fn transaction_id((flyer, transaction): &(String, String)) -> Result<TransactionId, FlyersError> {
    let id: Option<TransactionId> = transaction.parse().ok();
    id.filter(|id| id.flyer.as_str() == flyer).ok_or(FlyersError::TransactionNotFound)
}

/// Refund a purchase
///
/// Returns the price of one purchase from the calling airline to the flyer, in one transaction with the ledger entry
/// that records it. A purchase can be refunded once: repeating the request returns 409 and credits nothing. With an
/// `Idempotency-Key`, a repeat within 24 hours returns the first success again.
#[utoipa::path(
    post,
    path = "/user/{id}/transactions/{transactionId}/refund",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting movement"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "246813579"),
        ("transactionId" = String, Path, description = "Id of the purchase's ledger entry.", example = "246813579-2"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-+\\--~]{1,255}$",
            example = "d9a1c3f0-8f9e-4f4c-9a3b-6a4c2f1e7b10",
            description = "Key of the request, 1 to 255 visible ASCII characters other than a comma, under which a repeat \
                within 24 hours returns the first success instead of being processed again."),
    ),
    responses(
        (status = 201, body = Corrected,
            description = "The purchase was refunded: the new ledger entry and the flyer with the new balance.",
            headers(("Idempotency-Replayed" = String,
                description = "`true` when the response repeats that of an earlier request with the same \
                    `Idempotency-Key`; absent otherwise."))),
        (status = 400, description = "The ledger entry is not a purchase, or the `Idempotency-Key` is malformed.",
            body = FlyersErrorBody, example = json!({ "error": "Only purchases can be refunded" })),
        (status = 404, body = FlyersErrorBody,
            description = "The flyer has no such ledger entry, or another airline made it.",
            example = json!({ "error": "Transaction not found" })),
        (status = 409, description = "The purchase was refunded before.", body = FlyersErrorBody,
            example = json!({ "error": "Already refunded" })),
        (status = 422, body = FlyersErrorBody,
            description = "The `Idempotency-Key` was already used with another body or on another route.",
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn refund_transaction(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(ids): Params<(String, String)>,
    Idempotency(key): Idempotency,
) -> Result<Response, FlyersError> {
    let refund = Correction::Refund { of: transaction_id(&ids)? };
    Ok(answered(correct(&context, &caller.airline_id, &refund, key.as_ref()).await?))
}

/// How the miles of a boarding are taken back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReversalBody {
    /// Reason for people to read, 1 to 200 characters; that of the boarding's entry when absent.
    #[serde(default, deserialize_with = "filled")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Flight cancelled")]
    note: Option<Note>,
    /// Whether to take what is left when the balance is lower than the miles that were earned; `false` when absent.
    partial: Option<bool>,
}

/// Reverse a boarding
///
/// Takes the miles of one boarding back that the calling airline credited, in one transaction with the ledger entry that
/// records it. The flyer's history then shows what was left of them, and the flyer cannot board that flight again. A
/// boarding can be reversed once: repeating the request returns 409 and takes nothing. With an `Idempotency-Key`, a repeat
/// within 24 hours returns the first success again.
#[utoipa::path(
    post,
    path = "/user/{id}/transactions/{transactionId}/reverse",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("3, plus 3 per conflicting movement"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "200001"),
        ("transactionId" = String, Path, description = "Id of the boarding's ledger entry.", example = "200001-1"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-+\\--~]{1,255}$",
            example = "3f7a52e8-60a1-4d1b-8b61-f4b9b4b1c0de",
            description = "Key of the request, 1 to 255 visible ASCII characters other than a comma, under which a repeat \
                within 24 hours returns the first success instead of being processed again."),
    ),
    request_body(content = ReversalBody, example = json!({ "note": "Flight cancelled" })),
    responses(
        (status = 201, body = Corrected,
            description = "The boarding was reversed: the new ledger entry and the flyer with the new balance.",
            headers(("Idempotency-Replayed" = String,
                description = "`true` when the response repeats that of an earlier request with the same \
                    `Idempotency-Key`; absent otherwise."))),
        (status = 400, body = FlyersErrorBody,
            description = "The ledger entry is not a boarding or earned no miles, the balance is lower than the miles to \
                take, or a field or the `Idempotency-Key` is malformed.",
            example = json!({ "error": "Transaction cannot be reversed" })),
        (status = 404, body = FlyersErrorBody,
            description = "The flyer has no such ledger entry, or another airline made it.",
            example = json!({ "error": "Transaction not found" })),
        (status = 409, description = "The boarding was reversed before.", body = FlyersErrorBody,
            example = json!({ "error": "Already reversed" })),
        FlyersBodyResponses,
        (status = 422, body = FlyersErrorBody,
            description = "The `Idempotency-Key` was already used with another body or on another route.",
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn reverse_transaction(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(ids): Params<(String, String)>,
    Idempotency(key): Idempotency,
    Body(ReversalBody { note, partial }): Body<ReversalBody>,
) -> Result<Response, FlyersError> {
    let reversal = Correction::Reversal { of: transaction_id(&ids)?, note, partial: partial.unwrap_or_default() };
    Ok(answered(correct(&context, &caller.airline_id, &reversal, key.as_ref()).await?))
}

/// Miles that the airline owes a flyer or claims from a flyer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentBody {
    /// Miles to credit or, if negative, to take.
    #[schema(example = 250)]
    amount: AdjustedMiles,
    /// Reason for people to read, 1 to 200 characters.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Compensation for a delay")]
    note: Note,
}

/// Adjust a flyer's balance
///
/// Credits or takes miles in one transaction with the ledger entry that records it. The balance never drops below 0. The
/// `Idempotency-Key` is required: a repeat within 24 hours returns the first success again and moves nothing.
#[utoipa::path(
    post,
    path = "/user/{id}/adjustments",
    tag = "Miles",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting movement"))),
    params(
        ("id" = String, Path, description = "ROBLOX user id of the flyer, a decimal string.", example = "123456789"),
        ("Idempotency-Key" = String, Header, pattern = "^[!-+\\--~]{1,255}$",
            example = "c2b8f6a4-2f57-4f0b-a3a0-5f0c0a4f7d21",
            description = "Key of the request, 1 to 255 visible ASCII characters other than a comma, under which a repeat \
                within 24 hours returns the first success instead of being processed again."),
    ),
    request_body(content = AdjustmentBody, example = json!({ "amount": 250, "note": "Compensation for a delay" })),
    responses(
        (status = 201, body = Corrected,
            description = "The balance was adjusted: the new ledger entry and the flyer with the new balance.",
            headers(("Idempotency-Replayed" = String,
                description = "`true` when the response repeats that of an earlier request with the same \
                    `Idempotency-Key`; absent otherwise."))),
        (status = 400, body = FlyersErrorBody,
            description = "A field or the `Idempotency-Key` is missing or invalid, or the balance is lower than the miles \
                to take.",
            example = json!({ "error": "Insufficient miles" })),
        (status = 404, description = "No flyer has this ROBLOX user id.", body = FlyersErrorBody,
            example = json!({ "error": "User not found" })),
        FlyersBodyResponses,
        (status = 422, body = FlyersErrorBody,
            description = "The `Idempotency-Key` was already used with another body or on another route.",
            example = json!({ "error": "Idempotency-Key was used with another body" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn adjust_balance(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(flyer): Params<String>,
    Idempotency(key): Idempotency,
    Body(AdjustmentBody { amount, note }): Body<AdjustmentBody>,
) -> Result<Response, FlyersError> {
    let key = key.ok_or(FlyersError::IdempotencyKeyRequired)?;
    let flyer = flyer.parse().map_err(|_| FlyersError::UserNotFound)?;
    let adjustment = Correction::Adjustment { flyer, amount, note };
    Ok(answered(correct(&context, &caller.airline_id, &adjustment, Some(&key)).await?))
}
