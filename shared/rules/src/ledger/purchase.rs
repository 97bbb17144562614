//! Purchases, which spend miles.

use super::LedgerError;
use super::commit::{Request, Verdict, commit_movement};
use super::idempotency::{Answered, IdempotencyKey, fingerprint, replay};
use super::movement::{Reason, ensure_movable, movement};
use crate::Context;
use models::{AirlineId, EntrySource, Flyer, FlyerId, Product, ProductId};
use serde::{Deserialize, Serialize};
use store::{Effect, OutcomeOf, PurchaseState};
use uuid::Uuid;

/// Result of a purchase: the flyer afterwards, and the product that was bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Purchase {
    /// Always `true`: a purchase that fails results in an error response.
    #[schema(example = true)]
    pub ok: bool,
    /// The flyer after the purchase, with the new balance.
    pub user: Flyer,
    /// The product that was bought, at the price that was paid.
    pub product: Product,
}

/// Sells one of the airline's products to a flyer. Deducts the price and writes the ledger entry in one transaction,
/// which also checks that the product is still active at the price that was read. Two requests, plus two per
/// conflicting movement of the flyer's miles.
///
/// `product` is `None` if the requested id cannot be that of a product.
///
/// # Errors
/// In this order: `IdempotencyKeyReused`, `UserNotFound`, `ProductNotFound`, `InsufficientMiles`; `Store`.
pub async fn purchase(
    context: &Context,
    airline: &AirlineId,
    flyer: &FlyerId,
    product: Option<&ProductId>,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Answered<Purchase>, LedgerError> {
    let outcome_of = idempotency_key.map(|key| OutcomeOf { airline, flyer, key: key.as_str() });
    let fingerprint = fingerprint(&("purchase", product));
    let request = Request { flyer, outcome: outcome_of.map(|of| (of, fingerprint.as_str())) };
    let read = || context.store.purchase_state(airline, flyer, product, outcome_of);
    let decide = |state, operation| decide(context, airline, &fingerprint, operation, state);
    commit_movement(context, request, read, decide).await
}

fn decide(
    context: &Context,
    airline: &AirlineId,
    fingerprint: &str,
    operation: Uuid,
    state: PurchaseState,
) -> Result<Verdict<Purchase>, LedgerError> {
    let now = context.now();
    if let Some(answer) = replay(state.outcome.as_ref(), fingerprint, now)? {
        return Ok(Verdict::Replay(answer));
    }
    let account = state.account.ok_or(LedgerError::UserNotFound)?;
    ensure_movable(&account)?;
    let product = state.product.filter(|product| product.active).ok_or(LedgerError::ProductNotFound)?;
    let reason = Reason {
        amount: -i64::try_from(product.price_miles.get()).expect("a price is at most 1,000,000,000"),
        source: EntrySource::Purchase,
        airline_id: Some(airline.clone()),
        flight_id: None,
        product_id: Some(product.product_id.clone()),
        note: format!("Purchase: {}", product.name),
        reverses: None,
    };
    let effects = vec![Effect::ProductStillSold(Box::new(product.clone()))];
    let movement = movement(&account, false, reason, operation, now, effects).ok_or(LedgerError::InsufficientMiles)?;
    let answer = Purchase { ok: true, user: movement.account.flyer.clone(), product };
    Ok(Verdict::Move(Box::new(movement), answer))
}
