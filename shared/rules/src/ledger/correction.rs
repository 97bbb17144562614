//! Corrections, which put miles right: refunds of purchases, reversals of boardings, and adjustments.

use super::LedgerError;
use super::commit::{Request, commit_movement};
use super::movement::{Reason, ensure_movable, movement};
use crate::Context;
use crate::idempotency::{Answered, IdempotencyKey, Recordable, Repeatable};
use models::{AdjustedMiles, AirlineId, EntrySource, Flyer, FlyerId, LedgerEntry, Lines, TransactionId};
use serde::Serialize;
use store::{CorrectionState, Effect, Movement, StoreError, StoredEntry};
use uuid::Uuid;

/// A note to a correction, for people to read.
pub type Note = Lines<1, 200>;

/// What is put right.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Correction {
    /// A purchase is refunded.
    Refund {
        /// The purchase's ledger entry.
        of: TransactionId,
    },
    /// The miles of a boarding are taken back.
    Reversal {
        /// The boarding's ledger entry.
        of: TransactionId,
        /// Note to the reversal; that of the boarding's entry if absent.
        note: Option<Note>,
        /// Whether to take what is left if that is less than was earned.
        partial: bool,
    },
    /// Miles that the airline owes the flyer or claims from the flyer.
    Adjustment {
        /// The flyer.
        flyer: FlyerId,
        /// Miles to move.
        amount: AdjustedMiles,
        /// Note to the adjustment.
        note: Note,
    },
}

/// Result of a correction: its ledger entry, and the flyer afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Corrected {
    /// The ledger entry of the correction.
    pub transaction: LedgerEntry,
    /// The flyer after the correction, with the new balance.
    pub user: Flyer,
}

impl Recordable for Corrected {
    const STATUS: u16 = 201;
}

impl Correction {
    /// Returns the flyer whose miles move.
    #[must_use]
    pub fn flyer(&self) -> &FlyerId {
        match self {
            Self::Refund { of } | Self::Reversal { of, .. } => &of.flyer,
            Self::Adjustment { flyer, .. } => flyer,
        }
    }

    fn corrected(&self) -> store::Corrected {
        match self {
            Self::Refund { of } => store::Corrected::Purchase(of.seq),
            Self::Reversal { of, .. } => store::Corrected::Boarding(of.seq),
            Self::Adjustment { .. } => store::Corrected::Balance,
        }
    }
}

/// Puts a flyer's miles right, in one transaction with the ledger entry. A purchase that the airline sold is refunded
/// once, and a boarding that the airline credited is reversed once: its passenger is marked, and the history shows what
/// was left to the flyer. Two requests, three for a reversal, plus as many per conflicting movement of the flyer's miles.
///
/// # Errors
/// `IdempotencyKeyReused`; `Store`; and in this order
/// - of a refund and a reversal: `TransactionNotFound`, also for an entry of another airline or of none; `NotAPurchase` or
///   `NotReversible`; `AlreadyRefunded` or `AlreadyReversed`; `BalanceOutOfRange` or `InsufficientMiles`;
/// - of an adjustment: `UserNotFound`; `InsufficientMiles` or `BalanceOutOfRange`.
pub async fn correct(
    context: &Context,
    airline: &AirlineId,
    correction: &Correction,
    idempotency_key: Option<&IdempotencyKey>,
) -> Result<Answered<Corrected>, LedgerError> {
    let flyer = correction.flyer();
    let repeatable = idempotency_key.map(|key| Repeatable::new(key, airline, flyer, correction));
    let request = Request { flyer, repeatable: repeatable.as_ref() };
    let outcome = repeatable.as_ref().map(|repeatable| repeatable.of);
    let read = || context.store.correction_state(flyer, correction.corrected(), outcome);
    let decide = |state, operation| decide(context, airline, correction, operation, state);
    commit_movement(context, request, read, decide).await
}

fn decide(
    context: &Context,
    airline: &AirlineId,
    correction: &Correction,
    operation: Uuid,
    CorrectionState { account, entry, history }: CorrectionState,
) -> Result<(Movement, Corrected), LedgerError> {
    let own = entry.filter(|stored| stored.entry.airline_id.as_ref() == Some(airline));
    let own = own.ok_or(LedgerError::TransactionNotFound);
    let balance = account.as_ref().map_or(0, |account| account.flyer.miles.get());
    let (reason, effects) = match correction {
        Correction::Refund { of } => (refund(own?)?, vec![Effect::Reverses { seq: of.seq }]),
        Correction::Reversal { of, note, partial } => {
            let boarding = own?;
            let flight = boarding.entry.flight_id;
            let reason = reversal(boarding, note.as_ref(), *partial, balance)?;
            let position = history.iter().position(|boarded| Some(*boarded) == flight);
            let missing = || StoreError::Failed(format!("the history of flyer {} lacks a boarding", of.flyer).into());
            let (flight, position) = flight.zip(position).ok_or_else(missing)?;
            let reversed = Effect::BoardingReversed { flight, history_position: position as u64 };
            (reason, vec![Effect::Reverses { seq: of.seq }, reversed])
        }
        Correction::Adjustment { amount, note, .. } => (adjustment(*amount, note), Vec::new()),
    };
    let account = account.ok_or(LedgerError::UserNotFound)?;
    ensure_movable(&account)?;
    let reason = Reason { airline_id: Some(airline.clone()), ..reason };
    let out_of_range = if reason.amount < 0 {
        LedgerError::InsufficientMiles
    } else {
        LedgerError::BalanceOutOfRange(if reason.reverses.is_some() { "the refund" } else { "\"amount\"" })
    };
    let movement = movement(&account, false, reason, operation, context.now(), effects).ok_or(out_of_range)?;
    let answer = Corrected { transaction: movement.entry.clone(), user: movement.account.flyer.clone() };
    Ok((movement, answer))
}

fn refund(StoredEntry { entry: purchase, refunded_by, .. }: StoredEntry) -> Result<Reason, LedgerError> {
    if purchase.source != EntrySource::Purchase {
        return Err(LedgerError::NotAPurchase);
    }
    if refunded_by.is_some() {
        return Err(LedgerError::AlreadyRefunded);
    }
    let product = purchase.note.strip_prefix("Purchase: ").unwrap_or(&purchase.note);
    Ok(Reason {
        amount: -purchase.amount,
        source: EntrySource::Refund,
        airline_id: None,
        flight_id: None,
        note: format!("Refund: {product}"),
        product_id: purchase.product_id,
        reverses: Some(purchase.id),
    })
}

fn reversal(
    StoredEntry { entry: boarding, refunded_by, .. }: StoredEntry,
    note: Option<&Note>,
    partial: bool,
    balance: u64,
) -> Result<Reason, LedgerError> {
    if boarding.source != EntrySource::Flight || boarding.amount == 0 {
        return Err(LedgerError::NotReversible);
    }
    if refunded_by.is_some() {
        return Err(LedgerError::AlreadyReversed);
    }
    let left = i64::try_from(balance).expect("a balance is below 2^53");
    let taken = if partial { boarding.amount.min(left) } else { boarding.amount };
    if taken == 0 {
        return Err(LedgerError::InsufficientMiles);
    }
    Ok(Reason {
        amount: -taken,
        source: EntrySource::Reversal,
        airline_id: None,
        flight_id: boarding.flight_id,
        product_id: None,
        note: format!("Reversal: {}", note.map_or(&*boarding.note, Note::as_str)),
        reverses: Some(boarding.id),
    })
}

fn adjustment(amount: AdjustedMiles, note: &Note) -> Reason {
    Reason {
        amount: amount.get(),
        source: EntrySource::Adjustment,
        airline_id: None,
        flight_id: None,
        product_id: None,
        note: note.to_string(),
        reverses: None,
    }
}
