//! Movements of miles in the original system, from rows.

use super::RowError;
use super::fields::{RowTime, mended, mended_if_filled, row, text_or_number};
use models::{
    AirlineId, EntryType, FlightId, FlightMiles, FlyerId, HistoryKind, Lines, MAX_MILES, ProductId, RowId, Text,
    Timestamp, filled,
};
use serde::Deserialize;

/// A text that explains why miles moved.
type Note = Lines<0, 1000>;

/// A row of a flyer's history in the original system.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The flyer whose history it belongs to.
    pub user_id: FlyerId,
    /// What the row records.
    pub(super) what: Row,
}

/// What a row records.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// A flyer who boarded a flight.
    Boarding(ImportedBoarding),
    /// The separate row with which the original system credits the miles of a boarding.
    Credit { flight: FlightId, miles: i64 },
    /// Any other movement of miles.
    Movement(ImportedMovement),
}

/// A flyer who boarded a flight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ImportedBoarding {
    pub flight: FlightId,
    pub miles: u64,
    pub at: Timestamp,
}

/// A movement of miles that is not a boarding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ImportedMovement {
    pub id: RowId,
    pub amount: i64,
    pub is_purchase: bool,
    pub flight_id: Option<FlightId>,
    pub product_id: Option<ProductId>,
    pub airline_id: Option<AirlineId>,
    pub note: String,
    pub at: Timestamp,
}

impl HistoryRow {
    /// Parses a line.
    ///
    /// # Errors
    /// Returns an error that names the field that is not valid.
    pub fn parse(kind: HistoryKind, line: &[u8]) -> Result<Self, RowError> {
        match kind {
            HistoryKind::Passengers => row(line).and_then(passenger),
            HistoryKind::Transactions => row(line).and_then(transaction),
        }
    }
}

/// A row of `flight_passengers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PassengerRow {
    flight_id: FlightId,
    user_id: FlyerId,
    miles: FlightMiles,
    #[serde(default, deserialize_with = "filled")]
    created_at: Option<RowTime>,
    /// Another name of `created_at`.
    #[serde(default, deserialize_with = "filled")]
    joined_at: Option<RowTime>,
}

fn passenger(row: PassengerRow) -> Result<HistoryRow, RowError> {
    let required = || RowError::new("\"createdAt\" is required".to_owned());
    let at = row.created_at.or(row.joined_at).ok_or_else(required)?.0;
    let boarding = ImportedBoarding { flight: row.flight_id, miles: row.miles.get(), at };
    Ok(HistoryRow { user_id: row.user_id, what: Row::Boarding(boarding) })
}

/// A row of `miles_transactions`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionRow {
    #[serde(deserialize_with = "text_or_number")]
    id: RowId,
    user_id: FlyerId,
    amount: i64,
    r#type: EntryType,
    #[serde(deserialize_with = "mended")]
    source: Text<0, 100>,
    #[serde(default, deserialize_with = "filled")]
    flight_id: Option<FlightId>,
    #[serde(default, deserialize_with = "filled")]
    product_id: Option<ProductId>,
    #[serde(default, deserialize_with = "filled")]
    airline_id: Option<AirlineId>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    note: Option<Note>,
    created_at: RowTime,
}

fn transaction(row: TransactionRow) -> Result<HistoryRow, RowError> {
    let refuse = |reason: &str| Err(RowError::new(reason));
    if row.amount.unsigned_abs() > MAX_MILES {
        return refuse("\"amount\" is more than the maximum balance");
    }
    if row.r#type != EntryType::of(row.amount) {
        return refuse("\"amount\" must be negative if \"type\" is spend, and must not be if it is earn");
    }
    let source = row.source.as_str();
    let is_purchase = source == "purchase";
    if is_purchase && row.r#type != EntryType::Spend {
        return refuse("\"type\" of a purchase must be spend");
    }
    let what = match row.flight_id {
        Some(flight) if source == "flight" => Row::Credit { flight, miles: row.amount },
        flight_id => Row::Movement(ImportedMovement {
            id: row.id,
            amount: row.amount,
            is_purchase,
            flight_id,
            product_id: row.product_id,
            airline_id: row.airline_id,
            note: row.note.map_or_else(|| source.to_owned(), |note| note.to_string()),
            at: row.created_at.0,
        }),
    };
    Ok(HistoryRow { user_id: row.user_id, what })
}
