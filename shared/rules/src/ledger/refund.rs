//! Refunds of purchases, which return miles.

use super::LedgerError;
use super::commit::{Request, Verdict, commit_movement};
use super::movement::{Reason, ensure_movable, movement};
use crate::Context;
use models::{AirlineId, EntrySource, Flyer, LedgerEntry, TransactionId};
use serde::{Deserialize, Serialize};
use store::{Effect, RefundState, StoreError};
use uuid::Uuid;

/// Result of a refund: its ledger entry, and the flyer afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refund {
    /// The ledger entry that returns the miles to the flyer.
    pub transaction: LedgerEntry,
    /// The flyer after the refund, with the new balance.
    pub user: Flyer,
}

/// Refunds a purchase that the airline sold. A purchase can be refunded once. Two requests, plus two per conflicting
/// movement of the flyer's miles.
///
/// # Errors
/// In this order: `TransactionNotFound`, also for an entry of another airline or of none; `NotAPurchase`;
/// `AlreadyRefunded`; `BalanceOutOfRange`; `Store`.
pub async fn refund(context: &Context, airline: &AirlineId, id: &TransactionId) -> Result<Refund, LedgerError> {
    let request = Request { flyer: &id.flyer, outcome: None };
    let read = || context.store.refund_state(&id.flyer, id.seq);
    let decide = |state, operation| decide(context, airline, id, operation, state);
    Ok(commit_movement(context, request, read, decide).await?.answer)
}

fn decide(
    context: &Context,
    airline: &AirlineId,
    id: &TransactionId,
    operation: Uuid,
    state: RefundState,
) -> Result<Verdict<Refund>, LedgerError> {
    let stored = state.purchase.filter(|stored| stored.entry.airline_id.as_ref() == Some(airline));
    let stored = stored.ok_or(LedgerError::TransactionNotFound)?;
    let purchase = stored.entry;
    if purchase.source != EntrySource::Purchase {
        return Err(LedgerError::NotAPurchase);
    }
    if stored.refunded_by.is_some() {
        return Err(LedgerError::AlreadyRefunded);
    }
    let account =
        state.account.ok_or_else(|| StoreError::Failed("the ledger belongs to a flyer who does not exist".into()))?;
    ensure_movable(&account)?;
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
    let movement = movement(&account, false, reason, operation, context.now(), effects)
        .ok_or_else(|| LedgerError::BalanceOutOfRange("the refund"))?;
    let answer = Refund { transaction: movement.entry.clone(), user: movement.account.flyer.clone() };
    Ok(Verdict::Move(Box::new(movement), answer))
}
