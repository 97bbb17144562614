//! Spending miles.

use super::idempotency::{IdempotencyKey, Settled, fingerprint, replay};
use super::movement::{Reason, movement};
use super::settle::{Judgement, settle};
use crate::App;
use crate::error::FlyersError;
use crate::models::{AirlineId, EntrySource, Flyer, FlyerId, Product, ProductId};
use crate::store::{Effect, OutcomeOf, PurchaseState};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a purchase answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Purchase {
    /// Always true.
    #[schema(example = true)]
    pub ok: bool,
    /// The flyer, with what is left.
    pub user: Flyer,
    /// What was bought.
    pub product: Product,
}

/// Sells a product of the airline to a flyer (contract, *POST /user/{id}/buyProduct*).
///
/// `product` is none if what was asked for cannot be a product's id. Two requests if nobody is in the way.
///
/// # Errors
/// In this order: `IdempotencyKeyReused`, `UserNotFound`, `ProductNotFound`, `InsufficientMiles`; `PleaseRetry`
/// when the time is up and nothing happened.
pub async fn purchase(
    app: &App,
    airline: &AirlineId,
    flyer: &FlyerId,
    product: Option<&ProductId>,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Settled<Purchase>, FlyersError> {
    let outcome_of = idempotency_key.map(|key| OutcomeOf { airline, flyer, key: key.as_str() });
    let fingerprint = fingerprint(&("purchase", product));
    let judge = async |operation: Uuid| {
        let store = &app.store;
        let state = store.purchase_state(airline, flyer, product, outcome_of).await?;
        judge(app, airline, &fingerprint, operation, state)
    };
    settle(app, outcome_of.map(|of| (of, fingerprint.as_str())), judge).await
}

fn judge(
    app: &App,
    airline: &AirlineId,
    fingerprint: &str,
    operation: Uuid,
    state: PurchaseState,
) -> Result<Judgement<Purchase>, FlyersError> {
    let now = app.now();
    if let Some(settled) = replay(state.outcome.as_ref(), fingerprint, now)? {
        return Ok(Judgement::Replay(settled));
    }
    let account = state.account.ok_or(FlyersError::UserNotFound)?;
    let product = state.product.filter(|product| product.active).ok_or(FlyersError::ProductNotFound)?;
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
    let movement = movement(&account, false, reason, operation, now, effects).ok_or(FlyersError::InsufficientMiles)?;
    let answer = Purchase { ok: true, user: movement.account.flyer.clone(), product };
    Ok(Judgement::Move(Box::new(movement), answer))
}
