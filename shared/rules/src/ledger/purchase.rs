//! Purchases, which spend miles.

use super::LedgerError;
use super::commit::{Request, commit_movement};
use super::movement::{Reason, ensure_movable, movement};
use crate::Context;
use crate::idempotency::{Answered, IdempotencyKey, Recordable, Repeatable};
use models::{AirlineId, Balance, EntrySource, Flyer, FlyerId, Product, ProductId};
use serde::Serialize;
use store::{Effect, Movement, PurchaseState};
use uuid::Uuid;

/// Result of a purchase: the flyer afterwards, and the product that was bought.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Purchase {
    /// Always `true`: a purchase that fails results in an error response.
    #[schema(example = true)]
    pub ok: bool,
    /// The flyer after the purchase, with the new balance.
    pub user: Flyer,
    /// The product that was bought, at the price that was paid.
    pub product: Product,
}

impl Recordable for Purchase {
    const STATUS: u16 = 200;
}

/// What to buy.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    /// The product; `None` if the requested id cannot be that of a product.
    pub product: Option<ProductId>,
    /// The price that the buyer has seen, if the buyer insists on it.
    pub expected_price: Option<Balance>,
}

/// Sells one of the airline's products to a flyer. Deducts the price and writes the ledger entry in one transaction,
/// which also checks that the product is still active at the price that was read. Two requests, plus two per
/// conflicting movement of the flyer's miles.
///
/// # Errors
/// In this order: `IdempotencyKeyReused`, `UserNotFound`, `ProductNotFound`, `PriceChanged`, `InsufficientMiles`; `Store`.
pub async fn purchase(
    context: &Context,
    airline: &AirlineId,
    flyer: &FlyerId,
    order: &Order,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Answered<Purchase>, LedgerError> {
    let product = order.product.as_ref();
    let repeatable = idempotency_key.map(|key| {
        let repeatable = Repeatable::new(key, airline, flyer, &("purchase", order));
        // Version 1 did not know an expected price.
        let is_known = order.expected_price.is_none();
        if is_known { repeatable.known_before_as(&("purchase", product)) } else { repeatable }
    });
    let request = Request { flyer, repeatable: repeatable.as_ref() };
    let read = || context.store.purchase_state(airline, flyer, product, repeatable.as_ref().map(|given| given.of));
    let decide = |state, operation| decide(context, airline, order, operation, state);
    commit_movement(context, request, read, decide).await
}

fn decide(
    context: &Context,
    airline: &AirlineId,
    order: &Order,
    operation: Uuid,
    state: PurchaseState,
) -> Result<(Movement, Purchase), LedgerError> {
    let account = state.account.ok_or(LedgerError::UserNotFound)?;
    ensure_movable(&account)?;
    let product = state.product.filter(|product| product.active).ok_or(LedgerError::ProductNotFound)?;
    if order.expected_price.is_some_and(|expected| expected.get() != product.price_miles.get()) {
        return Err(LedgerError::PriceChanged);
    }
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
    let movement = movement(&account, false, reason, operation, context.now(), effects);
    let movement = movement.ok_or(LedgerError::InsufficientMiles)?;
    let answer = Purchase { ok: true, user: movement.account.flyer.clone(), product };
    Ok((movement, answer))
}
