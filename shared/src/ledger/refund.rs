//! Giving a purchase back.

use super::movement::{Reason, movement};
use super::settle::{Judgement, settle};
use crate::App;
use crate::error::{FlyersError, StoreError};
use crate::models::{AirlineId, EntrySource, Flyer, LedgerEntry, TransactionId};
use crate::store::{Effect, RefundState};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a refund answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refund {
    /// The entry that gives the purchase back.
    pub transaction: LedgerEntry,
    /// The flyer, with the new balance.
    pub user: Flyer,
}

/// Gives one purchase of the airline's own back, once (contract, *POST
/// /user/{id}/transactions/{transactionId}/refund*). Two requests if nobody is in the way.
///
/// # Errors
/// In this order: `TransactionNotFound`, also for another airline's and for one of no airline; `NotAPurchase`; `AlreadyRefunded`;
/// `PleaseRetry` when the time is up and nothing happened.
pub async fn refund(app: &App, airline: &AirlineId, id: &TransactionId) -> Result<Refund, FlyersError> {
    let judge = async |operation: Uuid| {
        let state = app.store.refund_state(&id.flyer, id.seq).await?;
        judge(app, airline, id, operation, state)
    };
    settle(app, None, judge).await.map(|settled| settled.answer)
}

fn judge(
    app: &App,
    airline: &AirlineId,
    id: &TransactionId,
    operation: Uuid,
    state: RefundState,
) -> Result<Judgement<Refund>, FlyersError> {
    let stored = state.purchase.filter(|stored| stored.entry.airline_id.as_ref() == Some(airline));
    let stored = stored.ok_or(FlyersError::TransactionNotFound)?;
    let purchase = stored.entry;
    if purchase.source != EntrySource::Purchase {
        return Err(FlyersError::NotAPurchase);
    }
    if stored.refunded_by.is_some() {
        return Err(FlyersError::AlreadyRefunded);
    }
    let account = state.account.ok_or_else(|| StoreError::Failed("a ledger without its flyer".into()))?;
    let product = purchase.note.strip_prefix("Purchase: ").unwrap_or(&purchase.note);
    let reason = Reason {
        amount: -purchase.amount,
        source: EntrySource::Refund,
        airline_id: Some(airline.clone()),
        flight_id: None,
        product_id: purchase.product_id,
        note: format!("Refund: {product}"),
        reverses: Some(purchase.id),
    };
    let effects = vec![Effect::Refund { seq: id.seq }];
    let movement = movement(&account, false, reason, operation, app.now(), effects)
        .ok_or_else(|| FlyersError::BadRequest("the refund would take the balance past its range".to_owned()))?;
    let answer = Refund { transaction: movement.entry.clone(), user: movement.account.flyer.clone() };
    Ok(Judgement::Move(Box::new(movement), answer))
}
